import type { BucketKey } from '../queue/queue-entry.js';
import { LearnedBatches } from './learned-batches.js';

/** The most buckets of which something is kept: those with the latest batches. */
const MOST_BUCKETS = 64;
/** Which share of the requests a bucket has is told by about so many of the latest. */
const SHARE_TOLD_BY_REQUESTS = 1000;
const WEIGHT_OF_NEWEST_DEVIATION = 0.1;
/** A bucket is judged by itself where all batches together foretell its own this many times as badly. */
const WORSE_FROM_TIMES = 2;

/** What has been learned of the batches of one bucket, beside those of others. */
export class LearnedBucket extends LearnedBatches {
  /** Which of all batches was its latest, counted from 1. */
  latestBatch = 0;
  private share = 0;
  private shareAtRequests = 0;
  private deviationFromAllMs = 0;

  /** Whether its batches take another time than all do together, as far as can be told. */
  get differs(): boolean {
    return this.deviationFromAllMs > WORSE_FROM_TIMES * this.curve.meanDeviationMs;
  }

  /** Which share of the requests were of this bucket when so many had come, as a part of what is told of all. */
  shareBy(requests: number): number {
    return this.share * Math.exp((this.shareAtRequests - requests) / SHARE_TOLD_BY_REQUESTS);
  }

  /** The latest of so many `requests` were of this bucket, and make this part of what is told. */
  observeShare(newest: number, requests: number): void {
    this.share = this.shareBy(requests) + newest;
    this.shareAtRequests = requests;
  }

  /** A batch of this bucket has deviated so much from what all batches together let expect. */
  observeDeviationFromAll(deviationMs: number): void {
    // Of its own first batch nothing was expected either.
    if (!this.curve.isKnown) return;
    this.deviationFromAllMs += WEIGHT_OF_NEWEST_DEVIATION * (deviationMs - this.deviationFromAllMs);
  }
}

/** No batch is expected to take longer, or to hold fewer requests for what they cost. */
interface LongestBatches {
  readonly fixedTimeMs: number;
  readonly timePerRequestMs: number;
  readonly mostByCost: number;
}

/**
 * What has been learned of each bucket: batches of short texts take less than those of long ones. Of a bucket that is
 * new, or like the others, what is known of all batches says more. Memory is bounded: for a new bucket the one is
 * forgotten whose latest batch is longest ago.
 */
export class LearnedBuckets {
  /** Empty as long as nobody has named a bucket. */
  private readonly byKey = new Map<BucketKey, LearnedBucket>();
  /** How many requests rode in the batches of all of them, and how many batches there were. */
  private requests = 0;
  private batches = 0;
  /** The longest times and the fewest requests of all of them; undefined until somebody asks again. */
  private knownLongest: LongestBatches | undefined = undefined;

  constructor(private readonly all: LearnedBatches) {}

  /** What a bucket is judged by: by its own batches, where they differ from all, and by all otherwise. */
  of(bucketKey: BucketKey): LearnedBatches {
    if (this.byKey.size === 0) return this.all;
    const own = this.byKey.get(bucketKey);
    return own?.differs === true ? own : this.all;
  }

  /** Which share of the requests are of this bucket, from 0 to 1. */
  shareOf(bucketKey: BucketKey): number {
    return this.byKey.size === 0
      ? 1
      : (this.byKey.get(bucketKey)?.shareBy(this.requests) ?? 0) / shareTold(this.requests);
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
    this.requests += size;
    own.observeShare(shareTold(size), this.requests);
    this.knownLongest = undefined;
  }

  /**
   * A batch of `size` has been formed, where what it costs is limited; `isCut` if the next request cost too much. Of a
   * new bucket nothing is noted before its first batch has ended: there is nothing yet to foretell with it.
   */
  observeCost(bucketKey: BucketKey, size: number, isCut: boolean): void {
    const own = this.byKey.get(bucketKey);
    if (own === undefined) return;
    own.observeCost(size, isCut);
    this.knownLongest = undefined;
  }

  /** The bucket that has a batch now; undefined as long as there is only the one of all that name none. */
  private latest(bucketKey: BucketKey): LearnedBucket | undefined {
    if (bucketKey === undefined && this.byKey.size === 0) return undefined;
    const own = this.byKey.get(bucketKey) ?? this.remember(bucketKey);
    own.latestBatch = this.batches += 1;
    return own;
  }

  private remember(bucketKey: BucketKey): LearnedBucket {
    if (this.byKey.size === MOST_BUCKETS) this.forgetOldest();
    const own = new LearnedBucket();
    this.byKey.set(bucketKey, own);
    return own;
  }

  private forgetOldest(): void {
    let oldestKey: BucketKey = undefined;
    let oldest = Infinity;
    for (const [key, { latestBatch }] of this.byKey) {
      if (latestBatch >= oldest) continue;
      oldestKey = key;
      oldest = latestBatch;
    }
    this.byKey.delete(oldestKey);
  }

  private get longest(): LongestBatches {
    if (this.knownLongest !== undefined) return this.knownLongest;
    let { fixedTimeMs, timePerRequestMs } = this.all.curve;
    let { mostByCost } = this.all;
    for (const known of this.byKey.values()) {
      fixedTimeMs = Math.max(fixedTimeMs, known.curve.fixedTimeMs);
      timePerRequestMs = Math.max(timePerRequestMs, known.curve.timePerRequestMs);
      mostByCost = Math.min(mostByCost, known.mostByCost);
    }
    this.knownLongest = { fixedTimeMs, timePerRequestMs, mostByCost };
    return this.knownLongest;
  }
}

/** What so many of the latest requests make of all that tells a share. */
function shareTold(requests: number): number {
  return 1 - Math.exp(-requests / SHARE_TOLD_BY_REQUESTS);
}
