import type { BucketPlaces } from './bucket-order.js';
import type { OrdinaryLine } from './ordinary-line.js';
import { PriorityLines, type PriorityRules } from './priority-lines.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';
import { WaitingCost } from './waiting-cost.js';

/** How much a bucket holds. */
export interface BucketLoad {
  /** How many requests. */
  readonly size: number;
  /** What they cost together. */
  readonly totalCost: number;
  /** What the most expensive of them costs. */
  readonly largestCost: number;
}

/** Requests that may share a batch, by priority, and what they cost together. */
export class Bucket<TEntry extends QueueEntry> implements BucketLoad {
  /** How many requests it holds. */
  size = 0;
  /**
   * What its requests have in common; undefined for the bucket of all that name none. Changed only while it is empty.
   */
  key: BucketKey = undefined;
  /**
   * Where it stands among the buckets; kept by their order. The bucket of all that name none stands nowhere.
   *
   * @internal
   */
  places: BucketPlaces<TEntry> | undefined = undefined;
  private readonly lines: PriorityLines<TEntry>;
  private readonly cost = new WaitingCost();

  /**
   * @param rules Asked at each step.
   * @param ordinary Where ordinary requests wait while there are no others here; none do where it is not given.
   */
  constructor(
    rules: PriorityRules,
    private readonly ordinary?: OrdinaryLine<TEntry, unknown>,
  ) {
    this.lines = new PriorityLines<TEntry>(rules);
  }

  /** Whether it holds nothing but ordinary requests, so that one more of them needs no entry. */
  get isOrdinary(): boolean {
    return this.ordinary?.size === this.size;
  }

  /** When its most urgent request came, with the head starts of the priorities taken into account; in ms. */
  get urgentSinceMs(): number {
    return this.isTogether ? this.ordinary!.oldestAtMs : this.lines.urgentSinceMs;
  }

  /** The arrival number of its most urgent request; Infinity if it is empty. */
  get urgentArrival(): number {
    return this.isTogether ? this.ordinary!.oldestArrival : this.lines.urgentArrival;
  }

  /** When the one came that has waited longest and still does, on the clock's scale; Infinity if it is empty. */
  get oldestAtMs(): number {
    return this.isTogether ? this.ordinary!.oldestAtMs : this.lines.oldestAtMs;
  }

  /** How many are of the first priority: no priority goes before these, or before whoever is served before them. */
  get firstPrioritySize(): number {
    return this.isTogether ? this.size : this.lines.firstPrioritySize;
  }

  /** Who is to be served next. */
  get next(): TEntry | undefined {
    this.separate();
    return this.lines.next;
  }

  /** Whether tenants take turns in it. */
  get hasTenants(): boolean {
    return this.lines.hasTenants;
  }

  /** What all its requests cost together. */
  get totalCost(): number {
    return this.cost.total(this.size);
  }

  /** The largest cost among its requests. Told by a look at each, if the largest has left since. */
  get largestCost(): number {
    return this.cost.largest(this.size, (visit) => this.forEach(({ cost }) => visit(cost)));
  }

  /** How many are served before one of this priority and tenant that comes now; an estimate. */
  countAhead(priority: number, tenant: string | undefined, nowMs: number): number {
    this.separate();
    return this.lines.countAhead(priority, tenant, nowMs);
  }

  /** How many are as urgent as one of the first priority that came at this time, or more; an estimate. */
  countUrgentSince(timeMs: number): number {
    this.separate();
    return this.lines.countUrgentSince(timeMs);
  }

  /** How many are served before one that waits here; an estimate. */
  countBefore(entry: TEntry): number {
    return this.lines.countBefore(entry);
  }

  /**
   * When a request came, plus the head start that higher priorities have over its own; in ms. The least is the most
   * urgent.
   */
  effectiveArrivalMsOf(entry: TEntry): number {
    return this.lines.effectiveArrivalMsOf(entry);
  }

  /** The rules have changed: what was found by them may be so no more. */
  rulesChanged(): void {
    this.lines.rulesChanged();
  }

  /** Lets a request wait, and tells whether it may be the most urgent one now. The queue sees to the bounds. */
  add(entry: TEntry): boolean {
    if (this.ordinary !== undefined) this.separate();
    this.count(entry);
    return this.lines.add(entry);
  }

  /**
   * Counts ordinary requests that have come or gone. Only while it `isOrdinary`.
   *
   * @param count How many have come; below 0, how many have gone.
   */
  ordinaryChanged(count: number): void {
    this.size += count;
  }

  /** Takes out who is to be served next; undefined if it is empty. */
  take(): TEntry | undefined {
    this.separate();
    const entry = this.lines.take();
    if (entry !== undefined) this.discount(entry);
    return entry;
  }

  /** Takes out the next ones, `most` of them or all. */
  takeMany(most: number): TEntry[] {
    this.separate();
    const count = Math.min(most, this.size);
    const taken = new Array<TEntry>(count);
    this.lines.takeInto(taken);
    if (this.cost.isPlain) this.size -= count;
    else for (const entry of taken) this.discount(entry);
    return taken;
  }

  /** Undoes the latest `take` that has not been undone. */
  putBack(entry: TEntry): void {
    this.lines.putBack(entry);
    this.count(entry);
  }

  /** Takes a request out, wherever it stands. It must be here. */
  remove(entry: TEntry): void {
    this.lines.remove(entry);
    this.discount(entry);
  }

  /** Visits all its requests, in no particular order. */
  forEach(visit: (entry: TEntry) => void): void {
    this.separate();
    this.lines.forEach(visit);
  }

  /** Visits those of this priority and higher ones, the highest first. */
  forEachUpTo(priority: number, visit: (entry: TEntry) => void): void {
    this.separate();
    this.lines.forEachUpTo(priority, visit);
  }

  private count({ cost }: TEntry): void {
    if (cost !== 1 || !this.cost.isPlain) this.cost.add(cost, this.size);
    this.size += 1;
  }

  private discount({ cost }: TEntry): void {
    this.size -= 1;
    this.cost.remove(cost, this.size);
  }

  /** Whether ordinary requests wait here that are no entries yet; nothing else waits here then. */
  private get isTogether(): boolean {
    return this.ordinary !== undefined && this.ordinary.size > 0;
  }

  /** Ordinary requests become entries as soon as they have to be dealt with one by one, or with others. */
  private separate(): void {
    if (!this.isTogether) return;
    for (const entry of this.ordinary!.takeEntries()) this.lines.add(entry);
  }
}
