import type { Bucket } from './bucket.js';
import { IndexedHeap, type HeapEntry } from './indexed-heap.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';

/**
 * The buckets that have a key, in the orders in which they are asked for: the most urgent, the one that has waited
 * longest, and those that hold a full batch. A bucket that is empty is forgotten.
 */
export class BucketOrder<TEntry extends QueueEntry> {
  private readonly ordered = new Map<BucketKey, OrderedBucket<TEntry>>();
  private readonly byUrgency = new IndexedHeap<BucketPlace<TEntry>>();
  private readonly byAge = new IndexedHeap<BucketPlace<TEntry>>();
  private readonly full = new Set<Bucket<TEntry>>();

  /**
   * @param createBucket Makes the bucket of a new key.
   * @param isFull Whether a bucket holds as much as a batch takes.
   */
  constructor(
    private readonly createBucket: (key: BucketKey) => Bucket<TEntry>,
    private readonly isFull: (bucket: Bucket<TEntry>) => boolean,
  ) {}

  /** How many buckets there are. */
  get size(): number {
    return this.ordered.size;
  }

  get mostUrgent(): Bucket<TEntry> | undefined {
    return this.byUrgency.first?.bucket;
  }

  /** The bucket whose oldest request has waited longest. */
  get oldest(): Bucket<TEntry> | undefined {
    return this.byAge.first?.bucket;
  }

  /** The bucket that has held a full batch for longest. */
  get firstFull(): Bucket<TEntry> | undefined {
    for (const bucket of this.full) return bucket;
    return undefined;
  }

  find(key: BucketKey): Bucket<TEntry> | undefined {
    return this.ordered.get(key)?.bucket;
  }

  findOrCreate(key: BucketKey): Bucket<TEntry> {
    const known = this.find(key);
    if (known !== undefined) return known;
    const bucket = this.createBucket(key);
    this.ordered.set(key, {
      bucket,
      urgency: new BucketPlace(bucket),
      age: new BucketPlace(bucket),
    });
    return bucket;
  }

  /** Brings all buckets to their right places after the rules have changed. */
  updateAll(): void {
    for (const { bucket } of this.ordered.values()) this.update(bucket);
  }

  /** Brings a bucket to its right places after requests have come or gone; an empty one is forgotten. */
  update(bucket: Bucket<TEntry>): void {
    const places = this.ordered.get(bucket.key);
    if (places === undefined) return;
    if (bucket.size === 0) {
      this.ordered.delete(bucket.key);
      this.byUrgency.remove(places.urgency);
      this.byAge.remove(places.age);
      this.full.delete(bucket);
      return;
    }
    places.urgency.heapKey = bucket.urgentSinceMs;
    places.age.heapKey = bucket.oldest?.enqueuedAtMs ?? Infinity;
    this.byUrgency.update(places.urgency);
    this.byAge.update(places.age);
    if (this.isFull(bucket)) this.full.add(bucket);
    else this.full.delete(bucket);
  }
}

interface OrderedBucket<TEntry extends QueueEntry> {
  readonly bucket: Bucket<TEntry>;
  readonly urgency: BucketPlace<TEntry>;
  readonly age: BucketPlace<TEntry>;
}

/** A bucket's place in one of the orders. */
class BucketPlace<TEntry extends QueueEntry> implements HeapEntry {
  heapKey = 0;
  heapIndex = -1;

  constructor(readonly bucket: Bucket<TEntry>) {}
}
