import { ArrivalRate } from './arrival-rate.js';
import { CostCurve } from './cost-curve.js';

/** What has been learned is acted upon for this long after the latest batch, and ten batches more. */
const TRUSTED_FOR_MS = 1000;
const TRUSTED_FOR_BATCHES = 10;
/** However long batches take: a first one that carried the warm-up shall not lock everybody out for minutes. */
const TRUSTED_AT_MOST_MS = 2000;

/** What a batcher has learned by watching: what batches cost, and how many requests come. */
export class LearnedBehavior {
  /** S(n): what a batch of n requests takes. */
  readonly curve = new CostCurve();
  /** How many requests come per millisecond. */
  readonly arrivals = new ArrivalRate();
  /**
   * How many requests make a batch where it is what they cost that limits it: a mean of the latest such batches, or
   * what a larger one has held since. Infinity as long as there was none.
   */
  mostByCost = Infinity;
  private lastObservedAtMs = -Infinity;
  /** Whether what is known was trusted when the last free slot was taken, and no slot has become free since. */
  private isTrustKept = false;

  /** A batch of `size` has taken `timeMs`. */
  observeBatch(size: number, timeMs: number, nowMs: number): void {
    // Few are let in while nothing is trusted: were a fast one cut off like an outlier, that would go on for a minute.
    this.curve.observe(size, timeMs, !this.isTrusted(nowMs - timeMs));
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

  /** The last free slot has been taken. However long that lasts, nothing is forgotten: nobody else could be asked. */
  slotsTaken(nowMs: number): void {
    this.isTrustKept ||= this.isTrusted(nowMs);
  }

  /** A slot is free again. */
  slotFreed(): void {
    this.isTrustKept = false;
  }

  /**
   * Whether S(n) is good enough to turn a request away for its deadline. Not if nothing has run for a while: a
   * processor that was slow and has recovered would otherwise never be asked again.
   */
  isTrusted(nowMs: number): boolean {
    if (!this.curve.isKnown) return false;
    if (this.isTrustKept) return true;
    const trustedForMs = TRUSTED_FOR_MS + TRUSTED_FOR_BATCHES * this.curve.predictMs(1);
    return nowMs - this.lastObservedAtMs <= Math.min(trustedForMs, TRUSTED_AT_MOST_MS);
  }
}
