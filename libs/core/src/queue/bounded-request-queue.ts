import { BucketOrder, type ReadyRules } from './bucket-order.js';
import { Bucket } from './bucket.js';
import { DisplaceableRequests } from './displaceable-requests.js';
import type { OrdinaryLine } from './ordinary-line.js';
import type { PriorityRules } from './priority-lines.js';
import { isQueued, type QueueEntry } from './queue-entry.js';
import {
  countAllAhead,
  countBatchesAhead,
  NO_OTHERS_AHEAD,
  type BatchOutlook,
  type RequestsAhead,
} from './requests-ahead.js';

/** The most other buckets that are looked at one by one; if more are as urgent, all that wait are taken for it. */
const MOST_BUCKETS_LOOKED_AT = 64;

/** What the queue must know of the configuration. It may change; `rulesChanged` must follow then. */
export interface QueueRules extends PriorityRules, ReadyRules {
  /** Most requests that wait; the caller of `enqueue` keeps to it. */
  readonly maxQueueSize: number;
}

/**
 * All that waits, never more than `maxQueueSize`; by bucket, then by priority, then by tenant, then in the order
 * in which it came. A request can leave from anywhere, and its place is free at once.
 *
 * What is not used costs nothing: while all that waits are ordinary requests, of which nothing special was said, none
 * of them is an entry.
 */
export class BoundedRequestQueue<TEntry extends QueueEntry, TGroup = never> {
  /** How many requests wait. */
  size = 0;
  /** The bucket of all requests that name none. */
  private readonly common: Bucket<TEntry>;
  private readonly keyed: BucketOrder<TEntry>;
  /** Kept from the first time that somebody asks. */
  private sizeByTenant: Map<string, number> | undefined = undefined;
  /** Who would have to give up a place; kept while the queue is full again and again. */
  private displaceable: DisplaceableRequests<TEntry> | undefined = undefined;
  private arrivals = 0;
  private maxSize: number;

  /**
   * Makes an empty queue.
   *
   * @param rules Asked at each step, so that the configuration may change; call `rulesChanged` when it has.
   * @param ordinary Where ordinary requests wait, as long as all in their bucket are. Without it all must be entries.
   */
  constructor(
    private readonly rules: QueueRules,
    private readonly ordinary?: OrdinaryLine<TEntry, TGroup>,
  ) {
    this.maxSize = rules.maxQueueSize;
    this.common = new Bucket<TEntry>(rules, ordinary);
    this.keyed = new BucketOrder<TEntry>(() => new Bucket<TEntry>(rules), rules);
  }

  /** Whether as many wait as `maxQueueSize` allows. */
  get isFull(): boolean {
    return this.size >= this.maxSize;
  }

  /** Whether nobody waits. */
  get isEmpty(): boolean {
    return this.size === 0;
  }

  /** How many buckets hold requests. */
  get bucketCount(): number {
    return this.keyed.size + (this.common.size > 0 ? 1 : 0);
  }

  /** When the one came that has waited longest, on the clock's scale; Infinity if nobody waits. */
  get oldestAtMs(): number {
    return Math.min(this.common.oldestAtMs, this.keyed.oldest?.oldestAtMs ?? Infinity);
  }

  /** The bucket whose turn it is: the one with the most urgent request. */
  get mostUrgentBucket(): Bucket<TEntry> | undefined {
    const { mostUrgent } = this.keyed;
    if (this.common.size === 0) return mostUrgent;
    if (mostUrgent === undefined) return this.common;
    const leadMs = mostUrgent.urgentSinceMs - this.common.urgentSinceMs;
    const isCommonFirst =
      leadMs > 0 || (leadMs === 0 && this.common.urgentArrival < mostUrgent.urgentArrival);
    return isCommonFirst ? this.common : mostUrgent;
  }

  /** The buckets that may have a reason to go although another is more urgent: full, or waiting for longer. */
  get otherCandidates(): readonly Bucket<TEntry>[] {
    if (this.keyed.size === 0) return [];
    const candidates = [
      this.keyed.firstReady,
      this.keyed.oldest,
      this.common.size > 0 ? this.common : undefined,
    ];
    return candidates.filter((bucket) => bucket !== undefined);
  }

