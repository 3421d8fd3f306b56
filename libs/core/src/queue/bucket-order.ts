import type { Bucket, BucketLoad } from './bucket.js';
import { IndexedHeap, type HeapEntry } from './indexed-heap.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';
import { RisingHeap, type RisingEntry } from './rising-heap.js';

/** The most empty buckets that are kept: where keys are few, one that empties and fills is not made anew. */
const MOST_IDLE = 16;

/** When a bucket holds enough to go at once. They may change; `updateAll` must follow then. */
export interface ReadyRules {
  /** Whether a bucket holds enough to go at once, as soon as a slot is free. */
  isReady(bucket: BucketLoad): boolean;
  /** Of a bucket that holds fewer requests this need not be asked. Default 1. */
  readonly leastReadySize?: number;
}

/**
 * The buckets that have a key, in the orders in which they are asked for: the most urgent, the one that has waited
 * longest, and those that hold enough to go at once. All but a few of those that are empty are forgotten.
 */
export class BucketOrder<TEntry extends QueueEntry> {
  /** How many buckets hold requests. */
  size = 0;
  private readonly buckets = new Map<BucketKey, Bucket<TEntry>>();
  private readonly byUrgency = new RisingHeap<PlaceByUrgency<TEntry>>();
  private readonly byAge = new RisingHeap<PlaceByAge<TEntry>>();
  private readonly ready = new IndexedHeap<PlaceAmongReady<TEntry>>();
  /** How often a bucket has come to hold enough. */
  private becameReady = 0;
  /** All that are empty, and some that have been and are not any more. */
  private readonly idle: BucketPlaces<TEntry>[] = [];
  private leastReadySize: number;
  /** One that has been forgotten, for the next key that is new. */
  private spare: Bucket<TEntry> | undefined = undefined;

  /**
   * @param createBucket Makes a bucket, which is given its key.
   * @param rules Asked at each step.
   */
  constructor(
    private readonly createBucket: () => Bucket<TEntry>,
    private readonly rules: ReadyRules,
  ) {
    this.leastReadySize = rules.leastReadySize ?? 1;
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
    return this.ready.first?.bucket;
  }

  /** The buckets that are as urgent as one since this time, or more, and maybe others; not more than `most`. */
  urgentSince(timeMs: number, most: number): readonly Bucket<TEntry>[] {
    const found = this.byUrgency.upTo(timeMs, most + MOST_IDLE).map(({ bucket }) => bucket);
    return found.filter(({ size }) => size > 0).slice(0, most);
  }

  /** The bucket of this key, if it holds requests. */
  find(key: BucketKey): Bucket<TEntry> | undefined {
    const bucket = this.buckets.get(key);
    return bucket?.places?.isIdle === true ? undefined : bucket;
  }

  /** The bucket of this key, for a request that comes into it. */
  findOrCreate(key: BucketKey): Bucket<TEntry> {
    return this.buckets.get(key) ?? this.create(key);
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
    if (places.isIdle) {
      places.isIdle = false;
      this.size += 1;
    }
    if (candidate !== undefined) {
      this.byUrgency.mayFall(places.byUrgency, bucket.effectiveArrivalMsOf(candidate));
      this.byAge.mayFall(places.byAge, candidate.enqueuedAtMs);
    }
    const mayBecomeReady = bucket.size >= this.leastReadySize && places.amongReady.heapIndex === -1;
    if (mayBecomeReady) this.noteWhetherReady(bucket, places);
  }

  /** Brings a bucket to its right places after requests have come or gone. */
  update(bucket: Bucket<TEntry>): void {
    const { places } = bucket;
    if (places === undefined) return;
    if (bucket.size === 0) {
      this.noteIdle(places);
      return;
    }
    // Who goes before others lets a key rise, which need not be told; but somebody may have been put back.
    this.byUrgency.mayFall(places.byUrgency, places.byUrgency.currentKey);
    this.byAge.mayFall(places.byAge, places.byAge.currentKey);
    this.noteWhetherReady(bucket, places);
  }

  /** Brings all buckets to their right places after the rules have changed. */
  updateAll(): void {
    this.leastReadySize = this.rules.leastReadySize ?? 1;
    this.forEach((bucket) => {
      bucket.rulesChanged();
      this.update(bucket);
      if (bucket.places !== undefined) this.byUrgency.update(bucket.places.byUrgency);
    });
    this.spare?.rulesChanged();
  }

  private create(key: BucketKey): Bucket<TEntry> {
    const bucket = this.spare ?? this.createBucket();
    this.spare = undefined;
    bucket.key = key;
    bucket.places ??= placesOf(bucket);
    this.buckets.set(key, bucket);
    return bucket;
  }

  private noteWhetherReady(bucket: Bucket<TEntry>, { amongReady }: BucketPlaces<TEntry>): void {
    const isReady = this.rules.isReady(bucket);
    if (isReady === (amongReady.heapIndex !== -1)) return;
    if (isReady) {
      amongReady.heapKey = this.becameReady += 1;
      this.ready.add(amongReady);
    } else {
      this.ready.remove(amongReady);
    }
  }

  private noteIdle(places: BucketPlaces<TEntry>): void {
    if (places.isIdle) return;
    places.isIdle = true;
    this.size -= 1;
    this.ready.remove(places.amongReady);
    if (places.isListedAsIdle) return;
    places.isListedAsIdle = true;
    this.idle.push(places);
    if (this.idle.length <= MOST_IDLE) return;
    const oldest = this.idle.shift()!;
    oldest.isListedAsIdle = false;
    if (oldest.isIdle) this.forget(oldest);
  }

  private forget({ byUrgency, byAge }: BucketPlaces<TEntry>): void {
    const { bucket } = byAge;
    this.byUrgency.remove(byUrgency);
    this.byAge.remove(byAge);
    this.buckets.delete(bucket.key);
    this.spare = bucket;
  }
}

/** Where a bucket stands in each of the orders. */
export interface BucketPlaces<TEntry extends QueueEntry> {
  readonly byUrgency: PlaceByUrgency<TEntry>;
  readonly byAge: PlaceByAge<TEntry>;
  readonly amongReady: PlaceAmongReady<TEntry>;
  /** Whether it is empty. */
  isIdle: boolean;
  /** Whether it is listed among those that were empty when they were last looked at. */
  isListedAsIdle: boolean;
}

function placesOf<TEntry extends QueueEntry>(bucket: Bucket<TEntry>): BucketPlaces<TEntry> {
  return {
    byUrgency: new PlaceByUrgency(bucket),
    byAge: new PlaceByAge(bucket),
    amongReady: new PlaceAmongReady(bucket),
    isIdle: true,
    isListedAsIdle: false,
  };
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

/** Who has held enough for longest comes first. */
class PlaceAmongReady<TEntry extends QueueEntry> implements HeapEntry {
  heapKey = 0;
  readonly heapTie = 0;
  heapIndex = -1;

  constructor(readonly bucket: Bucket<TEntry>) {}
}
