import type { BucketKey } from '../queue/queue-entry.js';
import { ArrivalRate } from './arrival-rate.js';
import type { CostCurve } from './cost-curve.js';
import { LearnedBatches } from './learned-batches.js';
import { LearnedBuckets } from './learned-buckets.js';

/** What a batcher has learned by watching: what batches cost, and how many requests come. */
export class LearnedBehavior {
  /** What is known of all batches together. */
  readonly all = new LearnedBatches();
  /** What is known of those of each bucket. */
  readonly buckets = new LearnedBuckets(this.all);
  /** How many requests come per millisecond. */
  readonly arrivals = new ArrivalRate();
  /** Whether the last free slot was taken, and none has become free since. */
  private areSlotsTaken = false;
  /** Whether what is known was not recent then, so that what runs shows whether it is still so. */
  private isAsking = false;

  /** S(n) of all batches together. */
  get curve(): CostCurve {
    return this.all.curve;
  }

  /** How many requests of a bucket come per millisecond. */
  arrivalsPerMsOf(bucketKey: BucketKey): number {
    return this.arrivals.requestsPerMs * this.buckets.shareOf(bucketKey);
  }

  /** A batch of `size` has taken `timeMs`. */
  observeBatch(size: number, timeMs: number, nowMs: number, bucketKey?: BucketKey): void {
    this.buckets.observeBatch(bucketKey, size, timeMs, nowMs, this.curve.predictMs(size));
    // Few are let in while nothing is trusted: were a fast one cut off like an outlier, that would go on for a minute.
    this.all.observeBatch(size, timeMs, nowMs, !this.all.isFresh(nowMs - timeMs));
  }

  /**
   * A batch of `size` has been formed, where what it costs is limited.
   *
   * @param isCut Whether the next request would have been too expensive.
   */
  observeCost(size: number, isCut: boolean, bucketKey?: BucketKey): void {
    this.all.observeCost(size, isCut);
    this.buckets.observeCost(bucketKey, size, isCut);
  }

  /**
   * What a request of a bucket may be turned away by: as its bucket is judged, unless no batch of it has run for a
   * while and all together are faster. Else a few slow ones would lock a bucket out for as long as others run.
   */
  lenientlyOf(bucketKey: BucketKey, nowMs: number): LearnedBatches {
    const own = this.buckets.of(bucketKey);
    if (own === this.all || own.isFresh(nowMs)) return own;
    return own.curve.predictMs(1) <= this.curve.predictMs(1) ? own : this.all;
  }

  /**
   * The last free slot has been taken. What is known counts until one is free: nobody could be asked meanwhile, or one
   * batch is asking just now, and that is enough.
   */
  slotsTaken(nowMs: number): void {
    if (!this.areSlotsTaken) this.isAsking = !this.all.isFresh(nowMs);
    this.areSlotsTaken = true;
  }

  /** A slot is free again. */
  slotFreed(): void {
    this.areSlotsTaken = false;
    this.isAsking = false;
  }

  /**
   * Whether S(n) is good enough to turn a request away for its deadline. Not if nothing has run for a while: a
   * processor that was slow and has recovered would otherwise never be asked again.
   */
  isTrusted(nowMs: number): boolean {
    return this.curve.isKnown && (this.areSlotsTaken || this.all.isFresh(nowMs));
  }

  /** As `isTrusted`, for one that shares the place of another: it costs nothing, also in a batch that is asking. */
  isTrustedForJoiners(nowMs: number): boolean {
    return !this.isAsking && this.isTrusted(nowMs);
  }
}
