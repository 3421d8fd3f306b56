import type { Bucket } from './bucket.js';
import type { QueueEntry } from './queue-entry.js';

/** What is served before a request that comes now. */
export interface RequestsAhead {
  /** Requests of its own bucket. */
  readonly inBucket: number;
  /** Requests of all other buckets together. */
  readonly inOtherBuckets: number;
  /** How many other buckets those are. */
  readonly otherBuckets: number;
}

/**
 * What of these buckets is served before a batch of another, which goes for a request as urgent as one since `sinceMs`:
 * whole batches, each for a request that is as urgent; an estimate.
 */
export function countBatchesAhead<TEntry extends QueueEntry>(
  buckets: Iterable<Bucket<TEntry>>,
  sinceMs: number,
  mostInBatch: number,
): Omit<RequestsAhead, 'inBucket'> {
  let inOtherBuckets = 0;
  let otherBuckets = 0;
  for (const bucket of buckets) {
    const batches = Math.ceil(bucket.countUrgentSince(sinceMs) / mostInBatch);
    if (batches === 0) continue;
    otherBuckets += 1;
    inOtherBuckets += Math.min(bucket.size, batches * mostInBatch);
  }
  return { inOtherBuckets, otherBuckets };
}
