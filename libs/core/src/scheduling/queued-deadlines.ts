import { DeadlineHeap } from './deadline-heap.js';

/** What waits until a deadline. It may leave without a word; `isWaiting` tells. */
export interface TimedEntry {
  readonly deadlineAtMs: number;
}

/** The order is kept until more than so many have come since somebody last asked for the nearest deadline. */
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

  /** Who has the nearest deadline. To be asked only while everybody who waits is in the queue, or again at once. */
  get first(): TEntry | undefined {
    if (this.size === 0) return undefined;
    this.addedSinceAsked = 0;
    if (!this.isInOrder) this.putInOrder();
    const { first } = this.heap;
    this.boundMs = first === undefined ? Infinity : first.deadlineAtMs;
    return first;
  }

  add(entry: TEntry): void {
    this.size += 1;
    const { deadlineAtMs } = entry;
    if (this.size === 1 || deadlineAtMs < this.boundMs) this.boundMs = deadlineAtMs;
    if (!this.isInOrder) return;
    this.addedSinceAsked += 1;
    if (this.addedSinceAsked > Math.max(SMALLEST_TO_KEEP_IN_ORDER, 2 * this.size)) this.forgetOrder();
    else this.heap.add(entry, deadlineAtMs);
  }

  /** So many of those that wait have left: `isWaiting` says so, or is just about to. */
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
