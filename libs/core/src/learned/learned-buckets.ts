import type { BucketKey } from '../queue/queue-entry.js';
import { LearnedBatches } from './learned-batches.js';

/** The most buckets of which something is kept: those with the latest batches. Each batch looks at all of them. */
const MOST_BUCKETS = 64;
/** Which share of the requests a bucket has is told by about so many of the latest. */
const SHARE_TOLD_BY_REQUESTS = 1000;
const WEIGHT_OF_NEWEST_DEVIATION = 0.1;
/** A bucket is judged by itself where all batches together foretell its own this many times as badly. */
const WORSE_FROM_TIMES = 2;

/** What has been learned of the batches of one bucket, beside those of others. */
export class LearnedBucket extends LearnedBatches {
  /** Which share of the requests are of this bucket, as a part of what is told of all. */
  share = 0;
  private deviationFromAllMs = 0;

  /** Whether its batches take another time than all do together, as far as can be told. */
  get differs(): boolean {
    return this.deviationFromAllMs > WORSE_FROM_TIMES * this.curve.meanDeviationMs;
  }

  /** A batch of this bucket has deviated so much from what all batches together let expect. */
  observeDeviationFromAll(deviationMs: number): void {
    // Of its own first batch nothing was expected either.
    if (!this.curve.isKnown) return;
    this.deviationFromAllMs += WEIGHT_OF_NEWEST_DEVIATION * (deviationMs - this.deviationFromAllMs);
  }
}

/**
 * What has been learned of each bucket: batches of short texts take less than those of long ones. Of a bucket that is
 * new, or like the others, what is known of all batches says more. Memory is bounded: for a new bucket the one is
 * forgotten whose latest batch is longest ago.
 */
export class LearnedBuckets {
  /** In the order of their latest batches. Empty as long as nobody has named a bucket. */
  private readonly byKey = new Map<BucketKey, LearnedBucket>();
  /** What all shares make together: 1 once many requests have come. */
  private shares = 0;
  /** The longest times and the fewest requests of all of them. */
  private longest = { fixedTimeMs: 0, timePerRequestMs: 0, mostByCost: Infinity };

  constructor(private readonly all: LearnedBatches) {}

  /** What a bucket is judged by: by its own batches, where they differ from all, and by all otherwise. */
  of(bucketKey: BucketKey): LearnedBatches {
    if (this.byKey.size === 0) return this.all;
    const own = this.byKey.get(bucketKey);
    return own?.differs === true ? own : this.all;
  }

  /** Which share of the requests are of this bucket, from 0 to 1. */
  shareOf(bucketKey: BucketKey): number {
    return this.byKey.size === 0 ? 1 : (this.byKey.get(bucketKey)?.share ?? 0) / this.shares;
  }

  /** No batch of `size` is expected to take longer, of whatever bucket; in milliseconds. */
  longestMs(size: number): number {
    if (this.byKey.size === 0) return this.all.curve.predictMs(size);
    return this.longest.fixedTimeMs + this.longest.timePerRequestMs * size;
  }

  /** The least `mostByCost` of all buckets. */
  get leastByCost(): number {
    return this.byKey.size === 0 ? this.all.mostByCost : this.longest.mostByCost;
  }

  /** A batch of `size` has taken `timeMs`, where all batches together let expect `expectedMs`. */
  observeBatch(bucketKey: BucketKey, size: number, timeMs: number, nowMs: number, expectedMs: number): void {
    const own = this.latest(bucketKey);
    if (own === undefined) return;
    own.observeDeviationFromAll(Math.abs(timeMs - expectedMs));
    own.observeBatch(size, timeMs, nowMs, !own.isFresh(nowMs - timeMs));
    this.compareAll(own, size);
  }

  /**
   * A batch of `size` has been formed, where what it costs is limited; `isCut` if the next request cost too much. Of a
   * new bucket nothing is noted before its first batch has ended: there is nothing yet to foretell with it.
   */
  observeCost(bucketKey: BucketKey, size: number, isCut: boolean): void {
    const own = this.byKey.get(bucketKey);
    if (own === undefined) return;
    own.observeCost(size, isCut);
    this.longest.mostByCost = Math.min(this.longest.mostByCost, own.mostByCost);
  }

  /** The bucket that has a batch now; undefined as long as there is only the one of all that name none. */
  private latest(bucketKey: BucketKey): LearnedBucket | undefined {
    const { byKey } = this;
    if (bucketKey === undefined && byKey.size === 0) return undefined;
    const own = byKey.get(bucketKey) ?? new LearnedBucket();
    byKey.delete(bucketKey);
    byKey.set(bucketKey, own);
    if (byKey.size > MOST_BUCKETS) {
      const [oldestKey] = byKey.keys();
      byKey.delete(oldestKey);
    }
    return own;
  }

  private compareAll(latest: LearnedBucket, size: number): void {
    const newest = 1 - Math.exp(-size / SHARE_TOLD_BY_REQUESTS);
    const { curve, mostByCost } = this.all;
    const longest = {
      fixedTimeMs: curve.fixedTimeMs,
      timePerRequestMs: curve.timePerRequestMs,
      mostByCost,
    };
    for (const known of this.byKey.values()) {
      known.share -= newest * known.share;
      longest.fixedTimeMs = Math.max(longest.fixedTimeMs, known.curve.fixedTimeMs);
      longest.timePerRequestMs = Math.max(longest.timePerRequestMs, known.curve.timePerRequestMs);
      longest.mostByCost = Math.min(longest.mostByCost, known.mostByCost);
    }
    latest.share += newest;
    this.shares += newest * (1 - this.shares);
    this.longest = longest;
  }
}
