import type { ProgressStatistics } from './queue-statistics.js';

/** An ended batch, as far as it tells whether the processor gets anything done. */
export interface EndedBatch {
  readonly endedAtMs: number;
  /** How many callers still waited for it. */
  readonly waitingCallers: number;
}

/** Watches whether batches succeed. Constant time and memory per batch. */
export class BatchProgress {
  private consecutiveFailedBatches = 0;
  private lastSuccessAtMs: number | undefined;
  private lastFailureAtMs: number | undefined;
  /** Since when there has been something to do and no success; undefined while there is nothing to do. */
  private busySinceMs: number | undefined;

  /** Something may have begun to wait or run, or nothing may do so any more. */
  workChanged(isIdle: boolean, nowMs: number): void {
    if (isIdle) this.busySinceMs = undefined;
    else this.busySinceMs ??= nowMs;
  }

  batchEnded({ endedAtMs, waitingCallers }: EndedBatch, isFailed: boolean): void {
    if (!isFailed) {
      this.consecutiveFailedBatches = 0;
      this.lastSuccessAtMs = endedAtMs;
      this.busySinceMs = endedAtMs;
    } else if (waitingCallers > 0) {
      // A processor is free to throw where nobody waits any more; that is no fault of it.
      this.consecutiveFailedBatches += 1;
      this.lastFailureAtMs = endedAtMs;
    }
  }

  summarize(nowMs: number): ProgressStatistics {
    const agoMs = (atMs: number | undefined): number | undefined =>
      atMs === undefined ? undefined : nowMs - atMs;
    return {
      consecutiveFailedBatches: this.consecutiveFailedBatches,
      lastSuccessAgoMs: agoMs(this.lastSuccessAtMs),
      lastFailureAgoMs: agoMs(this.lastFailureAtMs),
      busyWithoutSuccessMs: agoMs(this.busySinceMs) ?? 0,
    };
  }
}
