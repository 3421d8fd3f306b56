import type { BucketPlaces } from './bucket-order.js';
import { FairShareLine } from './fair-share-line.js';
import type { OrdinaryGroup, OrdinaryLine } from './ordinary-line.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RequestRing } from './request-ring.js';
import { WaitingCost } from './waiting-cost.js';

/** What a bucket must know of the configuration; asked for each time, since it may change. */
export interface BucketRules {
  /** A request of priority p that has waited p times this long is served like one of priority 0, in ms. */
  readonly priorityAgingMs: number;
  /** The share of a tenant; 1 for who has none of their own, and for requests of nobody. */
  weightOf(tenant: string | undefined): number;
}

/** Ordinary requests as a bucket sees them: all together, until it needs them one by one. */
type WaitingTogether<TEntry extends QueueEntry> = Pick<
  OrdinaryLine<TEntry, OrdinaryGroup<TEntry>>,
  'size' | 'oldestAtMs' | 'oldestArrival' | 'takeEntries'
>;

/**
 * Requests that may share a batch: a line for each priority.
 *
 * Priorities are strict with ageing: each is a head start of `priorityAgingMs` over the next one, so who has
 * waited that much longer goes first. A request of priority p is overtaken by those only that come within
 * p × `priorityAgingMs` after it, which bounds its wait.
 */
export class Bucket<TEntry extends QueueEntry> {
  /** How many requests it holds. */
  size = 0;
  /** What its requests have in common; undefined for the bucket of all that name none. Changed only while it is empty. */
  key: BucketKey = undefined;
  /**
   * Where it stands among the buckets; kept by their order. The bucket of all that name none stands nowhere.
   *
   * @internal
   */
  places: BucketPlaces<TEntry> | undefined = undefined;
  private readonly lines: RequestLine<TEntry>[] = [new RequestRing<TEntry>()];
  private readonly cost = new WaitingCost();

  /**
   * @param rules Asked at each step.
   * @param ordinary Where ordinary requests wait while there are no others here; none do where it is not given.
   */
  constructor(
    private readonly rules: BucketRules,
    private readonly ordinary?: WaitingTogether<TEntry>,
  ) {}

  /** Whether it holds nothing but ordinary requests, so that one more of them needs no entry. */
  get isOrdinary(): boolean {
    return this.ordinary?.size === this.size;
  }

  /** When its most urgent request came, with the head starts of the priorities taken into account; in ms. */
  get urgentSinceMs(): number {
    return this.isTogether ? this.ordinary!.oldestAtMs : this.urgentSinceMsOf(this.urgentPriority);
  }

  /** The arrival number of its most urgent request; Infinity if it is empty. */
  get urgentArrival(): number {
    if (this.isTogether) return this.ordinary!.oldestArrival;
    return this.lines[this.urgentPriority]!.oldest?.arrivalNumber ?? Infinity;
  }

  /** When the one came that has waited longest, on the clock's scale; Infinity if it is empty. */
  get oldestAtMs(): number {
    return this.isTogether ? this.ordinary!.oldestAtMs : (this.oldest?.enqueuedAtMs ?? Infinity);
  }

  /** Who has waited longest, whatever its priority. */
  get oldest(): TEntry | undefined {
    this.separate();
    let oldest = this.lines[0]?.oldest;
    for (let priority = 1; priority < this.lines.length; priority += 1) {
      const candidate = this.lines[priority]?.oldest;
      if (candidate !== undefined && candidate.enqueuedAtMs < (oldest?.enqueuedAtMs ?? Infinity))
        oldest = candidate;
    }
    return oldest;
  }

  /** Who is to be served next. */
  get next(): TEntry | undefined {
    this.separate();
    return this.lines[this.urgentPriority]?.next;
  }

  /** Whether tenants take turns in it. */
  get isShared(): boolean {
    return this.lines.some((line) => line instanceof FairShareLine && line.size > 0);
  }

  /** What all its requests cost together. */
  get totalCost(): number {
    return this.cost.total(this.size);
  }

  /** The largest cost among its requests. Told by a look at each, if the largest has left since. */
  get largestCost(): number {
    return this.cost.largest(this.size, (visit) => this.forEach(({ cost }) => visit(cost)));
  }

  /**
   * How many are served before one of this priority and tenant that comes now; an estimate. Of lower priorities those
   * are who came before its head start over them.
   */
  countAhead(priority: number, tenant: string | undefined, nowMs: number): number {
    this.separate();
    let ahead = this.lines[priority]?.countAhead(tenant) ?? 0;
    for (let other = 0; other < this.lines.length; other += 1) {
      if (other < priority) ahead += this.lines[other]!.size;
      if (other > priority) {
        const headStartMs = (other - priority) * this.rules.priorityAgingMs;
        ahead += countThoseBefore(nowMs - headStartMs, this.lines[other]!);
      }
    }
    return ahead;
  }

  /** The order in which the buckets' requests are urgent: when it came, with the head start of the higher ones. */
  urgentKeyOf({ enqueuedAtMs, priority }: TEntry): number {
    return this.urgentKey(enqueuedAtMs, priority);
  }

  /** Lets a request wait. The queue sees to the bounds. */
  add(entry: TEntry): void {
    this.separate();
    this.lineFor(entry).add(entry);
    this.count(entry);
  }

  /** So many ordinary requests have come, or gone if it is less than 0. Only while it `isOrdinary`. */
  ordinaryChanged(count: number): void {
    this.size += count;
  }

