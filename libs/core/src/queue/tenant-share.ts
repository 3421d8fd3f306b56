import type { QueueEntry } from './queue-entry.js';
import { RequestRing } from './request-ring.js';
import type { RisingEntry } from './rising-heap.js';

/** One tenant's requests, what it may still take in this round, and its place in the circle of the turns. */
export class TenantShare<TEntry extends QueueEntry> extends RequestRing<TEntry> implements RisingEntry {
  /** Cost that it may take before it is the next tenant's turn. */
  deficit = 0;
  /** Whether this round's quantum has been added. */
  hasItsQuantum = false;
  /** Whose turn is before and after; itself while it stands alone. */
  previous: TenantShare<TEntry> = this;
  following: TenantShare<TEntry> = this;
  heapIndex = -1;
  heapKey = Infinity;
  heapTie = 0;
  /** Which of the tenants is the oldest is the same to all who ask how old the oldest is. */
  readonly currentTie = 0;

  /**
   * @param tenant Whose it is; undefined for requests of nobody.
   * @param weight How large its turns are.
   */
  constructor(
    readonly tenant: string | undefined,
    public weight: number,
  ) {
    super();
  }

  /** When its oldest request came. */
  get currentKey(): number {
    const { oldest } = this;
    return oldest === undefined ? Infinity : oldest.enqueuedAtMs;
  }

  /** Takes the last place in the circle that begins with `first`. */
  standBefore(first: TenantShare<TEntry>): void {
    this.following = first;
    this.previous = first.previous;
    this.previous.following = this;
    first.previous = this;
  }

  /** Stands alone again, and with nothing left of its turn. It keeps no neighbor alive that is forgotten later. */
  leaveCircle(): void {
    this.previous.following = this.following;
    this.following.previous = this.previous;
    this.previous = this;
    this.following = this;
    this.deficit = 0;
    this.hasItsQuantum = false;
  }
}
