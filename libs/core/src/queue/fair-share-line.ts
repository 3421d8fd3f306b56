import type { QueueEntry } from './queue-entry.js';
import { isQueued } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RequestRing } from './request-ring.js';
import { TenantShare } from './tenant-share.js';

/** So many tenants without requests are remembered, or as many as have some: who comes and goes is not made anew. */
const MOST_IDLE_SHARES = 16;
/** So many tenants are looked at, one by one, to foretell how many requests are served before one that comes. */
const MOST_TENANTS_LOOKED_AT = 64;
/** Passes are counted up to this, and then from 0 again: small integers are stored in place. */
const LARGEST_PASS = 2 ** 30 - 1;

/**
 * Tenants take turns, each as much as its weight says, whatever it offers: deficit round robin (Shreedhar and
 * Varghese, "Efficient Fair Queuing using Deficit Round Robin", SIGCOMM 1995). Within a tenant, first in, first
 * out. A tenant without requests loses its place, and with it what it had left of its turn.
 *
 * The quantum is a cost times the tenant's weight. Where all cost the same it is that, so that with weights of 1 and
 * more each turn serves at least one request; otherwise it is the median of what the first requests of all tenants
 * cost, so that every other turn does at least, and one request that costs very much does not make everybody's turns
 * long.
 */
export class FairShareLine<TEntry extends QueueEntry> implements RequestLine<TEntry> {
  /** How many tenants have requests here. */
  tenantCount = 0;
  private readonly shares = new Map<string | undefined, TenantShare<TEntry>>();
  /** All of them in the order in which they came, whosever they are. */
  private readonly arrivals = new RequestRing<TEntry>(() => this.findShares());
  /** Nobody costs more who has come since the line was last empty. */
  private largestCost = 0;
  /**
   * What makes a quantum for a weight of 1. Changed only when somebody comes, so that whatever is undone is so exactly.
   */
  private quantumCost = 0;
  private passesAtQuantum = 0;
  /** Whether all that have come since the line was last empty cost the same. */
  private isCostTheSame = true;
  /** Whose turn it is; the others follow in a circle, the last one stands before it. */
  private current: TenantShare<TEntry> | undefined = undefined;
  /**
   * Who has lost the last request out of turn. They stand in the circle until somebody comes, in case it is put back.
   */
  private emptied: TenantShare<TEntry>[] = [];
  /** How often the turn has passed on to somebody who had it not. */
  private passes = 0;

  /** @param weightOf A tenant's weight, above 0. */
  constructor(private readonly weightOf: (tenant: string | undefined) => number) {}

  get size(): number {
    return this.arrivals.size;
  }

  get oldest(): TEntry | undefined {
    return this.arrivals.oldest;
  }

  get oldestAtMs(): number {
    return this.arrivals.oldestAtMs;
  }

  get newestAtMs(): number {
    return this.arrivals.newestAtMs;
  }

  get next(): TEntry | undefined {
    return this.findTurn()?.first;
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
    if (this.emptied.length > 0) this.dropEmptied();
    this.noteCost(entry.cost);
    const share = this.shares.get(entry.tenant) ?? this.remember(entry.tenant);
    if (share.size === 0) {
      share.deficit = 0;
      this.append(share);
    }
    const isOldest = this.arrivals.add(entry);
    share.add(entry);
    return isOldest;
  }

  take(): TEntry | undefined {
    const share = this.findTurn();
    return share === undefined ? undefined : this.takeOf(share);
  }

  /** The turns stay as they are: it goes for its age, whatever its tenant's share is. */
  takeOldest(): TEntry | undefined {
    const entry = this.arrivals.oldest;
    if (entry === undefined) return undefined;
    const share = this.shares.get(entry.tenant)!;
    share.removeFirst(entry);
    this.arrivals.takeOut(entry);
    if (share.size === 0) this.emptied.push(share);
    entry.nextOfTenant = outOfTurn(this.passes);
    return entry;
  }

  takeInto(taken: TEntry[], at: number, count: number): void {
    const end = at + count;
    for (let next = at; next < end; next += 1) {
      taken[next] = this.takeOf(this.findTurn()!);
    }
  }

  putBack(entry: TEntry): void {
    const share = this.shares.get(entry.tenant) ?? this.remember(entry.tenant);
    const isOutOfTurn = entry.nextOfTenant < 0;
    this.undoPassesSince(isOutOfTurn ? outOfTurn(entry.nextOfTenant) : entry.nextOfTenant);
    if (!this.isInCircle(share)) this.append(share);
    if (!isOutOfTurn) {
      if (this.current === share) share.hasItsQuantum = true;
      else this.returnTurnTo(share);
      share.deficit += entry.cost;
    }
    this.arrivals.putBack(entry);
    share.putBack(entry);
  }

  remove(entry: TEntry): void {
    const share = this.shares.get(entry.tenant);
    if (share === undefined || !isQueued(entry)) return;
    share.remove(entry);
    this.leave(share, entry);
  }

  forEach(visit: (entry: TEntry) => void): void {
    this.arrivals.forEach(visit);
  }

