import { IndexedHeap, type HeapEntry } from './indexed-heap.js';

/** What stands in a `RisingHeap`. */
export interface RisingEntry extends HeapEntry {
  /** The key under which it stands, kept by the heap: the current one, or a smaller one from before. */
  heapKey: number;
  heapTie: number;
  /** Its key as it is; Infinity while it has nothing to offer. */
  readonly currentKey: number;
  /** What decides between it and others with the same key, as it is. */
  readonly currentTie: number;
}

/**
 * A heap of entries whose keys rise by themselves, as that of a queue does when its first is served. Nobody needs to
 * say so: an entry is brought to its right place when it comes to the top. Only one whose key falls must be told.
 */
export class RisingHeap<TEntry extends RisingEntry> {
  private readonly heap = new IndexedHeap<TEntry>();

  /** The entry with the smallest key; undefined if none has anything to offer. */
  get first(): TEntry | undefined {
    for (let { first } = this.heap; first !== undefined; first = this.heap.first) {
      const { currentKey, currentTie } = first;
      if (currentKey === first.heapKey && currentTie === first.heapTie) {
        return currentKey === Infinity ? undefined : first;
      }
      first.heapKey = currentKey;
      first.heapTie = currentTie;
      this.heap.update(first);
    }
    return undefined;
  }

  /** At most `most` of the entries: all whose key is no larger than this one, and maybe others whose key has risen. */
  upTo(key: number, most: number): readonly TEntry[] {
    return this.heap.upTo(key, most);
  }

  /** An entry comes in, or its key may have fallen to this one. */
  mayFall(entry: TEntry, key: number): void {
    if (entry.heapIndex !== -1 && key >= entry.heapKey) return;
    entry.heapKey = key;
    entry.heapTie = entry.currentTie;
    this.heap.update(entry);
  }

  /** Brings an entry to its right place whether its key has risen or fallen. */
  update(entry: TEntry): void {
    entry.heapKey = entry.currentKey;
    entry.heapTie = entry.currentTie;
    this.heap.update(entry);
  }

  remove(entry: TEntry): void {
    this.heap.remove(entry);
  }
}
