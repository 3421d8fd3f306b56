/** Below this size tidying up costs more than it frees. */
const SMALLEST_TO_COMPACT = 64;

/**
 * Deadlines, the nearest first. Most who come have a later deadline than all before, and most who leave do so long
 * before it: so coming is cheap if it is in order, and who leaves is only counted. They are dropped when they come to
 * the top, or all together when they are more than half. So the nearest is looked for only if somebody must know it.
 */
export class DeadlineHeap<TEntry> {
  /** How many are here that have not left. */
  size = 0;
  private entries: TEntry[] = [];
  private deadlinesMs: number[] = [];

  /** @param isIn Whether an entry has not left. */
  constructor(private readonly isIn: (entry: TEntry) => boolean) {}

  /** Who has the nearest deadline. */
  get first(): TEntry | undefined {
    for (let first = this.entries[0]; first !== undefined; first = this.entries[0]) {
      if (this.isIn(first)) return first;
      this.dropFirst();
    }
    return undefined;
  }

  add(entry: TEntry, deadlineMs: number): void {
    if (this.entries.length > Math.max(SMALLEST_TO_COMPACT, 2 * this.size)) this.compact();
    this.size += 1;
    this.entries.push(entry);
    this.deadlinesMs.push(deadlineMs);
    this.moveUp(entry, deadlineMs, this.entries.length - 1);
  }

  /**
   * Takes note that entries have left.
   *
   * @param count How many. `isIn` is false for them already, or will be before the heap is asked again.
   */
  left(count: number): void {
    this.size -= count;
    if (this.size === 0) this.clear();
  }

  /** All have left. */
  clear(): void {
    this.size = 0;
    this.entries = [];
    this.deadlinesMs = [];
  }

  /** What is left of a heap, in its order, is nearly one again. */
  private compact(): void {
    const { entries, deadlinesMs } = this;
    this.entries = [];
    this.deadlinesMs = [];
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index]!;
      if (!this.isIn(entry)) continue;
      const deadlineMs = deadlinesMs[index]!;
      this.entries.push(entry);
      this.deadlinesMs.push(deadlineMs);
      this.moveUp(entry, deadlineMs, this.entries.length - 1);
    }
  }

  private dropFirst(): void {
    const last = this.entries.pop()!;
    const lastMs = this.deadlinesMs.pop()!;
    if (this.entries.length > 0) this.moveDown(last, lastMs);
  }

  private moveUp(entry: TEntry, deadlineMs: number, from: number): void {
    const { entries, deadlinesMs } = this;
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const parentMs = deadlinesMs[parent]!;
      if (parentMs <= deadlineMs) break;
      entries[index] = entries[parent]!;
      deadlinesMs[index] = parentMs;
      index = parent;
    }
    entries[index] = entry;
    deadlinesMs[index] = deadlineMs;
  }

  private moveDown(entry: TEntry, deadlineMs: number): void {
    const { entries, deadlinesMs } = this;
    const count = entries.length;
    let index = 0;
    for (let child = 1; child < count; child = 2 * index + 1) {
      if (child + 1 < count && deadlinesMs[child + 1]! < deadlinesMs[child]!) child += 1;
      const childMs = deadlinesMs[child]!;
      if (childMs >= deadlineMs) break;
      entries[index] = entries[child]!;
      deadlinesMs[index] = childMs;
      index = child;
    }
    entries[index] = entry;
    deadlinesMs[index] = deadlineMs;
  }
}
