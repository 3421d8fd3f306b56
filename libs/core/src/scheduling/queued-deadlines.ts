import { DeadlineHeap } from './deadline-heap.js';

/** What waits until a deadline. It may leave without a word; `isWaiting` tells. */
export interface TimedEntry {
  readonly deadlineAtMs: number;
}

/**
 * After how many arrivals without a question for the nearest deadline the order is given up. It is twice the number of
 * those that wait, but at least this many, so that a short queue is not put in order over and over.
 */
const SMALLEST_TO_KEEP_IN_ORDER = 64;

/**
 * The deadlines of those that wait. While all of them are far away nobody asks which is the nearest, and each costs
 * no more than a comparison: `earliestMs` bounds them. They are put in order when somebody asks, and kept in order as
 * long as somebody does.
 */
export class QueuedDeadlines<TEntry extends TimedEntry> {
  /** How many wait with a deadline. */
  size = 0;
  private readonly heap: DeadlineHeap<TEntry>;
  private isInOrder = false;
  private boundMs = Infinity;
  private addedSinceAsked = 0;

  /**
   * @param isWaiting Whether an entry still waits.
   * @param forEachWaiting Visits all that wait; those without a deadline may be among them.
   */
  constructor(
    private readonly isWaiting: (entry: TEntry) => boolean,
    private readonly forEachWaiting: (visit: (entry: TEntry) => void) => void,
  ) {
    this.heap = new DeadlineHeap<TEntry>(isWaiting);
  }

  /** No deadline is before this time; Infinity if there is none. It may be that of one who has left. */
  get earliestMs(): number {
    return this.size === 0 ? Infinity : this.boundMs;
  }

  /**
   * Who has the nearest deadline; undefined if nobody has one.
   *
   * Putting the deadlines in order visits the queue. Somebody who waits without being there, such as a request that has
   * been taken out for a batch that is still being formed, would be missed. So ask first while all of them are in the
   * queue; after that the order is there, and it is safe to ask again.
   */
  get first(): TEntry | undefined {
    if (this.size === 0) return undefined;
    this.addedSinceAsked = 0;
    if (!this.isInOrder) this.putInOrder();
    const { first } = this.heap;
    this.boundMs = first === undefined ? Infinity : first.deadlineAtMs;
    return first;
  }

  add(entry: TEntry, deadlineAtMs = entry.deadlineAtMs): void {
    this.size += 1;
    if (this.size === 1 || deadlineAtMs < this.boundMs) this.boundMs = deadlineAtMs;
    if (!this.isInOrder) return;
    this.addedSinceAsked += 1;
    if (this.addedSinceAsked > Math.max(SMALLEST_TO_KEEP_IN_ORDER, 2 * this.size)) this.forgetOrder();
    else this.heap.add(entry, deadlineAtMs);
  }

  /**
   * Takes note that some of those that wait have left.
   *
   * @param count How many. `isWaiting` is false for them already, or will be before anything is asked again.
   */
  left(count: number): void {
    this.size -= count;
    // With nobody left the order is kept: else the next one would be looked for among all who have no deadline.
    if (this.isInOrder) this.heap.left(count);
  }

  private putInOrder(): void {
    this.isInOrder = true;
    this.forEachWaiting((entry) => {
      if (entry.deadlineAtMs < Infinity && this.isWaiting(entry)) this.heap.add(entry, entry.deadlineAtMs);
    });
  }

  private forgetOrder(): void {
    this.isInOrder = false;
    this.heap.clear();
  }
}
