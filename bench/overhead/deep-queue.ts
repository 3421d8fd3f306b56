import { DynamicBatcher } from 'nestjs-batching/core';
import { processorTimeNs } from '../measuring/processor-time.js';
import { settleHeap } from '../measuring/settled-heap.js';
import { bareQueue } from './bare-queue.js';
import type { Call, ProcessBatch } from './callers.js';
import { BATCH_SIZE } from './peers.js';
import { warmUp } from './warm-up.js';

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

/** How many callers a queue is warmed up with. */
const WARM_UP_CALLERS = 100;

/**
 * What a request costs while so many others wait, in nanoseconds. The queue is filled first; then each answer
 * brings the next request, so that the queue keeps its length while it is measured.
 */
export async function measureAtDepth(queue: DeepQueue, waiting: number, requests: number): Promise<number> {
  let untilFilled: Promise<void> | undefined;
  const call = queue.create(async (payloads) => {
    if (untilFilled !== undefined) await untilFilled;
    return [...payloads];
  }, waiting + BATCH_SIZE);
  await warmUp(call, WARM_UP_CALLERS);

  let begin!: () => void;
  untilFilled = new Promise((resolve) => (begin = resolve));
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
  await settleHeap();

  const startedNs = processorTimeNs();
  untilFilled = undefined;
  begin();
  await finished;
  const nanoseconds = (processorTimeNs() - startedNs) / requests;
  // Who still waits is answered by no one's measured time.
  await call(0);
  return nanoseconds;
}
