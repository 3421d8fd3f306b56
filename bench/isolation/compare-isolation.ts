import { parseArgs } from 'node:util';

import { WorkerBatchProcessor, type WorkerIsolation } from 'nestjs-batching/worker';

import { median } from '../measuring/median.js';

/** Batches of so many bytes. */
const SIZES_BYTES = [100_000, 1_000_000, 5_000_000];
const ROUNDS = 60;
const WARM_UPS = 10;

// It takes no arguments: whoever gives some wants something else.
parseArgs();

/**
 * How long a batch takes to a worker and back, in a thread and in a process, in turns in one run: the ratio travels
 * from machine to machine, the times do not.
 */
const isolations: readonly WorkerIsolation[] = ['thread', 'process'];
const module = new URL('./echo.processor.js', import.meta.url);
const processors = await Promise.all(
  isolations.map((isolation) => WorkerBatchProcessor.start(isolation, { module, isolation })),
);
const { signal } = new AbortController();

console.log('  batch      thread      process     process / thread   (medians)');
for (const bytes of SIZES_BYTES) {
  const times: number[][] = isolations.map(() => []);
  const requests = [new Uint8Array(bytes).fill(1)];
  for (let round = 0; round < ROUNDS + WARM_UPS; round += 1) {
    for (const [index, processor] of processors.entries()) {
      const startedAtMs = performance.now();
      await processor.processBatch(requests, { batchId: round, batchSize: 1, paddedBatchSize: 1, signal });
      if (round >= WARM_UPS) times[index]?.push(performance.now() - startedAtMs);
    }
  }
  const [threadMs = 0, processMs = 0] = times.map(median);
  console.log(
    `  ${`${bytes / 1000} kB`.padEnd(9)} ${`${threadMs.toFixed(2)} ms`.padStart(9)} ` +
      `${`${processMs.toFixed(2)} ms`.padStart(12)} ${(processMs / threadMs).toFixed(1).padStart(12)}`,
  );
}
await Promise.all(processors.map((processor) => processor.close()));
