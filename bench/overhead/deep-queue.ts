import { DynamicBatcher } from 'nestjs-batching/core';
import { bareQueue } from './bare-queue.js';
import type { Call } from './callers.js';
import { BATCH_SIZE } from './peers.js';
import { processorTimeNs } from './processor-time.js';

type ProcessBatch = (requests: readonly number[]) => Promise<readonly number[]>;

/** Something with a queue that grows as deep as it has to. */
export interface DeepQueue {
  readonly name: string;
  readonly create: (processBatch: ProcessBatch, deepest: number) => Call;
}

export const DEEP_QUEUES: readonly DeepQueue[] = [
  {
    name: 'ours',
    create: (processBatch, deepest) => {
      const config = { maxBatchSize: BATCH_SIZE, maxQueueSize: Math.max(BATCH_SIZE, deepest) };
      const batcher = new DynamicBatcher<number, number>(config, processBatch);
      return (request) => batcher.process(request);
    },
  },
  { name: 'bare queue', create: (processBatch) => bareQueue(BATCH_SIZE, processBatch) },
];

/**
 * What a request costs while so many others wait, in nanoseconds. The queue is filled first; then each answer
 * brings the next request, so that the queue keeps its length while it is measured.
 */
export async function measureAtDepth(queue: DeepQueue, waiting: number, requests: number): Promise<number> {
  let begin!: () => void;
  let untilFilled: Promise<void> | undefined = new Promise((resolve) => (begin = resolve));
  const call = queue.create(async (payloads) => {
    if (untilFilled !== undefined) await untilFilled;
    return [...payloads];
  }, waiting + BATCH_SIZE);

  let left = requests;
  let finish!: () => void;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const next = (response: number): void => {
    left -= 1;
    if (left > 0) void call(response).then(next);
    else if (left === 0) finish();
  };
  for (let index = 0; index < waiting + BATCH_SIZE; index += 1) void call(index).then(next);
  // The first batch has started and waits; the others wait for it.
  await new Promise((resolve) => setImmediate(resolve));
  globalThis.gc?.();

  const startedNs = processorTimeNs();
  untilFilled = undefined;
  begin();
  await finished;
  return (processorTimeNs() - startedNs) / requests;
}
