import { countSpacedBeforeTime } from './count-spaced-before.js';
import { FairShareLine } from './fair-share-line.js';
import type { QueueEntry } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RequestRing } from './request-ring.js';

/** What must be known of the configuration; asked for each time, since it may change. */
export interface PriorityRules {
  /** A request of priority p that has waited p times this long is served like one of priority 0, in ms. */
  readonly priorityAgingMs: number;
  /** The share of a tenant; 1 for who has none of their own, and for requests of nobody. */
  weightOf(tenant: string | undefined): number;
}

/**
 * A line for each priority.
 *
 * Priorities are strict with ageing: each is a head start of `priorityAgingMs` over the next one, so who has
 * waited that much longer goes first. A request of priority p is overtaken by those only that come within
 * p × `priorityAgingMs` after it, which bounds its wait.
 */
export class PriorityLines<TEntry extends QueueEntry> {
  private readonly lines: RequestLine<TEntry>[] = [new RequestRing<TEntry>()];
  /** Those of them in which tenants take turns. */
  private readonly fairLines: (FairShareLine<TEntry> | undefined)[] = [];
  /**
   * Who goes next, of which priority, and whether it goes for its age alone; found anew when asked for, if it may have
   * changed.
   */
  private knownUrgent: TEntry | undefined = undefined;
  private knownPriority = 0;
  private isOutOfTurn = false;
  private isUrgencyKnown = false;
  /** Who came first, as `mostUrgent` says; looked for anew after whatever may have changed it. */
  private knownOldest: TEntry | undefined = undefined;
  private isOldestUnknown = true;

  /** @param rules Asked at each step. */
  constructor(private readonly rules: PriorityRules) {}

  /**
   * When the most urgent request came, with the head starts of the priorities taken into account; in ms. Where tenants
   * take turns that need not be who is next.
   */
  get urgentSinceMs(): number {
    const { mostUrgent } = this;
    return mostUrgent === undefined ? Infinity : this.effectiveArrivalMsOf(mostUrgent);
  }

  /** The arrival number of the most urgent request; Infinity if there is none. */
  get urgentArrival(): number {
    return this.mostUrgent?.arrivalNumber ?? Infinity;
  }

  /** Since when the one has waited that has waited longest, whatever its priority; Infinity if nobody waits. */
  get oldestAtMs(): number {
    let oldestAtMs = Infinity;
    for (const line of this.lines) oldestAtMs = Math.min(oldestAtMs, line.oldestAtMs);
    return oldestAtMs;
  }

  /** How many are of the first priority. */
  get firstPrioritySize(): number {
    return this.lines[0]!.size;
  }

  /** Who is to be served next. */
  get next(): TEntry | undefined {
    if (this.lines.length === 1) return this.lines[0]!.next;
    this.findUrgency();
    return this.knownUrgent;
  }

  /** Whether tenants take turns in one of them. */
  get hasTenants(): boolean {
    return this.fairLines.some((line) => line !== undefined && line.size > 0);
  }

  /**
   * How many are served before one of this priority and tenant that comes now; an estimate. Of lower priorities those
   * are who came before its head start over them.
   */
  countAhead(priority: number, tenant: string | undefined, nowMs: number): number {
    return this.countAheadIn(this.lines[priority], tenant) + this.countInOthers(priority, nowMs);
  }

  /** How many are served before one that is here; an estimate, as `countAhead`. */
  countBefore(entry: TEntry): number {
    const { priority, enqueuedAtMs } = entry;
    return this.lines[priority]!.countBefore(entry) + this.countInOthers(priority, enqueuedAtMs);
  }

  /** How many are as urgent as one of the first priority that came at this time, or more; an estimate. */
  countUrgentSince(timeMs: number): number {
    return this.countInOthers(0, timeMs) + countSpacedBeforeTime(timeMs, this.lines[0]!);
  }

  /**
   * When a request came, plus the head start that higher priorities have over its own; in ms. The least is the most
   * urgent.
   */
  effectiveArrivalMsOf({ enqueuedAtMs, priority }: TEntry): number {
    return this.effectiveArrivalMs(enqueuedAtMs, priority);
  }

