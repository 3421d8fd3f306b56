import { CostCurve } from './cost-curve.js';

/** What has been learned is acted upon for this long after the latest batch, and ten batches more. */
const TRUSTED_FOR_MS = 1000;
const TRUSTED_FOR_BATCHES = 10;
/** However long batches take: one that has recovered shall not be left alone for minutes. */
const TRUSTED_AT_MOST_MS = 2000;

/** More batches than this that bear out what is expected need not be counted. */
const MOST_CONFIRMATIONS = 16;

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
  /** How many batches, one after the other, have borne out what one has shown. */
  private confirmations = 0;
  private lastConfirmedAtMs = -Infinity;

  /**
   * A batch of `size` has taken `timeMs`.
   *
   * @param isFirstInAWhile Whether what is known is old.
   */
  observeBatch(size: number, timeMs: number, nowMs: number, isFirstInAWhile: boolean): void {
    const { isKnown, slowdowns } = this.curve;
    this.curve.observe(size, timeMs, isFirstInAWhile);
    this.lastObservedAtMs = nowMs;
    if (!isKnown || this.curve.slowdowns > slowdowns) this.startConfirming(nowMs);
    else if (nowMs - timeMs / 2 >= this.lastConfirmedAtMs) this.confirm(nowMs);
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

  /**
   * Whether what is known is recent enough to turn requests away by it, which keeps it from being found out anew. What
   * a single batch has shown is not: it may have carried a warm-up, or been held up by chance. Each batch that bears it
   * out doubles the time for which it counts, as a circuit breaker that is half open backs off.
   */
  isFresh(nowMs: number): boolean {
    if (this.confirmations === 0) return false;
    const aloneMs = this.curve.predictMs(1);
    const freshForMs = TRUSTED_FOR_MS + TRUSTED_FOR_BATCHES * aloneMs;
    const confirmedForMs = (2 ** this.confirmations - 1) * aloneMs;
    return nowMs - this.lastObservedAtMs <= Math.min(freshForMs, confirmedForMs, TRUSTED_AT_MOST_MS);
  }

  private startConfirming(nowMs: number): void {
    this.confirmations = 0;
    this.lastConfirmedAtMs = nowMs;
  }

  /** Not by those that ran at the same time: whatever held one of them up may have held up all. */
  private confirm(nowMs: number): void {
    this.lastConfirmedAtMs = nowMs;
    if (this.confirmations < MOST_CONFIRMATIONS) this.confirmations += 1;
  }
}
