import type { Bucket } from '../queue/bucket.js';
import type { BucketKey, QueueEntry } from '../queue/queue-entry.js';
import type { BatchOutlook } from '../queue/requests-ahead.js';

/** The buckets of a queue, as far as those are concerned who come. */
export interface BucketsInView {
  /** The bucket of such requests; undefined if there is none yet. */
  bucketOf(
    terms: Pick<QueueEntry, 'bucketKey'>,
  ): Pick<Bucket<QueueEntry>, 'size' | 'urgentSinceMs'> | undefined;
}

/** Requests that come together. */
export interface Newcomers {
  /** How many are of the bucket of the first of them. */
  readonly inBucket: number;
  /** How many are of each other bucket, by its key. */
  readonly inOtherBuckets: ReadonlyMap<BucketKey, number>;
}

const NOWHERE_ELSE: ReadonlyMap<BucketKey, number> = new Map();
/** One by itself. */
export const ONE_NEWCOMER: Newcomers = { inBucket: 1, inOtherBuckets: NOWHERE_ELSE };

/** What a call brings for other buckets. */
export interface OtherNewcomers {
  readonly requests: number;
  /** How many of those buckets are empty so far. */
  readonly newBuckets: number;
  /** How many batches more that makes. */
  readonly batches: number;
  /** How long these take together, in milliseconds. */
  readonly batchesMs: number;
}

export const NO_OTHERS: OtherNewcomers = { requests: 0, newBuckets: 0, batches: 0, batchesMs: 0 };

/** `NO_OTHERS` if all are of one bucket. */
export function othersOf(
  { inOtherBuckets }: Newcomers,
  buckets: BucketsInView,
  outlook: Pick<BatchOutlook, 'mostIn' | 'batchesMs'>,
): OtherNewcomers {
  if (inOtherBuckets.size === 0) return NO_OTHERS;
  let requests = 0;
  let newBuckets = 0;
  let batches = 0;
  let batchesMs = 0;
  for (const [bucketKey, count] of inOtherBuckets) {
    const size = buckets.bucketOf({ bucketKey })?.size ?? 0;
    const most = outlook.mostIn(bucketKey);
    requests += count;
    if (size === 0) newBuckets += 1;
    batches += Math.ceil((size + count) / most) - Math.ceil(size / most);
    batchesMs += outlook.batchesMs(bucketKey, size + count) - outlook.batchesMs(bucketKey, size);
  }
  return { requests, newBuckets, batches, batchesMs };
}
