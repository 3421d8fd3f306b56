import type { Bucket } from './bucket.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';

/** What is served before a request that comes now. */
export interface RequestsAhead {
  /** Requests of its own bucket. */
  readonly inBucket: number;
  /** Requests of all other buckets together. */
  readonly inOtherBuckets: number;
  /** How many other buckets those are. */
  readonly otherBuckets: number;
  /** How many batches those make. */
  readonly otherBatches: number;
  /** How long these take together, in milliseconds. */
  readonly otherBatchesMs: number;
}

/** What is foretold of batches: of those of one bucket, and of all together. */
export interface BatchOutlook {
  /** How many requests of a bucket a batch holds at most. */
  mostIn(bucketKey: BucketKey): number;
  /** How long so many requests of a bucket take, in as few batches as they fit into; in milliseconds. */
  batchesMs(bucketKey: BucketKey, requests: number): number;
  /** How many requests a batch holds at most, of whatever bucket. */
  readonly mostInAny: number;
  /** How long a batch takes, of whatever bucket; in milliseconds. */
  anyBatchMs(size: number): number;
}

/** What goes before a request where nothing waits in other buckets. */
export const NO_OTHERS_AHEAD = {
  inOtherBuckets: 0,
  otherBuckets: 0,
  otherBatches: 0,
  otherBatchesMs: 0,
} as const;

/**
 * What of these buckets is served before a batch of another, which goes for a request as urgent as one since `sinceMs`:
 * whole batches, each for a request that is as urgent; an estimate.
 */
export function countBatchesAhead<TEntry extends QueueEntry>(
  buckets: Iterable<Bucket<TEntry>>,
  sinceMs: number,
  outlook: BatchOutlook,
): Omit<RequestsAhead, 'inBucket'> {
  let inOtherBuckets = 0;
  let otherBuckets = 0;
  let otherBatches = 0;
  let otherBatchesMs = 0;
  for (const bucket of buckets) {
    const most = outlook.mostIn(bucket.key);
    const batches = Math.ceil(bucket.countUrgentSince(sinceMs) / most);
    if (batches === 0) continue;
    const requests = Math.min(bucket.size, batches * most);
    otherBuckets += 1;
    inOtherBuckets += requests;
    otherBatches += batches;
    otherBatchesMs += outlook.batchesMs(bucket.key, requests);
  }
  return { inOtherBuckets, otherBuckets, otherBatches, otherBatchesMs };
}

/** As if all requests of the other buckets were served first, where these are too many to be looked at. */
export function countAllAhead(
  inOtherBuckets: number,
  otherBuckets: number,
  outlook: BatchOutlook,
): Omit<RequestsAhead, 'inBucket'> {
  const otherBatches = Math.max(otherBuckets, Math.ceil(inOtherBuckets / outlook.mostInAny));
  const otherBatchesMs = otherBatches * outlook.anyBatchMs(inOtherBuckets / otherBatches);
  return { inOtherBuckets, otherBuckets, otherBatches, otherBatchesMs };
}
