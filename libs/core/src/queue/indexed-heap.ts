/** What stands in a heap; it keeps its own place, so that it can leave without a search. */
export interface HeapEntry {
  /** The smallest comes first. When it changes, `IndexedHeap.update` must follow. */
  readonly heapKey: number;
  /** Of those with the same key the smallest comes first. */
  readonly heapTie: number;
  /** Kept by the heap; -1 while it is not in one. */
  heapIndex: number;
}

/** A binary heap: the smallest key first; coming, leaving and changing take O(log n). */
export class IndexedHeap<TEntry extends HeapEntry> {
  private readonly entries: TEntry[] = [];

  get size(): number {
    return this.entries.length;
  }

  get first(): TEntry | undefined {
    return this.entries[0];
  }

  /** At most `most` of the entries whose key is no larger than this one, in no particular order. */
  upTo(key: number, most: number): TEntry[] {
    const found: TEntry[] = [];
    const indexes = [0];
    while (indexes.length > 0 && found.length < most) {
      const index = indexes.pop()!;
      const entry = this.entries[index];
      if (entry === undefined || entry.heapKey > key) continue;
      found.push(entry);
      indexes.push(2 * index + 1, 2 * index + 2);
    }
    return found;
  }

  add(entry: TEntry): void {
    this.entries.push(entry);
    this.moveUp(entry, this.entries.length - 1);
  }

  /** Brings an entry whose key has changed to its right place; one that is not here comes in. */
  update(entry: TEntry): void {
    if (entry.heapIndex === -1) this.add(entry);
    else this.settle(entry, entry.heapIndex);
  }

  /** Takes an entry out; nothing happens if it is not here. */
  remove(entry: TEntry): void {
    const { heapIndex } = entry;
    if (heapIndex === -1) return;
    const last = this.entries.pop();
    entry.heapIndex = -1;
    if (last !== undefined && last !== entry) this.settle(last, heapIndex);
  }

  private settle(entry: TEntry, index: number): void {
    this.moveUp(entry, index);
    this.moveDown(entry, entry.heapIndex);
  }

  private moveUp(entry: TEntry, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.entries[parentIndex];
      if (parent === undefined || !isBefore(entry, parent)) break;
      this.place(parent, index);
      index = parentIndex;
    }
    this.place(entry, index);
  }

  private moveDown(entry: TEntry, from: number): void {
    let index = from;
    for (;;) {
      const left = this.entries[2 * index + 1];
      const right = this.entries[2 * index + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || !isBefore(child, entry)) break;
      const childIndex = child.heapIndex;
      this.place(child, index);
      index = childIndex;
    }
    this.place(entry, index);
  }

  private place(entry: TEntry, index: number): void {
    this.entries[index] = entry;
    entry.heapIndex = index;
  }
}

function isBefore(one: HeapEntry, other: HeapEntry): boolean {
  return one.heapKey < other.heapKey || (one.heapKey === other.heapKey && one.heapTie < other.heapTie);
}