  /** Takes out who is to be served next; undefined if it is empty. */
  take(): TEntry | undefined {
    this.separate();
    const entry = this.lines[this.urgentPriority]?.take();
    if (entry !== undefined) this.discount(entry);
    return entry;
  }

  /** Takes out so many of those who are next, or all. */
  takeMany(most: number): TEntry[] {
    this.separate();
    const count = Math.min(most, this.size);
    const taken = new Array<TEntry>(count);
    if (this.lines.length === 1) this.lines[0]!.takeInto(taken, 0, count);
    else this.takeByUrgency(taken);
    if (this.cost.isPlain) this.size -= count;
    else for (const entry of taken) this.discount(entry);
    return taken;
  }

  /** Undoes the latest `take` that has not been undone. */
  putBack(entry: TEntry): void {
    this.lineFor(entry).putBack(entry);
    this.count(entry);
  }

  /** Takes a request out, wherever it stands. It must be here. */
  remove(entry: TEntry): void {
    this.lineFor(entry).remove(entry);
    this.discount(entry);
  }

  private count({ cost }: TEntry): void {
    this.cost.add(cost, this.size);
    this.size += 1;
  }

  private discount({ cost }: TEntry): void {
    this.size -= 1;
    this.cost.remove(cost, this.size);
  }

  /** Visits all its requests, in no particular order. */
  forEach(visit: (entry: TEntry) => void): void {
    this.separate();
    for (const line of this.lines) line.forEach(visit);
  }

  /** Visits those of this priority and higher ones, the highest first. */
  forEachUpTo(priority: number, visit: (entry: TEntry) => void): void {
    this.separate();
    for (let higher = 0; higher <= priority; higher += 1) this.lines[higher]?.forEach(visit);
  }

  private get isTogether(): boolean {
    return this.ordinary !== undefined && this.ordinary.size > 0;
  }

  /** Ordinary requests become entries as soon as they have to be dealt with one by one, or with others. */
  private separate(): void {
    if (!this.isTogether) return;
    for (const entry of this.ordinary!.takeEntries()) this.lines[0]!.add(entry);
  }

  private lineFor({ priority, tenant }: TEntry): RequestLine<TEntry> {
    while (this.lines.length <= priority) this.lines.push(new RequestRing<TEntry>());
    const line = this.lines[priority]!;
    return tenant === undefined || line instanceof FairShareLine ? line : this.shareFairly(line, priority);
  }

  /** The first request that names a tenant makes a line fair; until then nobody pays for it. */
  private shareFairly(line: RequestLine<TEntry>, priority: number): RequestLine<TEntry> {
    const fair = new FairShareLine<TEntry>((tenant) => this.rules.weightOf(tenant));
    for (let entry = line.take(); entry !== undefined; entry = line.take()) fair.add(entry);
    this.lines[priority] = fair;
    return fair;
  }

  /** Stays with a line as long as none of the others is more urgent. */
  private takeByUrgency(taken: TEntry[]): void {
    const end = taken.length;
    let next = 0;
    while (next < end) {
      const urgent = this.urgentPriority;
      const line = this.lines[urgent]!;
      const rivalSinceMs = this.urgentSinceMsBesides(urgent);
      if (this.urgentKey(line.newestAtMs, urgent) < rivalSinceMs) {
        // It would be so whoever of them were the oldest.
        const count = Math.min(end - next, line.size);
        line.takeInto(taken, next, count);
        next += count;
        continue;
      }
      do {
        taken[next] = line.take()!;
        next += 1;
      } while (next < end && this.urgentSinceMsOf(urgent) < rivalSinceMs);
    }
  }

  private urgentSinceMsBesides(one: number): number {
    let sinceMs = Infinity;
    for (let priority = 0; priority < this.lines.length; priority += 1) {
      if (priority !== one) sinceMs = Math.min(sinceMs, this.urgentSinceMsOf(priority));
    }
    return sinceMs;
  }

  /** Whose turn it is; of those that are equally urgent the highest. */
  private get urgentPriority(): number {
    if (this.lines.length === 1) return 0;
    let urgent = 0;
    let urgentSinceMs = Infinity;
    for (let priority = 0; priority < this.lines.length; priority += 1) {
      const sinceMs = this.urgentSinceMsOf(priority);
      if (sinceMs >= urgentSinceMs) continue;
      urgent = priority;
      urgentSinceMs = sinceMs;
    }
    return urgent;
  }

  /** When the oldest of a priority came, less its head start; Infinity if there is none. */
  private urgentSinceMsOf(priority: number): number {
    const oldest = this.lines[priority]!.oldest;
    return oldest === undefined ? Infinity : this.urgentKey(oldest.enqueuedAtMs, priority);
  }

  private urgentKey(atMs: number, priority: number): number {
    return priority === 0 ? atMs : atMs + priority * this.rules.priorityAgingMs;
  }
}

/** How many of a line came before this time, as if they had come evenly spaced. */
function countThoseBefore(
  timeMs: number,
  { size, oldest, newestAtMs }: Pick<RequestLine<QueueEntry>, 'size' | 'oldest' | 'newestAtMs'>,
): number {
  if (oldest === undefined || oldest.enqueuedAtMs > timeMs) return 0;
  if (newestAtMs <= timeMs) return size;
  const share = (timeMs - oldest.enqueuedAtMs) / (newestAtMs - oldest.enqueuedAtMs);
  return Math.ceil(share * size);
}
