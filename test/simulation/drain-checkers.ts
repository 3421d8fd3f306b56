import { ROUNDING_MS, type Checker } from './checker.js';

/** What is promised of the end, and of what is told about all that was. */
export function createDrainCheckers(): readonly Checker[] {
  return [
    {
      title: 'a drain ends within its time, and says whether all were answered',
      drained: ({ isComplete, rejectedRequests }, { nowMs, drainStartedAtMs, config, waiting }) => {
        if (nowMs > drainStartedAtMs + config.drainTimeoutMs + ROUNDING_MS) return `it ends at ${nowMs}`;
        if (waiting.size !== 0) return `${waiting.size} still wait`;
        return isComplete === (rejectedRequests === 0) ? undefined : `it says ${rejectedRequests}`;
      },
    },
    {
      title: 'the statistics account for every call',
      drained: (_, { calls, outcomes }, { requests, refused, currentQueueSize, buckets }) => {
        const { accepted, succeeded, failed, expired, aborted, displaced, closed } = requests;
        const settled = succeeded + failed + expired + aborted + displaced + closed;
        const refusedCalls = Object.values(refused).reduce((sum, count) => sum + count, 0);
        const seen = Object.values(outcomes).reduce((sum, counts) => sum + (counts.get('succeeded') ?? 0), 0);
        const isComplete = accepted === settled && accepted + refusedCalls === calls && seen === succeeded;
        return isComplete && currentQueueSize === 0 && buckets === 0
          ? undefined
          : `${calls} calls, ${accepted} accepted, ${settled} of them settled, ${refusedCalls} refused, ` +
              `${succeeded} succeeded, ${currentQueueSize} wait in ${buckets} buckets`;
      },
    },
  ];
}