  /** The buckets but this one; if there are very many, some of them, the more urgent ones as a rule. */
  otherBuckets(bucket: Bucket<TEntry> | undefined): readonly Bucket<TEntry>[] {
    const all = [this.common, ...this.keyed.urgentSince(Infinity, MOST_BUCKETS_LOOKED_AT)];
    return all.filter((other) => other !== bucket && other.size > 0);
  }

  /**
   * What is served before a request that comes now; an estimate, for forecasts.
   *
   * @param mostInBatch How many requests its own batch holds at most.
   * @param outlook How many batches of the other buckets that makes, and how long they take.
   */
  countAhead(
    newcomer: Pick<TEntry, 'bucketKey' | 'priority' | 'tenant'>,
    mostInBatch: number,
    outlook: BatchOutlook,
    nowMs: number,
  ): RequestsAhead {
    const own = this.bucketOf(newcomer);
    const inBucket = own?.countAhead(newcomer.priority, newcomer.tenant, nowMs) ?? 0;
    const ownSize = own?.size ?? 0;
    if (ownSize === this.size) return { inBucket, ...NO_OTHERS_AHEAD };

    // Its batch goes for the first request in it. Those ahead came evenly spaced, as far as is known.
    const comesAtMs = nowMs + newcomer.priority * this.rules.priorityAgingMs;
    const ownSinceMs = Math.min(comesAtMs, own?.urgentSinceMs ?? Infinity);
    const share = (inBucket - (inBucket % mostInBatch)) / Math.max(1, inBucket);
    const batchSinceMs = ownSinceMs + share * (comesAtMs - ownSinceMs);
    const urgent = this.keyed.urgentSince(batchSinceMs, MOST_BUCKETS_LOOKED_AT);
    if (urgent.length === MOST_BUCKETS_LOOKED_AT) {
      const otherBuckets = this.bucketCount - (ownSize > 0 ? 1 : 0);
      return { inBucket, ...countAllAhead(this.size - ownSize, otherBuckets, outlook) };
    }
    const others = [this.common, ...urgent].filter((bucket) => bucket !== own);
    return { inBucket, ...countBatchesAhead(others, batchSinceMs, outlook) };
  }

  /** How many of its own bucket are served before a request that waits; an estimate, for forecasts. */
  countBefore(entry: TEntry): number {
    return this.bucketOf(entry)?.countBefore(entry) ?? 0;
  }

  /** Visits what is served before a request that comes now, in about the order in which it is. */
  forEachAhead(newcomer: Pick<TEntry, 'bucketKey' | 'priority'>, visit: (entry: TEntry) => void): void {
    this.bucketOf(newcomer)?.forEachUpTo(newcomer.priority, visit);
  }

  /**
   * How many requests of this tenant wait. The first call counts them all; from then on the number is kept.
   */
  sizeOfTenant(tenant: string): number {
    if (this.sizeByTenant === undefined) {
      this.sizeByTenant = new Map();
      this.forEachEntry((entry) => this.countTenant(entry, 1));
    }
    return this.sizeByTenant.get(tenant) ?? 0;
  }

  /** Who would have to go so that a request of this priority can stay: the lowest priority's newest. */
  findDisplaceable(priority: number): TEntry | undefined {
    if (this.displaceable === undefined) {
      const waiting: TEntry[] = [];
      this.forEachEntry((entry) => waiting.push(entry));
      this.displaceable = new DisplaceableRequests(waiting);
    }
    return this.displaceable.find(priority);
  }

  /** Lets a request wait, and tells in which bucket. The caller has made sure that there is room. */
  enqueue(entry: TEntry): Bucket<TEntry> {
    const bucket = entry.bucketKey === undefined ? this.common : this.keyed.findOrCreate(entry.bucketKey);
    entry.arrivalNumber = this.arrivals += 1;
    const mayBeMostUrgent = bucket.add(entry);
    this.size += 1;
    if (this.displaceable !== undefined || this.sizeByTenant !== undefined) this.note(entry);
    if (bucket.places !== undefined) {
      this.keyed.added(bucket, bucket.places, mayBeMostUrgent ? entry : undefined);
    }
    return bucket;
  }

  /** Whether an ordinary request that comes now needs no entry: only such ones wait where it would. */
  get takesOrdinary(): boolean {
    return this.common.isOrdinary;
  }

