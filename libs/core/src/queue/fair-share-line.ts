import type { QueueEntry } from './queue-entry.js';
import { isQueued } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RisingHeap } from './rising-heap.js';
import { TenantShare } from './tenant-share.js';

/** So many tenants without requests are remembered, or as many as have some: who comes and goes is not made anew. */
const MOST_IDLE_SHARES = 16;
/** So many tenants are looked at, one by one, to foretell how many requests are served before one that comes. */
const MOST_TENANTS_LOOKED_AT = 64;

/**
 * Tenants take turns, each as much as its weight says, whatever it offers: deficit round robin (Shreedhar and
 * Varghese, "Efficient Fair Queuing using Deficit Round Robin", SIGCOMM 1995). Within a tenant, first in, first
 * out. A tenant without requests loses its place, and with it what it had left of its turn.
 *
 * The quantum is the largest cost seen since the line was last empty, times the tenant's weight, so that with
 * weights of 1 and more each turn serves at least one request.
 */
export class FairShareLine<TEntry extends QueueEntry> implements RequestLine<TEntry> {
  size = 0;
  newestAtMs = -Infinity;
  /** How many tenants have requests here. */
  tenantCount = 0;
  private readonly shares = new Map<string | undefined, TenantShare<TEntry>>();
  private readonly byAge = new RisingHeap<TenantShare<TEntry>>();
  private largestCost = 0;
  /** Whether all that have come since the line was last empty cost the same. */
  private isCostTheSame = true;
  /** Whose turn it is; the others follow in a circle, the last one stands before it. */
  private current: TenantShare<TEntry> | undefined = undefined;

  /** @param weightOf A tenant's weight, above 0. */
  constructor(private readonly weightOf: (tenant: string | undefined) => number) {}

  get oldest(): TEntry | undefined {
    return this.byAge.first?.oldest;
  }

  /** Only where the first who came has left, and others need its place, can it be another tenant's. */
  get oldestAtMs(): number {
    const { first } = this.byAge;
    if (first === undefined) return Infinity;
    let { oldestAtMs } = first;
    if (oldestAtMs === first.currentKey) return oldestAtMs;
    if (this.tenantCount > MOST_TENANTS_LOOKED_AT) return first.currentKey;
    for (const share of this.shares.values()) oldestAtMs = Math.min(oldestAtMs, share.oldestAtMs);
    return oldestAtMs;
  }

  get next(): TEntry | undefined {
    return this.findTurn()?.oldest;
  }

  /** The weights may have changed. */
  rulesChanged(): void {
    for (const share of this.shares.values()) share.weight = this.weightOf(share.tenant);
  }

  /**
   * All that the tenant has, and of each other one as much as its weight lets it take meanwhile, or what it has. Takes
   * time for each tenant that waits, up to `MOST_TENANTS_LOOKED_AT`; the others are taken for alike.
   */
  countAhead(tenant: string | undefined): number {
    const own = this.shares.get(tenant);
    const ownSize = own?.size ?? 0;
    const roundsOfWeight = (ownSize + 1) / this.weightOf(tenant);
    const others = this.tenantCount - (ownSize > 0 ? 1 : 0);
    const looked = Math.min(others, MOST_TENANTS_LOOKED_AT);
    let ofOthers = 0;
    let other = ownSize > 0 ? own!.following : this.current;
    for (let count = 0; count < looked; count += 1, other = other!.following) {
      ofOthers += Math.min(other!.size, Math.ceil(roundsOfWeight * other!.weight));
    }
    if (others > looked) ofOthers *= others / looked;
    return Math.min(this.size, ownSize + Math.ceil(ofOthers));
  }

  add(entry: TEntry): boolean {
    this.noteCost(entry.cost);
    const share = this.shares.get(entry.tenant) ?? this.remember(entry.tenant);
    if (share.size === 0) this.append(share);
    const { enqueuedAtMs } = entry;
    // Only its first request can make it older than it was.
    if (share.add(entry)) this.byAge.mayFall(share, enqueuedAtMs);
    // Where the clock is read for one and not for the next, the one that comes later may have the earlier time.
    const mayBeOldest = this.size === 0 || enqueuedAtMs < this.newestAtMs;
    this.newestAtMs = enqueuedAtMs;
    this.size += 1;
    return mayBeOldest;
  }