  /** The rules have changed: what was found by them may be so no more. */
  rulesChanged(): void {
    this.forgetUrgent();
    for (const line of this.fairLines) line?.rulesChanged();
  }

  /** Lets a request wait. Tells whether it may be the most urgent one now: not if an older one is in its line. */
  add(entry: TEntry): boolean {
    const lines = entry.tenant === undefined ? this.lines : this.fairLines;
    const mayBeOldest = (lines[entry.priority] ?? this.lineFor(entry)).add(entry);
    if (mayBeOldest) this.forgetUrgent();
    return mayBeOldest;
  }

  /** Takes out who is to be served next; undefined if there is nobody. */
  take(): TEntry | undefined {
    if (this.lines.length > 1) this.findUrgency();
    this.forgetUrgent();
    return this.lines.length > 1 ? this.takeUrgent() : this.lines[0]!.take();
  }

  /** Fills `taken` with those who are next; there must be as many. */
  takeInto(taken: TEntry[]): void {
    if (this.lines.length === 1) this.lines[0]!.takeInto(taken, 0, taken.length);
    else this.takeByUrgency(taken);
    this.forgetUrgent();
  }

  /** Undoes the latest `take` that has not been undone. */
  putBack(entry: TEntry): void {
    this.lineFor(entry).putBack(entry);
    this.forgetUrgent();
  }

  /** Takes a request out, wherever it stands. It must be here. */
  remove(entry: TEntry): void {
    this.lineFor(entry).remove(entry);
    this.forgetUrgent();
  }

  /** Visits all requests, in no particular order. */
  forEach(visit: (entry: TEntry) => void): void {
    for (const line of this.lines) line.forEach(visit);
  }

  /** Visits those of this priority and higher ones, the highest first. */
  forEachUpTo(priority: number, visit: (entry: TEntry) => void): void {
    for (let higher = 0; higher <= priority; higher += 1) this.lines[higher]?.forEach(visit);
  }

  private lineFor({ priority, tenant }: TEntry): RequestLine<TEntry> {
    while (this.lines.length <= priority) this.lines.push(new RequestRing<TEntry>());
    const line = this.lines[priority]!;
    if (tenant === undefined) return line;
    return this.fairLines[priority] ?? this.shareFairly(line, priority);
  }

  /** The first request that names a tenant makes a line fair; until then nobody pays for it. */
  private shareFairly(line: RequestLine<TEntry>, priority: number): RequestLine<TEntry> {
    const fair = new FairShareLine<TEntry>((tenant) => this.rules.weightOf(tenant));
    for (let entry = line.take(); entry !== undefined; entry = line.take()) fair.add(entry);
    this.lines[priority] = fair;
    this.fairLines[priority] = fair;
    return fair;
  }

  /** Who came first, with the head starts taken into account; of those that are equally urgent the highest priority. */
  private get mostUrgent(): TEntry | undefined {
    if (this.isOldestUnknown) {
      this.knownOldest = this.findOldest();
      this.isOldestUnknown = false;
    }
    return this.knownOldest;
  }

  private findOldest(): TEntry | undefined {
    let mostUrgent = this.lines[0]!.oldest;
    let sinceMs = mostUrgent === undefined ? Infinity : this.effectiveArrivalMsOf(mostUrgent);
    for (let priority = 1; priority < this.lines.length; priority += 1) {
      const { oldest } = this.lines[priority]!;
      if (oldest === undefined) continue;
      const oldestMs = this.effectiveArrivalMsOf(oldest);
      if (oldestMs >= sinceMs) continue;
      mostUrgent = oldest;
      sinceMs = oldestMs;
    }
    return mostUrgent;
  }

  /** How many of all other priorities go before one of this priority that came at `atMs`. */
  private countInOthers(priority: number, atMs: number): number {
    let ahead = 0;
    for (let other = 0; other < this.lines.length; other += 1) {
      const headStartMs = (priority - other) * this.rules.priorityAgingMs;
      if (other !== priority) ahead += countSpacedBeforeTime(atMs + headStartMs, this.lines[other]!);
    }
    return ahead;
  }

