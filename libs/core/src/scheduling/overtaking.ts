import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { safeBatchTimeMs } from './batch-size-choice.js';
import type { CostCurve } from '../learned/cost-curve.js';
import type { DeadlineWatch } from './deadline-watch.js';
import type { SlotForecast } from './slot-forecast.js';

/** A deadline is far away if it would be kept even if everything took this many times as long as foretold. */
const FAR_FROM_TIMES = 4;

/**
 * Says whether a batch that is formed before a slot is free would have been another one a moment later: because of a
 * newcomer of higher priority or with a nearer deadline, or because one of its requests ran out of time meanwhile.
 */
export class Overtaking {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly curve: CostCurve,
    private readonly deadlines: Pick<DeadlineWatch<never, never>, 'isEmpty' | 'isAnyQueuedBefore'>,
    private readonly slots: Pick<SlotForecast, 'likelyFreeAfterMs'>,
  ) {}

  /**
   * @param bucket Whose requests it would hold.
   * @param size How many of them.
   */
  isPossible(bucket: { readonly firstPrioritySize: number }, size: number, nowMs: number): boolean {
    if (this.config.priorityLevels > 1 && bucket.firstPrioritySize < size) return true;
    return !this.deadlines.isEmpty && this.deadlines.isAnyQueuedBefore(this.farFromMs(size, nowMs));
  }

  /** Who has a deadline from then on keeps it whichever slot becomes free, on the clock's scale. */
  private farFromMs(size: number, nowMs: number): number {
    // Between buckets it is the nearest deadline that decides, and it may be a newcomer's.
    if (this.config.bucketOf !== undefined || !this.curve.isKnown) return Infinity;
    const untilFreeMs = this.slots.likelyFreeAfterMs(nowMs).at(-1) ?? 0;
    return nowMs + FAR_FROM_TIMES * (untilFreeMs + safeBatchTimeMs(size, this.config, this.curve));
  }
}
