import { countSpacedBefore } from './count-spaced-before.js';
import type { QueueEntry } from './queue-entry.js';
import type { RequestRing } from './request-ring.js';

/**
 * One tenant's requests, first in, first out; what it may still take in this round; and its place in the circle of
 * turns.
 *
 * Its requests stand in the ring of all tenants, and each knows at which positions its neighbors stand. Numbers, since
 * the garbage collector must be told of each young request that an old object refers to.
 */
export class TenantShare<TEntry extends QueueEntry> {
  size = 0;
  /** Cost that it may take before it is the next tenant's turn. */
  deficit = 0;
  /** Whose turn is before and after; itself while it stands alone. */
  previous: TenantShare<TEntry> = this;
  following: TenantShare<TEntry> = this;
  /** Where its first and its last request stand; anywhere while it has none. */
  private firstPosition = -1;
  private lastPosition = -1;

  /**
   * @param tenant Whose it is; undefined for requests of nobody.
   * @param weight How large its turns are.
   * @param ring Where its requests stand, among those of others.
   */
  constructor(
    readonly tenant: string | undefined,
    public weight: number,
    private readonly ring: RequestRing<TEntry>,
  ) {}

  /** Who of them came first. It must have some. */
  get first(): TEntry {
    return this.ring.at(this.firstPosition);
  }

  /** How many of them came before one of them, as if they stood evenly spaced; an estimate. */
  countBefore({ queuePosition }: TEntry): number {
    return countSpacedBefore(queuePosition, this.firstPosition, this.lastPosition, this.size);
  }

  /** One that has come into the ring comes last. */
  add(entry: TEntry): void {
    const { queuePosition } = entry;
    if (this.size === 0) this.firstPosition = queuePosition;
    else {
      this.ring.at(this.lastPosition).nextOfTenant = queuePosition;
      entry.previousOfTenant = this.lastPosition;
    }
    this.lastPosition = queuePosition;
    this.size += 1;
  }

  /** One that is back in the ring comes first again. */
  putBack(entry: TEntry): void {
    const { queuePosition } = entry;
    if (this.size === 0) this.lastPosition = queuePosition;
    else {
      this.first.previousOfTenant = queuePosition;
      entry.nextOfTenant = this.firstPosition;
    }
    this.firstPosition = queuePosition;
    this.size += 1;
  }

  /** Its first one is about to leave the ring. */
  removeFirst({ nextOfTenant }: TEntry): void {
    this.firstPosition = nextOfTenant;
    this.size -= 1;
  }

  /** Any of its requests is about to leave the ring. */
  remove(entry: TEntry): void {
    const { queuePosition, previousOfTenant, nextOfTenant } = entry;
    const isFirst = queuePosition === this.firstPosition;
    const isLast = queuePosition === this.lastPosition;
    if (isFirst) this.firstPosition = nextOfTenant;
    else this.ring.at(previousOfTenant).nextOfTenant = nextOfTenant;
    if (isLast) this.lastPosition = previousOfTenant;
    else this.ring.at(nextOfTenant).previousOfTenant = previousOfTenant;
    this.size -= 1;
  }

  /** Takes the last place in the circle that begins with `first`. */
  standBefore(first: TenantShare<TEntry>): void {
    this.following = first;
    this.previous = first.previous;
    this.previous.following = this;
    first.previous = this;
  }

  /**
   * Stands alone again. It keeps no neighbor alive that is forgotten later, and its deficit only until it comes again.
   */
  leaveCircle(): void {
    this.previous.following = this.following;
    this.following.previous = this.previous;
    this.previous = this;
    this.following = this;
  }
}
