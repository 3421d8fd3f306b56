import type { QueueEntry } from './queue-entry.js';

/**
 * First in, first out, for requests that need no place of their own: nobody takes one of them back, has a deadline, or
 * shares its place. They wait together, and none of them is an entry until it must be.
 */
export interface OrdinaryLine<TEntry extends QueueEntry, TGroup> {
  /** How many wait. */
  readonly size: number;
  /** When the oldest came, on the clock's scale; Infinity if nobody waits. */
  readonly oldestAtMs: number;
  /** The arrival number of the oldest; Infinity if nobody waits. */
  readonly oldestArrival: number;
  /** Takes the oldest `count` out together; there must be as many. */
  take(count: number): TGroup;
  /** Takes all out, each as an entry, in their order. */
  takeEntries(): TEntry[];
}
