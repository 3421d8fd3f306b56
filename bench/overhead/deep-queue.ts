import { DynamicBatcher } from 'nestjs-batching/core';
import { bareQueue } from './bare-queue.js';
import { callInLoops, type Call } from './callers.js';
import { BATCH_SIZE } from './peers.js';
import { processorTimeNs } from './processor-time.js';
import { settleHeap } from './settled-heap.js';

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

/** So many requests before the measured ones: what the compiler does for a fresh queue is no request's cost. */
const WARM_UP_REQUESTS = 200_000;
const WARM_UP_CALLERS = 100;

/** All queues stay, so that V8 does not forget with the last of them what it has compiled. They are empty by then. */
const kept: Call[] = [];

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
  kept.push(call);
  await callInLoops(call, WARM_UP_CALLERS, WARM_UP_REQUESTS / WARM_UP_CALLERS);

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
