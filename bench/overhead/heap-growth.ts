import { parseArgs } from 'node:util';

import { DynamicBatcher } from 'nestjs-batching/core';
import { callInLoops, type Call } from './callers.js';
import { callWithEverythingInUse } from './everything-in-use.js';
import { BATCH_SIZE } from './peers.js';

const CALLERS = 1024;
const MILLION = 1_000_000;
const MILLIONS = 10;

const processBatch = (requests: readonly number[]): Promise<number[]> => Promise.resolve([...requests]);

// It takes no arguments: whoever gives some wants something else.
parseArgs();

/** What a batcher keeps of the requests that it has served should be nothing, however many they were. */
if (globalThis.gc === undefined) {
  console.error('Start it with node --expose-gc.');
  process.exitCode = 1;
} else {
  const batcher = new DynamicBatcher<number, number>({ maxBatchSize: BATCH_SIZE }, processBatch);
  await reportGrowth('default path', (request) => batcher.process(request));
  await reportGrowth('everything in use', callWithEverythingInUse(BATCH_SIZE, processBatch));
}

async function reportGrowth(name: string, call: Call): Promise<void> {
  let afterFirst = 0;
  for (let million = 1; million <= MILLIONS; million += 1) {
    await callInLoops(call, CALLERS, Math.ceil(MILLION / CALLERS));
    const usedBytes = heapUsedBytes();
    if (million === 1) afterFirst = usedBytes;
    console.error(`${name}: ${million} million requests, ${toMiB(usedBytes)} MiB`);
    if (million === MILLIONS) {
      const growth = (100 * (usedBytes - afterFirst)) / afterFirst;
      console.log(
        `${name}: ${toMiB(afterFirst)} MiB after 1 million requests, ${toMiB(usedBytes)} MiB after ` +
          `${MILLIONS} million (${growth > 0 ? '+' : ''}${growth.toFixed(1)} %)`,
      );
    }
  }
}

function heapUsedBytes(): number {
  // What the first collection sets free by weak references and finalizers goes with the second.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function toMiB(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(2);
}
