import type { QueueEntry } from './queue-entry.js';

/** Requests in the order in which they are to be served. Every operation takes constant time on average. */
export interface RequestLine<TEntry extends QueueEntry> {
  readonly size: number;
  /** Who came first, which need not be who is next: for estimates of how long others wait. */
  readonly oldest: TEntry | undefined;
  /**
   * Since when somebody here has waited who still does, on the clock's scale, or an earlier time; Infinity if nobody.
   */
  readonly oldestAtMs: number;
  /** Nobody in it came later than this, on the clock's scale. */
  readonly newestAtMs: number;
  /** Who is to be served next: what `take` will take. */
  readonly next: TEntry | undefined;
  /** How many are served before one of this tenant's that comes now; an estimate. */
  countAhead(tenant: string | undefined): number;
  /** How many are served before one that is in it; an estimate. */
  countBefore(entry: TEntry): number;
  /** Lets an entry wait. Tells whether it may be the oldest now. */
  add(entry: TEntry): boolean;
  /** Takes out who is next. */
  take(): TEntry | undefined;
  /** Takes out who came first, whoever is next. */
  takeOldest(): TEntry | undefined;
  /** Takes out the next `count`, at most `size`, and puts them into `taken` from `at` on. */
  takeInto(taken: TEntry[], at: number, count: number): void;
  /**
   * Undoes the latest `take` that has not been undone: the entry is the next one again. Only as long as nobody has come
   * since it was taken.
   */
  putBack(entry: TEntry): void;
  /** Takes an entry out, wherever it stands; nothing happens if it is not here. */
  remove(entry: TEntry): void;
  forEach(visit: (entry: TEntry) => void): void;
}
