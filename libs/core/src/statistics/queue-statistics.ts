import type { DispatchReason } from '../processor/batch-info.js';
import type { DurationSummary } from './duration-histogram.js';

/** What a batcher tells of itself; a snapshot. Totals count from the batcher's start. */
export interface QueueStatistics {
  /** Requests that wait now. */
  readonly currentQueueSize: number;
  /** Most requests that may wait. */
  readonly maxQueueSize: number;
  /** Whether one more request would be refused for want of a place. */
  readonly isQueueFull: boolean;
  /** Whether nobody waits. */
  readonly isQueueEmpty: boolean;
  /** How long the oldest waiting request has waited, in milliseconds; 0 if none waits. */
  readonly oldestWaitMs: number;
  /** Requests in batches that run now whose callers still wait. */
  readonly requestsInFlight: number;
  /** Batches that run now. */
  readonly batchesInFlight: number;
  /** Most batches that may run at the same time. */
  readonly maxConcurrentBatches: number;
  /** Requests by what became of them. `accepted` = the others + those that wait or run. */
  readonly requests: RequestTotals;
  /** Calls that were never accepted, by the code of their error. */
  readonly refused: Readonly<Record<string, number>>;
  /** How many of them because their tenant had `maxQueueSizePerTenant` requests waiting. */
  readonly refusedForTenant: number;
  /** Batches by what became of them, their sizes, and why they ran when they did. */
  readonly batches: BatchTotals;
  /** Buckets that requests wait in now. */
  readonly buckets: number;
  /** What the adaptive strategy and forecasts go by. */
  readonly learned: LearnedStatistics;
  /** Whether batches succeed at all; for health checks. */
  readonly progress: ProgressStatistics;
  /**
   * How long requests waited until their batch began, in milliseconds. Of one that was taken in advance it is counted
   * when it is through.
   */
  readonly queueTimeMs: DurationSummary;
  /** How long the processor took for a batch, in milliseconds. */
  readonly processingTimeMs: DurationSummary;
}

/** Requests by what became of them, each counted once. */
export interface RequestTotals {
  /** Given a place in the queue, or a share of another's. */
  readonly accepted: number;
  /** Answered with a result. */
  readonly succeeded: number;
  /** Rejected with an error of the processor, or because it returned the wrong number of results. */
  readonly failed: number;
  /** Out of time, in the queue or in a running batch. */
  readonly expired: number;
  /** Taken back by the caller. */
  readonly aborted: number;
  /** Accepted, but had to give up its place to one of higher priority. */
  readonly displaced: number;
  /** Rejected because the batcher was closed before their answer was there. */
  readonly closed: number;
}

/** Batches since the batcher's start. */
export interface BatchTotals {
  /** Handed to the processor. */
  readonly dispatched: number;
  /** Answered; each of the others runs, or has failed as a whole. */
  readonly completed: number;
  /** Batches that failed as a whole. */
  readonly failed: number;
  /** Requests per dispatched batch; 0 before the first. */
  readonly meanSize: number;
  /** How many batches had which size. */
  readonly sizes: Readonly<Record<number, number>>;
  /** How many batches ran for which reason. */
  readonly dispatchReasons: Readonly<Partial<Record<DispatchReason, number>>>;
}

/** What the batcher has learned by watching, of all buckets together; 0 until it has seen anything. */
export interface LearnedStatistics {
  /** τ of S(n) = τ + αn: what a batch takes whatever its size, in milliseconds. */
  readonly fixedTimeMs: number;
  /** α of S(n) = τ + αn: what each request adds, in milliseconds. */
  readonly timePerRequestMs: number;
  /** How many requests come, as a mean over about a second; those that share a place count once. */
  readonly requestsPerSecond: number;
}

/** Whether the processor gets anything done. A batch succeeds unless it fails as a whole. */
export interface ProgressStatistics {
  /**
   * How many batches have failed since the last one that succeeded. One that failed when nobody waited for it any more
   * does not count.
   */
  readonly consecutiveFailedBatches: number;
  /** How long ago a batch last succeeded, in milliseconds; undefined if none has. */
  readonly lastSuccessAgoMs: number | undefined;
  /** How long ago a batch that counts last failed, in milliseconds; undefined if none has. */
  readonly lastFailureAgoMs: number | undefined;
  /**
   * How long requests have been waiting or running without a batch succeeding, in milliseconds; 0 while there are none.
   * Time in which there was nothing to do does not count.
   */
  readonly busyWithoutSuccessMs: number;
}
