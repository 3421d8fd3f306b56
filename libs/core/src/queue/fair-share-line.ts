import { IndexedHeap, type HeapEntry } from './indexed-heap.js';
import type { QueueEntry } from './queue-entry.js';
import { isQueued } from './queue-entry.js';
import type { RequestLine } from './request-line.js';
import { RequestRing } from './request-ring.js';

/**
 * Tenants take turns, each as much as its weight says, whatever it offers: deficit round robin (Shreedhar and
 * Varghese, "Efficient Fair Queuing using Deficit Round Robin", SIGCOMM 1995). Within a tenant, first in, first
 * out. A tenant without requests is forgotten, and with it what it had left of its turn.
 *
 * The quantum is the largest cost seen since the line was last empty, times the tenant's weight, so that with
 * weights of 1 and more each turn serves at least one request.
 */
export class FairShareLine<TEntry extends QueueEntry> implements RequestLine<TEntry> {
  size = 0;
  private readonly shares = new Map<string | undefined, TenantShare<TEntry>>();
  private readonly byAge = new IndexedHeap<TenantShare<TEntry>>();
  private largestCost = 0;
  /** Whose turn it is; the others follow in a circle, the last one stands before it. */
  private current: TenantShare<TEntry> | undefined = undefined;

  /** @param weightOf A tenant's weight, above 0. */
  constructor(private readonly weightOf: (tenant: string | undefined) => number) {}

  get oldest(): TEntry | undefined {
    return this.byAge.first?.ring.oldest;
  }

  get next(): TEntry | undefined {
    return this.findTurn()?.ring.oldest;
  }

  /** How many tenants have requests here. */
  get tenantCount(): number {
    return this.shares.size;
  }

  /** Each of the tenant's own waits for a round of all others, and no longer. */
  countAhead(tenant: string | undefined): number {
    const ownSize = this.shares.get(tenant)?.ring.size ?? 0;
    const otherTenants = this.shares.size - (this.shares.has(tenant) ? 1 : 0);
    return Math.min(this.size, ownSize + (ownSize + 1) * otherTenants);
  }

  add(entry: TEntry): void {
    this.largestCost = this.size === 0 ? entry.cost : Math.max(this.largestCost, entry.cost);
    const share = this.shares.get(entry.tenant) ?? this.append(entry.tenant);
    share.ring.add(entry);
    this.size += 1;
    if (share.heapIndex === -1) this.byAge.add(share);
  }

  take(): TEntry | undefined {
    const share = this.findTurn();
    const entry = share?.ring.take();
    if (share === undefined || entry === undefined) return undefined;
    share.deficit -= entry.cost;
    this.size -= 1;
    this.update(share);
    return entry;
  }

  putBack(entry: TEntry): void {
    const known = this.shares.get(entry.tenant);
    const share = known ?? this.append(entry.tenant);
    // Who is not known was forgotten when its last request was taken, and the turn passed on.
    if (known === undefined) this.returnTurn(share);
    else while (this.current !== share) this.returnTurn(this.current!.previous);
    share.ring.putBack(entry);
    // What makes a whole quantum was got for a later turn, when no other tenant had a turn in between.
    share.deficit = (share.deficit % this.quantumOf(share)) + entry.cost;
    this.size += 1;
    this.update(share);
  }

  remove(entry: TEntry): void {
    const share = this.shares.get(entry.tenant);
    if (share === undefined || !isQueued(entry)) return;
    share.ring.remove(entry);
    this.size -= 1;
    this.update(share);
  }

  forEach(visit: (entry: TEntry) => void): void {
    for (const { ring } of this.shares.values()) ring.forEach(visit);
  }

  /** Passes the turn on until it is with a tenant that may take its next request. */
  private findTurn(): TenantShare<TEntry> | undefined {
    for (let share = this.current; share !== undefined; share = this.current = share.following) {
      if (!share.hasItsQuantum) {
        share.deficit += this.quantumOf(share);
        share.hasItsQuantum = true;
      }
      if ((share.ring.oldest?.cost ?? 0) <= share.deficit) return share;
      share.hasItsQuantum = false;
    }
    return undefined;
  }

  /** Undoes that a turn has passed on: the one whose turn it is now gives back what it got for it. */
  private returnTurn(to: TenantShare<TEntry>): void {
    const { current } = this;
    if (current?.hasItsQuantum === true) {
      // Who was forgotten in between has come back with less than it had, and may not be able to give all back.
      current.deficit = Math.max(0, current.deficit - this.quantumOf(current));
      current.hasItsQuantum = false;
    }
    to.hasItsQuantum = true;
    this.current = to;
  }

  private quantumOf({ tenant }: TenantShare<TEntry>): number {
    return this.largestCost * this.weightOf(tenant);
  }

  /** A new tenant comes last. */
  private append(tenant: string | undefined): TenantShare<TEntry> {
    const share = new TenantShare<TEntry>(tenant);
    this.shares.set(tenant, share);
    this.current ??= share;
    share.following = this.current;
    share.previous = this.current.previous;
    share.previous.following = share;
    this.current.previous = share;
    return share;
  }

  /** Brings a tenant to its right place by age after its requests have changed. */
  private update(share: TenantShare<TEntry>): void {
    if (share.ring.size > 0) {
      this.byAge.update(share);
      return;
    }
    this.shares.delete(share.tenant);
    this.byAge.remove(share);
    if (this.current === share) this.current = share.following === share ? undefined : share.following;
    share.previous.following = share.following;
    share.following.previous = share.previous;
  }
}

/** One tenant's requests, and what it may still take in this round. */
class TenantShare<TEntry extends QueueEntry> implements HeapEntry {
  readonly ring = new RequestRing<TEntry>();
  /** Cost that it may take before it is the next tenant's turn. */
  deficit = 0;
  /** Whether this round's quantum has been added. */
  hasItsQuantum = false;
  /** Whose turn is before and after. */
  previous: TenantShare<TEntry> = this;
  following: TenantShare<TEntry> = this;
  heapIndex = -1;

  constructor(readonly tenant: string | undefined) {}

  /** When its oldest request came. */
  get heapKey(): number {
    return this.ring.oldest?.enqueuedAtMs ?? Infinity;
  }
}
