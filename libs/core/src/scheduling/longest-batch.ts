import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { LastingBound } from '../learned/lasting-bound.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import { largestBatchSize, paddedBatchSize, safeBatchTimeMs } from './batch-size-choice.js';

/** How long the longest batch takes, of whatever bucket. */
export class LongestBatch {
  private readonly lastingForTwo = new LastingBound();

  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly learned: LearnedBehavior,
  ) {}

  /** Hardly any batch takes longer, in milliseconds. */
  get timeMs(): number {
    const { config, learned } = this;
    const most = largestBatchSize(config);
    const safeMs = safeBatchTimeMs(most, config, learned.curve);
    return Math.max(safeMs, learned.buckets.longestMs(paddedBatchSize(most, config)));
  }

  /** Looks at the configuration anew. */
  configChanged(): void {
    this.lastingForTwo.forget();
  }

  /** Whether a time on the clock's scale is so far off that to it two more batches make no difference. */
  isFarBefore(timeMs: number, nowMs: number): boolean {
    if (this.lastingForTwo.isDue(nowMs)) this.lastingForTwo.told(2 * this.timeMs, nowMs);
    return this.lastingForTwo.isFarBelow(timeMs - nowMs);
  }
}
