import { CostCurve } from './cost-curve.js';

/** What has been learned is acted upon for this long after the latest batch, and ten batches more. */
const TRUSTED_FOR_MS = 1000;
const TRUSTED_FOR_BATCHES = 10;
/** However long batches take: a first one that carried the warm-up shall not lock everybody out for minutes. */
const TRUSTED_AT_MOST_MS = 2000;

/** What has been learned of batches: of all, or of those of one bucket. */
export class LearnedBatches {
  /** S(n): what a batch of n requests takes. */
  readonly curve = new CostCurve();
  /**
   * How many requests make a batch where it is what they cost that limits it: a mean of the latest such batches, or
   * what a larger one has held since. Infinity as long as there was none.
   */
  mostByCost = Infinity;
  private lastObservedAtMs = -Infinity;

  /**
   * A batch of `size` has taken `timeMs`.
   *
   * @param isFirstInAWhile Whether what is known is old.
   */
  observeBatch(size: number, timeMs: number, nowMs: number, isFirstInAWhile: boolean): void {
    this.curve.observe(size, timeMs, isFirstInAWhile);
    this.lastObservedAtMs = nowMs;
  }

  /**
   * A batch of `size` has been formed, where what it costs is limited.
   *
   * @param isCut Whether the next request would have been too expensive.
   */
  observeCost(size: number, isCut: boolean): void {
    if (!isCut) {
      // Who comes now costs less than those who were cut off, or of another bucket: the limit is not where it was.
      if (size > this.mostByCost) this.mostByCost = size;
      return;
    }
    this.mostByCost = this.mostByCost === Infinity ? size : this.mostByCost + (size - this.mostByCost) / 8;
  }

  /** Whether the latest batch was a second ago, or ten batches more, at most. */
  isFresh(nowMs: number): boolean {
    if (!this.curve.isKnown) return false;
    const freshForMs = TRUSTED_FOR_MS + TRUSTED_FOR_BATCHES * this.curve.predictMs(1);
    return nowMs - this.lastObservedAtMs <= Math.min(freshForMs, TRUSTED_AT_MOST_MS);
  }
}
