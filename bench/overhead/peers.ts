import DataLoader from 'dataloader';
import { DynamicBatcher } from 'nestjs-batching/core';
import { bareMinimum } from './bare-minimum.js';
import type { Call } from './callers.js';
import { callWithEverythingInUse } from './everything-in-use.js';

export const BATCH_SIZE = 32;

/** One of those whose cost is compared. */
export interface Peer {
  readonly name: string;
  /** A fresh one for each repetition, so that none carries a burden from the last. */
  readonly create: () => Call;
}

/** It costs nothing, so what is left is the batcher's. */
const processBatch = (requests: readonly number[]): Promise<number[]> => Promise.resolve([...requests]);

/** The first is what the others are compared with. */
export const PEERS: readonly Peer[] = [
  { name: 'bare minimum', create: () => bareMinimum(BATCH_SIZE, processBatch) },
  { name: 'dataloader, cache off', create: createDataLoader },
  { name: 'dataloader, cache on', create: createCachingDataLoaders },
  {
    name: 'ours, default path',
    create: () => {
      const batcher = new DynamicBatcher<number, number>({ maxBatchSize: BATCH_SIZE }, processBatch);
      return (request) => batcher.process(request);
    },
  },
  {
    name: 'ours, everything in use',
    create: () => callWithEverythingInUse(BATCH_SIZE, processBatch),
  },
];

function createDataLoader(): Call {
  const loader = new DataLoader(processBatch, { maxBatchSize: BATCH_SIZE, cache: false });
  return (request) => loader.load(request);
}

/** Its cache keeps all it has seen; its documentation says to make a new loader for each web request. */
function createCachingDataLoaders(): Call {
  const loadsEach = 1024;
  let loader = new DataLoader(processBatch, { maxBatchSize: BATCH_SIZE });
  let loads = 0;
  return (request) => {
    if (loads === loadsEach) {
      loader = new DataLoader(processBatch, { maxBatchSize: BATCH_SIZE });
      loads = 0;
    }
    loads += 1;
    return loader.load(request);
  };
}
