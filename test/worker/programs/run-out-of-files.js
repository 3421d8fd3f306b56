/**
 * A process that has no file descriptor left when its worker has to be replaced. Writes why the worker is missing then,
 * and whether there is one again once there are descriptors, as one line of JSON each.
 *
 * Usage: sh -c 'ulimit -n 64 && node run-out-of-files.js <isolation>'
 */
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkerBatchProcessor } from 'nestjs-batching/worker';

const isolation = process.argv[2];
const processor = await WorkerBatchProcessor.start('letters', {
  module: new URL('../processors/letters.processor.js', import.meta.url),
  isolation,
  retries: 0,
  respawnDelayMs: 10,
  maxRespawnDelayMs: 20,
  logger: { log: () => undefined, warn: () => undefined },
});
const workers = () => processor.getHealth().details.workers;

const taken = takeAllDescriptors();
const context = { batchId: 1, batchSize: 1, paddedBatchSize: 1, signal: new AbortController().signal };
await processor.processBatch([{ exit: 3 }], context).catch(() => undefined);
const { lastEndReason: first } = workers();
while (workers().lastEndReason === first) {
  // What the worker that has ended held is free again.
  taken.push(...takeAllDescriptors());
  await sleep(5);
}
console.log(JSON.stringify(workers()));

taken.forEach((descriptor) => closeSync(descriptor));
while (workers().live === 0) await sleep(5);
console.log(JSON.stringify(workers()));
await processor.close();

function takeAllDescriptors() {
  const descriptors = [];
  for (;;) {
    try {
      descriptors.push(openSync('/dev/null'));
    } catch {
      return descriptors;
    }
  }
}
