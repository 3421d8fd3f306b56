import type { RunningBatch } from '../../libs/core/src/scheduling/slot-forecast.js';

/** Batches that run, as a forecast knows them. */
export function runningOf(batches: readonly RunningBatch[], largestBatchSize: number) {
  return Object.assign([...batches], {
    size: batches.length,
    largestBatchSize,
    oldestStartedAtMs: Math.min(...batches.map(({ startedAtMs }) => startedAtMs)),
  });
}
