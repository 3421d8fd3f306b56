import { ArrivalIndex } from './arrival-index.js';
import { isQueued, type QueueEntry } from './queue-entry.js';

/** Who came last, for each priority above 0: the first ones to give up their places when the queue is full. */
export class DisplaceableRequests<TEntry extends QueueEntry> {
  private readonly arrivalsByPriority: (ArrivalIndex<TEntry> | undefined)[] = [];

  /** @param waiting All that wait, in any order. */
  constructor(waiting: TEntry[]) {
    waiting.sort((one, other) => one.arrivalNumber - other.arrivalNumber);
    for (const entry of waiting) if (entry.priority > 0) this.add(entry, waiting.length);
  }

  /** The newest request has come. `size`: how many wait, at least. */
  add(entry: TEntry, size: number): void {
    const arrivals = (this.arrivalsByPriority[entry.priority] ??= new ArrivalIndex<TEntry>(
      (kept) => isQueued(kept) && kept.isDisplaceable,
    ));
    arrivals.add(entry, size);
  }

  /** The newest of the lowest priority, if that is lower than this one. */
  find(priority: number): TEntry | undefined {
    for (let lowest = this.arrivalsByPriority.length - 1; lowest > priority; lowest -= 1) {
      const newest = this.arrivalsByPriority[lowest]?.newest;
      if (newest !== undefined) return newest;
    }
    return undefined;
  }
}
