/** Below this size tidying up costs more than it frees. */
const SMALLEST_TO_COMPACT = 64;

/**
 * Knows the newest of a changing set. Who leaves the set is not taken out at once: `isIn` tells whether an entry
 * still counts, and those that do not are dropped when they come to the end of the list, or all together when they
 * are more than half of it. So every operation takes constant time on average.
 */
export class ArrivalIndex<TEntry> {
  private entries: TEntry[] = [];

  constructor(private readonly isIn: (entry: TEntry) => boolean) {}

  /** How many entries are kept, those included that have left the set. */
  get length(): number {
    return this.entries.length;
  }

  /** The newest entry comes in. `size`: how many are in the set with it, at least. */
  add(entry: TEntry, size: number): void {
    if (this.entries.length > Math.max(SMALLEST_TO_COMPACT, 2 * size)) {
      this.entries = this.entries.filter((kept) => this.isIn(kept));
    }
    this.entries.push(entry);
  }

  get newest(): TEntry | undefined {
    for (let last = this.entries.at(-1); last !== undefined; last = this.entries.at(-1)) {
      if (this.isIn(last)) return last;
      this.entries.pop();
    }
    return undefined;
  }
}