  /**
   * Counts an ordinary request, which is about to stand in its line, and tells its number, from 1, among all that
   * ever came. To be called only if the queue `takesOrdinary`, and when there is room.
   */
  enqueueOrdinary(): number {
    this.arrivals += 1;
    this.size += 1;
    this.common.ordinaryChanged(1);
    if (this.displaceable !== undefined) this.forgetDisplaceable();
    return this.arrivals;
  }

  /** Takes the next `count` ordinary requests out; there must be as many. */
  takeOrdinary(count: number): TGroup {
    this.size -= count;
    this.common.ordinaryChanged(-count);
    if (this.displaceable !== undefined) this.forgetDisplaceable();
    return this.ordinary!.take(count);
  }

  /** The bucket of a request that waits here, or would; undefined if there is none yet. */
  bucketOf({ bucketKey }: Pick<TEntry, 'bucketKey'>): Bucket<TEntry> | undefined {
    return bucketKey === undefined ? this.common : this.keyed.find(bucketKey);
  }

  /** Takes the next request of a bucket out. `reorder` must follow when enough have been taken. */
  take(bucket: Bucket<TEntry>): TEntry | undefined {
    const entry = bucket.take();
    if (entry === undefined) return undefined;
    this.size -= 1;
    if (this.sizeByTenant !== undefined) this.countTenant(entry, -1);
    return entry;
  }

  /** Takes out the next ones of a bucket: at most `most`, or all that there are. `reorder` must follow. */
  takeMany(bucket: Bucket<TEntry>, most: number): TEntry[] {
    const taken = bucket.takeMany(most);
    this.size -= taken.length;
    if (this.sizeByTenant !== undefined) taken.forEach((entry) => this.countTenant(entry, -1));
    return taken;
  }

  /** Undoes the latest `take` that has not been undone. `reorder` must follow. */
  putBack(bucket: Bucket<TEntry>, entry: TEntry): void {
    bucket.putBack(entry);
    this.size += 1;
    if (this.sizeByTenant !== undefined) this.countTenant(entry, 1);
  }

  /** Brings the order of the buckets up to date after requests have been taken from one. */
  reorder(bucket: Bucket<TEntry>): void {
    if (this.displaceable !== undefined) this.forgetDisplaceable();
    if (bucket !== this.common) this.keyed.update(bucket);
  }

  /** Looks at every bucket anew. */
  rulesChanged(): void {
    this.maxSize = this.rules.maxQueueSize;
    this.common.rulesChanged();
    this.keyed.updateAll();
  }

  /** Takes one request out, wherever it stands; nothing happens if it is not here. */
  remove(entry: TEntry): void {
    if (!isQueued(entry)) return;
    const bucket = this.bucketOf(entry);
    if (bucket === undefined) return;
    bucket.remove(entry);
    this.size -= 1;
    if (this.sizeByTenant !== undefined) this.countTenant(entry, -1);
    this.reorder(bucket);
  }

  /** Visits all that wait, in no particular order. Each becomes an entry for it, and there may be very many. */
  forEach(visit: (entry: TEntry) => void): void {
    this.common.forEach(visit);
    this.keyed.forEach((bucket) => bucket.forEach(visit));
  }

  /** Visits those that are entries: of the others none has a tenant or a deadline, and all have the first priority. */
  forEachEntry(visit: (entry: TEntry) => void): void {
    if (!this.common.isOrdinary) this.common.forEach(visit);
    this.keyed.forEach((bucket) => bucket.forEach(visit));
  }

  private note(entry: TEntry): void {
    this.countTenant(entry, 1);
    this.forgetDisplaceable();
    if (entry.priority > 0) this.displaceable?.add(entry, this.size);
  }

  /**
   * To find them all again costs no more than to have kept them while half of a full queue came; and who has left is
   * not kept for long.
   */
  private forgetDisplaceable(): void {
    if (2 * this.size < this.maxSize) this.displaceable = undefined;
  }

  private countTenant({ tenant }: TEntry, change: number): void {
    const sizes = this.sizeByTenant;
    if (sizes === undefined || tenant === undefined) return;
    const size = (sizes.get(tenant) ?? 0) + change;
    if (size === 0) sizes.delete(tenant);
    else sizes.set(tenant, size);
  }
}
