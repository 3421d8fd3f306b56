import { describeCall, type Call } from './call.js';
import { ROUNDING_MS, type Checker } from './checker.js';

/** What the processor is promised of its batches. */
export function createBatchCheckers(): readonly Checker[] {
  return [
    {
      title: 'a batch holds one request or more and at most maxBatchSize',
      batchStarted: ({ calls }, { config }) =>
        calls.length >= 1 && calls.length <= config.maxBatchSize ? undefined : `it holds ${calls.length}`,
    },
    {
      title: 'a batch costs at most maxBatchCost',
      batchStarted: ({ calls }, { config: { maxBatchCost = Infinity, costModel } }) => {
        const cost = costModel === 'sum' ? sumOfCosts(calls) : calls.length * largestCost(calls);
        return cost <= maxBatchCost ? undefined : `it costs ${cost}`;
      },
    },
    {
      title: 'the processor is told the next allowed size, and a batch is never larger than the largest',
      batchStarted: ({ calls, paddedSize }, { config: { allowedBatchSizes } }) => {
        const fitting = allowedBatchSizes?.filter((size) => size >= calls.length) ?? [calls.length];
        return paddedSize === Math.min(...fitting)
          ? undefined
          : `${calls.length} are to run as ${paddedSize}`;
      },
    },
    {
      title: 'a batch is of one bucket',
      batchStarted: ({ calls }, { config: { bucketOf } }) =>
        bucketOf === undefined || calls.every(({ bucket }) => bucket === calls[0]?.bucket)
          ? undefined
          : 'it holds several',
    },
    {
      title: 'never more than maxConcurrentBatches run',
      batchStarted: ({ runningBefore }, { config }) =>
        runningBefore < config.maxConcurrentBatches ? undefined : `${runningBefore} ran already`,
    },
    {
      title: 'who has left never reaches the processor, and nobody does twice',
      batchStarted: ({ calls, startedAtMs }) => {
        const wrong = calls.find(
          (call) =>
            call.batch !== undefined ||
            call.settledAtMs !== undefined ||
            call.abortedAtMs !== undefined ||
            call.deadlineAtMs <= startedAtMs,
        );
        return wrong === undefined ? undefined : describeCall(wrong);
      },
    },
    {
      title: 'while a slot is free the oldest waits no longer than its strategy says',
      batchStarted: ({ calls, startedAtMs, slotFreeSinceMs }, { config, reconfiguredAtMs }) => {
        const oldestAtMs = Math.min(...calls.map(({ calledAtMs }) => calledAtMs));
        const windows = config.timeoutStrategy === 'wait-for-full' ? 2 : 1;
        // Who waited for a slot has not waited for company.
        const sinceMs =
          config.timeoutStrategy === 'adaptive' ? Math.max(oldestAtMs, slotFreeSinceMs) : oldestAtMs;
        const dueAtMs = Math.max(sinceMs + windows * config.maxWaitTimeMs, slotFreeSinceMs, reconfiguredAtMs);
        return startedAtMs <= dueAtMs + ROUNDING_MS ? undefined : `it was due at ${dueAtMs}`;
      },
    },
  ];
}

function sumOfCosts(calls: readonly Call[]): number {
  return calls.reduce((sum, { cost }) => sum + cost, 0);
}

function largestCost(calls: readonly Call[]): number {
  return calls.reduce((largest, { cost }) => Math.max(largest, cost), 0);
}
