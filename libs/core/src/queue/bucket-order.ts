import type { Bucket } from './bucket.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';
import { RisingHeap, type RisingEntry } from './rising-heap.js';

/** The most empty buckets kept for later keys. Where keys are few, a bucket that empties and fills is not made anew. */
const MOST_SPARE = 16;

/**
 * The buckets that have a key, in the orders in which they are asked for: the most urgent, the one that has waited
 * longest, and those that hold enough to go at once. A bucket that is empty is forgotten.
 */
export class BucketOrder<TEntry extends QueueEntry> {
  private readonly buckets = new Map<BucketKey, Bucket<TEntry>>();
  private readonly byUrgency = new RisingHeap<PlaceByUrgency<TEntry>>();
  private readonly byAge = new RisingHeap<PlaceByAge<TEntry>>();
  private readonly ready = new Set<Bucket<TEntry>>();
  private readonly spare: BucketPlaces<TEntry>[] = [];

  /**
   * @param createBucket Makes a bucket, which is given its key.
   * @param isReady Whether a bucket holds enough to go at once.
   */
  constructor(
    private readonly createBucket: () => Bucket<TEntry>,
    private readonly isReady: (bucket: Bucket<TEntry>) => boolean,
  ) {}

  /** How many buckets there are. */
  get size(): number {
    return this.buckets.size;
  }

  get mostUrgent(): Bucket<TEntry> | undefined {
    return this.byUrgency.first?.bucket;
  }

  /** The bucket whose oldest request has waited longest. */
  get oldest(): Bucket<TEntry> | undefined {
    return this.byAge.first?.bucket;
  }

  /** The bucket that has held enough to go at once for longest. */
  get firstReady(): Bucket<TEntry> | undefined {
    if (this.ready.size === 0) return undefined;
    for (const bucket of this.ready) return bucket;
    return undefined;
  }

  /** The buckets that are as urgent as one since this time, or more, and maybe others; not more than `most`. */
  urgentSince(timeMs: number, most: number): readonly Bucket<TEntry>[] {
    return this.byUrgency.upTo(timeMs, most).map(({ bucket }) => bucket);
  }

  find(key: BucketKey): Bucket<TEntry> | undefined {
    return this.buckets.get(key);
  }

  findOrCreate(key: BucketKey): Bucket<TEntry> {
    const known = this.buckets.get(key);
    if (known !== undefined) return known;
    const places = this.spare.pop() ?? placesOf(this.createBucket());
    const { bucket } = places.byAge;
    bucket.places = places;
    bucket.key = key;
    this.buckets.set(key, bucket);
    return bucket;
  }

  forEach(visit: (bucket: Bucket<TEntry>) => void): void {
    this.buckets.forEach(visit);
  }

  /**
   * Brings a bucket to its right places when a request has come into it.
   *
   * @param candidate The request, if it may be the most urgent one or the oldest now; most may not.
   */
  added(bucket: Bucket<TEntry>, places: BucketPlaces<TEntry>, candidate: TEntry | undefined): void {
    if (candidate !== undefined) {
      this.byUrgency.mayFall(places.byUrgency, bucket.effectiveArrivalMsOf(candidate));
      this.byAge.mayFall(places.byAge, candidate.enqueuedAtMs);
    }
    if (!places.isReady) this.noteWhetherReady(bucket, places);
  }

  /** Brings a bucket to its right places after requests have come or gone; an empty one is forgotten. */
  update(bucket: Bucket<TEntry>): void {
    const { places } = bucket;
    if (places === undefined) return;
    if (bucket.size === 0) {
      this.forget(bucket, places);
      return;
    }
    this.byUrgency.update(places.byUrgency);
    this.byAge.mayFall(places.byAge, places.byAge.currentKey);
    this.noteWhetherReady(bucket, places);
  }

  /** Brings all buckets to their right places after the rules have changed. */
  updateAll(): void {
    this.forEach((bucket) => {
      bucket.rulesChanged();
      this.update(bucket);
    });
    for (const { byAge } of this.spare) byAge.bucket.rulesChanged();
  }

  private noteWhetherReady(bucket: Bucket<TEntry>, places: BucketPlaces<TEntry>): void {
    const isReady = this.isReady(bucket);
    if (isReady === places.isReady) return;
    places.isReady = isReady;
    if (isReady) this.ready.add(bucket);
    else this.ready.delete(bucket);
  }

  private forget(bucket: Bucket<TEntry>, places: BucketPlaces<TEntry>): void {
    this.buckets.delete(bucket.key);
    this.byUrgency.remove(places.byUrgency);
    this.byAge.remove(places.byAge);
    this.ready.delete(bucket);
    places.isReady = false;
    bucket.places = undefined;
    if (this.spare.length < MOST_SPARE) this.spare.push(places);
  }
}

/** Where a bucket stands in each of the orders. */
export interface BucketPlaces<TEntry extends QueueEntry> {
  readonly byUrgency: PlaceByUrgency<TEntry>;
  readonly byAge: PlaceByAge<TEntry>;
  isReady: boolean;
}

function placesOf<TEntry extends QueueEntry>(bucket: Bucket<TEntry>): BucketPlaces<TEntry> {
  return { byUrgency: new PlaceByUrgency(bucket), byAge: new PlaceByAge(bucket), isReady: false };
}

class PlaceByUrgency<TEntry extends QueueEntry> implements RisingEntry {
  heapKey = Infinity;
  heapTie = 0;
  heapIndex = -1;

  constructor(readonly bucket: Bucket<TEntry>) {}

  get currentKey(): number {
    return this.bucket.urgentSinceMs;
  }

  /** Many come in the same turn of the event loop, and so at the same time: first come, first served all the same. */
  get currentTie(): number {
    return this.bucket.urgentArrival;
  }
}

class PlaceByAge<TEntry extends QueueEntry> implements RisingEntry {
  heapKey = Infinity;
  heapTie = 0;
  readonly currentTie = 0;
  heapIndex = -1;

  constructor(readonly bucket: Bucket<TEntry>) {}

  get currentKey(): number {
    return this.bucket.oldestAtMs;
  }
}