  /** To the first one who names a tenant all the others are one tenant, with which it takes turns. */
  private countAheadIn(line: RequestLine<TEntry> | undefined, tenant: string | undefined): number {
    if (line === undefined) return 0;
    if (tenant === undefined || line instanceof FairShareLine) return line.countAhead(tenant);
    return Math.min(line.size, Math.ceil(this.rules.weightOf(undefined) / this.rules.weightOf(tenant)));
  }

  /** Takes all of a line at once where none of the others can be more urgent. */
  private takeByUrgency(taken: TEntry[]): void {
    const end = taken.length;
    let latestPriority = -1;
    for (let next = 0; next < end;) {
      const highest = this.highestPriority;
      // Where it was not so a moment ago, it is hardly so now.
      const isWorthALook = highest !== latestPriority;
      latestPriority = highest;
      if (isWorthALook && this.isAheadOfOthers(highest)) {
        const line = this.lines[highest]!;
        const count = Math.min(end - next, line.size);
        line.takeInto(taken, next, count);
        next += count;
      } else {
        this.isUrgencyKnown = false;
        this.findUrgency();
        taken[next] = this.takeUrgent()!;
        next += 1;
      }
    }
  }

  /** Who has left is not kept: it would keep its whole batch, and what was sent may be large. */
  private forgetUrgent(): void {
    this.isUrgencyKnown = false;
    this.knownUrgent = undefined;
    this.isOldestUnknown = true;
    this.knownOldest = undefined;
  }

  private takeUrgent(): TEntry | undefined {
    const line = this.lines[this.knownPriority]!;
    return this.isOutOfTurn ? line.takeOldest() : line.take();
  }

  /** The highest priority of which somebody waits. */
  private get highestPriority(): number {
    let priority = 0;
    while (this.lines[priority]!.size === 0) priority += 1;
    return priority;
  }

  /** Whether even the newest of a priority goes before the oldest of all others. */
  private isAheadOfOthers(one: number): boolean {
    const newestMs = this.effectiveArrivalMs(this.lines[one]!.newestAtMs, one);
    for (let priority = 0; priority < this.lines.length; priority += 1) {
      const { oldest } = this.lines[priority]!;
      if (priority === one || oldest === undefined) continue;
      if (newestMs >= this.effectiveArrivalMs(oldest.enqueuedAtMs, priority)) return false;
    }
    return true;
  }

  /**
   * Finds who goes next; of those that are equally urgent, the one of the highest priority. That is whoever's turn it
   * is in the highest priority that has requests, unless one of a lower priority came before its head start. Where that
   * is the oldest of its line, but its tenant has not the turn, it goes out of turn: whoever has the turn must not go
   * first by the age of somebody else's request.
   */
  private findUrgency(): void {
    if (this.isUrgencyKnown) return;
    this.isUrgencyKnown = true;
    this.isOutOfTurn = false;
    this.knownPriority = 0;
    this.knownUrgent = undefined;
    let sinceMs = Infinity;
    for (let priority = 0; priority < this.lines.length; priority += 1) {
      const { oldest } = this.lines[priority]!;
      if (oldest === undefined) continue;
      const oldestMs = this.effectiveArrivalMs(oldest.enqueuedAtMs, priority);
      if (this.knownUrgent !== undefined && oldestMs >= sinceMs) continue;
      const next = this.lines[priority]!.next!;
      const nextMs = this.effectiveArrivalMs(next.enqueuedAtMs, priority);
      const isItsTurn: boolean = this.knownUrgent === undefined || nextMs < sinceMs;
      this.knownUrgent = isItsTurn ? next : oldest;
      this.knownPriority = priority;
      this.isOutOfTurn = !isItsTurn;
      sinceMs = isItsTurn ? nextMs : oldestMs;
    }
  }

  private effectiveArrivalMs(atMs: number, priority: number): number {
    return priority === 0 ? atMs : atMs + priority * this.rules.priorityAgingMs;
  }
}