  take(): TEntry | undefined {
    const share = this.findTurn();
    if (share === undefined) return undefined;
    this.size -= 1;
    return this.takeOf(share);
  }

  takeInto(taken: TEntry[], at: number, count: number): void {
    const end = at + count;
    for (let next = at; next < end; next += 1) {
      taken[next] = this.takeOf(this.findTurn()!);
    }
    this.size -= count;
  }

  putBack(entry: TEntry): void {
    const share = this.shares.get(entry.tenant) ?? this.remember(entry.tenant);
    if (share.size === 0) {
      // It lost its place when its last request was taken, and the turn passed on.
      this.append(share);
      this.returnTurn(share);
    } else {
      while (this.current !== share) this.returnTurn(this.current!.previous);
    }
    if (entry.cost !== this.largestCost) this.isCostTheSame = false;
    share.putBack(entry);
    // What makes a whole quantum was got for a later turn, when no other tenant had a turn in between.
    share.deficit = (share.deficit % this.quantumOf(share)) + entry.cost;
    this.size += 1;
    this.byAge.mayFall(share, share.currentKey);
  }

  remove(entry: TEntry): void {
    const share = this.shares.get(entry.tenant);
    if (share === undefined || !isQueued(entry)) return;
    share.remove(entry);
    this.size -= 1;
    if (share.size === 0) this.loseItsPlace(share);
  }

  forEach(visit: (entry: TEntry) => void): void {
    for (const share of this.shares.values()) share.forEach(visit);
  }

  /** Takes the next request of the tenant whose turn it is. */
  private takeOf(share: TenantShare<TEntry>): TEntry {
    const entry = share.take()!;
    share.deficit -= this.isCostTheSame ? this.largestCost : entry.cost;
    if (share.size === 0) this.loseItsPlace(share);
    return entry;
  }

  /** Passes the turn on until it is with a tenant that may take its next request. */
  private findTurn(): TenantShare<TEntry> | undefined {
    for (let share = this.current; share !== undefined; share = this.current = share.following) {
      if (!share.hasItsQuantum) {
        share.deficit += this.quantumOf(share);
        share.hasItsQuantum = true;
      }
      if (this.largestCost <= share.deficit) return share;
      // Where all cost the same there is no need to look at the request.
      if (!this.isCostTheSame && share.oldest!.cost <= share.deficit) return share;
      share.hasItsQuantum = false;
    }
    return undefined;
  }

  /** Undoes that a turn has passed on: the one whose turn it is now gives back what it got for it. */
  private returnTurn(to: TenantShare<TEntry>): void {
    const { current } = this;
    if (current?.hasItsQuantum === true) {
      // Who lost its place in between has come back with less than it had, and may not be able to give all back.
      current.deficit = Math.max(0, current.deficit - this.quantumOf(current));
      current.hasItsQuantum = false;
    }
    to.hasItsQuantum = true;
    this.current = to;
  }

  private quantumOf({ weight }: TenantShare<TEntry>): number {
    return this.largestCost * weight;
  }

  private noteCost(cost: number): void {
    if (this.size === 0) {
      this.largestCost = cost;
      this.isCostTheSame = true;
    } else if (cost !== this.largestCost) {
      this.isCostTheSame = false;
      this.largestCost = Math.max(this.largestCost, cost);
    }
  }

  private remember(tenant: string | undefined): TenantShare<TEntry> {
    const share = new TenantShare<TEntry>(tenant, this.weightOf(tenant));
    this.shares.set(tenant, share);
    return share;
  }

  /** A tenant with its first request comes last. */
  private append(share: TenantShare<TEntry>): void {
    this.tenantCount += 1;
    if (this.current === undefined) this.current = share;
    else share.standBefore(this.current);
  }

  private loseItsPlace(share: TenantShare<TEntry>): void {
    this.tenantCount -= 1;
    if (this.current === share) this.current = share.following === share ? undefined : share.following;
    share.leaveCircle();
    if (this.shares.size - this.tenantCount > Math.max(MOST_IDLE_SHARES, this.tenantCount)) this.forgetIdle();
  }

  private forgetIdle(): void {
    for (const share of this.shares.values()) {
      if (share.size > 0) continue;
      this.shares.delete(share.tenant);
      this.byAge.remove(share);
    }
  }
}