  /** Takes the next request of the tenant whose turn it is. */
  private takeOf(share: TenantShare<TEntry>): TEntry {
    const entry = share.first;
    share.deficit -= this.isCostTheSame ? this.largestCost : entry.cost;
    share.removeFirst(entry);
    this.leave(share, entry);
    // It has no next one any more. What is kept instead tells, if it is put back, how far to go back.
    entry.nextOfTenant = this.passes;
    return entry;
  }

  private leave(share: TenantShare<TEntry>, entry: TEntry): void {
    this.arrivals.takeOut(entry);
    if (share.size === 0) this.loseItsPlace(share);
  }

  /** Passes the turn on until it is with a tenant that may take its next request. */
  private findTurn(): TenantShare<TEntry> | undefined {
    if (this.size === 0) return undefined;
    for (let share = this.current; share !== undefined; share = this.passOn(share)) {
      if (!share.hasItsQuantum) {
        share.deficit += this.quantumOf(share);
        share.hasItsQuantum = true;
      }
      if (share.size === 0) continue;
      if (this.largestCost <= share.deficit) return share;
      // Where all cost the same there is no need to look at the request.
      if (!this.isCostTheSame && share.first.cost <= share.deficit) return share;
    }
    return undefined;
  }

  private passOn(share: TenantShare<TEntry>): TenantShare<TEntry> {
    share.hasItsQuantum = false;
    this.passes = (this.passes + 1) & LARGEST_PASS;
    this.current = share.following;
    return share.following;
  }

  /** Everyone to whom the turn has passed since gives back what it got for it. */
  private undoPassesSince(passes: number): void {
    while (this.current !== undefined && this.passes !== passes) {
      this.returnTurnTo(this.current.previous);
      this.passes = (this.passes - 1) & LARGEST_PASS;
    }
    this.passes = passes;
  }

  private returnTurnTo(share: TenantShare<TEntry>): void {
    const { current } = this;
    if (current?.hasItsQuantum === true) {
      current.deficit -= this.quantumOf(current);
      current.hasItsQuantum = false;
    }
    share.hasItsQuantum = true;
    this.current = share;
  }

  private quantumOf({ weight }: TenantShare<TEntry>): number {
    // A number that tells nothing apart from nothing, or from endless, would let no turn end, or none begin.
    return Math.min(Math.max(this.quantumCost * weight, Number.MIN_VALUE), Number.MAX_VALUE);
  }

  private noteCost(cost: number): void {
    if (this.size === 0) {
      this.largestCost = cost;
      this.quantumCost = cost;
      this.isCostTheSame = true;
    } else if (cost !== this.largestCost || !this.isCostTheSame) {
      this.largestCost = Math.max(this.largestCost, cost);
      // Once in a round: to look at all tenants costs each turn no more than a constant.
      const passed = (this.passes - this.passesAtQuantum) & LARGEST_PASS;
      if (this.isCostTheSame || passed >= this.tenantCount) this.findQuantum();
      this.isCostTheSame = false;
    }
  }

  private findQuantum(): void {
    this.passesAtQuantum = this.passes;
    const costs: number[] = [];
    for (const share of this.shares.values()) {
      if (share.size > 0) costs.push(share.first.cost);
    }
    costs.sort((one, other) => one - other);
    this.quantumCost = costs[(costs.length - 1) >> 1]!;
  }

  private remember(tenant: string | undefined): TenantShare<TEntry> {
    const share = new TenantShare<TEntry>(tenant, this.weightOf(tenant), this.arrivals);
    this.shares.set(tenant, share);
    return share;
  }

  /** All stand elsewhere than before. */
  private findShares(): void {
    for (const share of this.shares.values()) share.size = 0;
    this.arrivals.forEach((entry) => this.shares.get(entry.tenant)!.add(entry));
  }

  /** A tenant with its first request comes last. */
  private append(share: TenantShare<TEntry>): void {
    this.tenantCount += 1;
    if (this.current === undefined) this.current = share;
    else share.standBefore(this.current);
  }

  private dropEmptied(): void {
    const { emptied } = this;
    this.emptied = [];
    for (const share of emptied) {
      if (share.size === 0 && this.isInCircle(share)) this.loseItsPlace(share);
    }
  }

  private loseItsPlace(share: TenantShare<TEntry>): void {
    this.tenantCount -= 1;
    if (this.current === share) this.current = share.following === share ? undefined : share.following;
    share.leaveCircle();
    if (this.shares.size - this.tenantCount > Math.max(MOST_IDLE_SHARES, this.tenantCount)) this.forgetIdle();
  }

  private isInCircle(share: TenantShare<TEntry>): boolean {
    return this.current === share || share.following !== share;
  }

  private forgetIdle(): void {
    for (const share of this.shares.values()) {
      if (share.size === 0 && !this.isInCircle(share)) this.shares.delete(share.tenant);
    }
  }
}

/**
 * A number of passes, told as one below 0 of an entry that was taken though it was not its turn; and by that the
 * number.
 */
function outOfTurn(passes: number): number {
  return -1 - passes;
}
