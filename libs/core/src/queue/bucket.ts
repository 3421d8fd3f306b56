import { FairShareLine } from './fair-share-line.js';
import type { BucketKey, QueueEntry } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RequestRing } from './request-ring.js';

/** What a bucket must know of the configuration; asked for each time, since it may change. */
export interface BucketRules {
  /** A request of priority p that has waited p times this long is served like one of priority 0, in ms. */
  readonly priorityAgingMs: number;
  weightOf(tenant: string | undefined): number;
}

/**
 * Requests that may share a batch: a line for each priority.
 *
 * Priorities are strict with ageing: each is a head start of `priorityAgingMs` over the next one, so who has
 * waited that much longer goes first. A request of priority p is overtaken by those only that come within
 * p × `priorityAgingMs` after it, which bounds its wait.
 */
export class Bucket<TEntry extends QueueEntry> {
  size = 0;
  /** What all its requests cost together. */
  totalCost = 0;
  private readonly lines: RequestLine<TEntry>[] = [new RequestRing<TEntry>()];
  private largestKnownCost = 0;
  private isLargestCostStale = false;

  constructor(
    readonly key: BucketKey,
    private readonly rules: BucketRules,
  ) {}

  /** When its most urgent request came, with the head starts of the priorities taken into account; in ms. */
  get urgentSinceMs(): number {
    return this.urgentLine?.key ?? Infinity;
  }

  /** Who has waited longest, whatever its priority. */
  get oldest(): TEntry | undefined {
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
    return this.nextLine?.next;
  }

  /** The largest cost among its requests. Told by a look at each, if the largest has left since. */
  get largestCost(): number {
    if (this.isLargestCostStale) {
      this.isLargestCostStale = false;
      this.largestKnownCost = 0;
      for (const line of this.lines) {
        line.forEach(({ cost }) => (this.largestKnownCost = Math.max(this.largestKnownCost, cost)));
      }
    }
    return this.largestKnownCost;
  }

  /** How many are served before one of this priority and tenant that comes now; an estimate. */
  countAhead(priority: number, tenant: string | undefined): number {
    let ahead = 0;
    for (let higher = 0; higher < priority; higher += 1) ahead += this.lines[higher]?.size ?? 0;
    return ahead + (this.lines[priority]?.countAhead(tenant) ?? 0);
  }

  add(entry: TEntry): void {
    this.lineFor(entry).add(entry);
    this.count(entry);
  }

  take(): TEntry | undefined {
    const entry = this.nextLine?.take();
    if (entry !== undefined) this.discount(entry);
    return entry;
  }

  /** Undoes the latest `take` that has not been undone. */
  putBack(entry: TEntry): void {
    this.lineFor(entry).putBack(entry);
    this.count(entry);
  }

  remove(entry: TEntry): void {
    this.lineFor(entry).remove(entry);
    this.discount(entry);
  }

  private count({ cost }: TEntry): void {
    this.size += 1;
    this.totalCost += cost;
    if (cost > this.largestKnownCost) this.largestKnownCost = cost;
  }

  private discount({ cost }: TEntry): void {
    this.size -= 1;
    this.totalCost = this.size === 0 ? 0 : this.totalCost - cost;
    if (cost === this.largestKnownCost) this.isLargestCostStale = true;
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

  private get nextLine(): RequestLine<TEntry> | undefined {
    return this.lines.length === 1 ? this.lines[0] : this.urgentLine?.line;
  }

  private get urgentLine(): { line: RequestLine<TEntry>; key: number } | undefined {
    let urgent: { line: RequestLine<TEntry>; key: number } | undefined;
    this.lines.forEach((line, priority) => {
      const { oldest } = line;
      if (oldest === undefined) return;
      const key = oldest.enqueuedAtMs + priority * this.rules.priorityAgingMs;
      if (urgent === undefined || key < urgent.key) urgent = { line, key };
    });
    return urgent;
  }
}
