import type { QueueEntry } from './queue-entry.js';
import { isQueued } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RequestRing } from './request-ring.js';
import { TenantShare } from './tenant-share.js';
import { TenantTurns } from './tenant-turns.js';

/**
 * How many tenants without requests are kept, or as many as have requests if those are more. One that comes and goes is
 * then not made anew.
 */
const MOST_IDLE_SHARES = 16;
/** The most tenants looked at one by one to foretell how many requests are served before one that comes. */
const MOST_TENANTS_LOOKED_AT = 64;

/**
 * Tenants take turns (`TenantTurns`), each as much as its weight says, whatever it offers. Within a tenant, first in,
 * first out. A tenant without requests loses its place, and with it what it had left of its turn.
 */
export class FairShareLine<TEntry extends QueueEntry> implements RequestLine<TEntry> {
  private readonly shares = new Map<string | undefined, TenantShare<TEntry>>();
  /** All of them in the order in which they came, whosever they are. */
  private readonly arrivals = new RequestRing<TEntry>(() => this.findShares());
  private readonly turns = new TenantTurns<TEntry>();
  /**
   * Tenants whose last request was taken out of turn. They stand in the circle until somebody comes, in case it is put
   * back.
   */
  private emptied: TenantShare<TEntry>[] = [];

  /** @param weightOf A tenant's weight, above 0. */
  constructor(private readonly weightOf: (tenant: string | undefined) => number) {}

  /** How many tenants have requests here; or had some when somebody last came. */
  get tenantCount(): number {
    return this.turns.count;
  }

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
    return this.countWithTurns(tenant, this.shares.get(tenant)?.size ?? 0);
  }

  countBefore(entry: TEntry): number {
    return this.countWithTurns(entry.tenant, this.shares.get(entry.tenant)!.countBefore(entry));
  }

  add(entry: TEntry): boolean {
    if (this.emptied.length > 0) this.dropEmptied();
    this.turns.noteCost(entry.cost, this.size === 0);
    const share = this.shares.get(entry.tenant) ?? this.remember(entry.tenant);
    if (share.size === 0) {
      share.deficit = 0;
      this.turns.append(share);
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
    entry.nextOfTenant = outOfTurn(this.turns.passes);
    return entry;
  }

  takeInto(taken: TEntry[], at: number, count: number): void {
    const { turns, arrivals } = this;
    const end = at + count;
    for (let next = at; next < end; next += 1) {
      taken[next] = this.takeFirstOf(turns.find()!);
    }
    arrivals.skipHoles();
  }

  putBack(entry: TEntry): void {
    const share = this.shares.get(entry.tenant) ?? this.remember(entry.tenant);
    const isOutOfTurn = entry.nextOfTenant < 0;
    this.turns.undoPassesSince(isOutOfTurn ? outOfTurn(entry.nextOfTenant) : entry.nextOfTenant);
    if (!isOutOfTurn) this.turns.giveBack(share, entry);
    else if (!this.turns.has(share)) this.turns.append(share);
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

  /**
   * How many requests are served before the tenant's next one: its own that are ahead, and of each other tenant as many
   * as its weight lets it take in that time.
   */
  private countWithTurns(tenant: string | undefined, ownAhead: number): number {
    const own = this.shares.get(tenant);
    const hasOwn = own !== undefined && own.size > 0;
    const roundsOfWeight = (ownAhead + 1) / this.weightOf(tenant);
    const others = this.tenantCount - (hasOwn ? 1 : 0);
    const looked = Math.min(others, MOST_TENANTS_LOOKED_AT);
    let ofOthers = 0;
    let other = hasOwn ? own.following : this.turns.current;
    for (let count = 0; count < looked; count += 1, other = other!.following) {
      ofOthers += Math.min(other!.size, Math.ceil(roundsOfWeight * other!.weight));
    }
    if (others > looked) ofOthers *= others / looked;
    return Math.min(this.size, ownAhead + Math.ceil(ofOthers));
  }

  private findTurn(): TenantShare<TEntry> | undefined {
    return this.size === 0 ? undefined : this.turns.find();
  }

  /** Takes the next request of the tenant whose turn it is. */
  private takeOf(share: TenantShare<TEntry>): TEntry {
    const entry = this.takeFirstOf(share);
    this.arrivals.skipHoles();
    return entry;
  }

  /** As `takeOf`; `skipHoles` of the arrivals must follow. */
  private takeFirstOf(share: TenantShare<TEntry>): TEntry {
    const entry = share.first;
    this.turns.charge(share, entry);
    share.removeFirst(entry);
    this.arrivals.leaveHole(entry);
    if (share.size === 0) this.loseItsPlace(share);
    // It has no next one any more. What is kept instead tells, if it is put back, how far to go back.
    entry.nextOfTenant = this.turns.passes;
    return entry;
  }

  private leave(share: TenantShare<TEntry>, entry: TEntry): void {
    this.arrivals.takeOut(entry);
    if (share.size === 0) this.loseItsPlace(share);
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

  private dropEmptied(): void {
    const { emptied } = this;
    this.emptied = [];
    for (const share of emptied) {
      if (share.size === 0 && this.turns.has(share)) this.loseItsPlace(share);
    }
  }

  private loseItsPlace(share: TenantShare<TEntry>): void {
    this.turns.leave(share);
    if (this.shares.size - this.tenantCount > Math.max(MOST_IDLE_SHARES, this.tenantCount)) this.forgetIdle();
  }

  private forgetIdle(): void {
    for (const share of this.shares.values()) {
      if (share.size === 0 && !this.turns.has(share)) this.shares.delete(share.tenant);
    }
  }
}

/**
 * A number of passes as a number below 0, which marks an entry that was taken out of turn; applied to that, the number
 * of passes again.
 */
function outOfTurn(passes: number): number {
  return -1 - passes;
}
