import { RisingHeap, type RisingEntry } from './rising-heap.js';

class Entry implements RisingEntry {
  heapKey = Infinity;
  heapTie = 0;
  heapIndex = -1;

  constructor(
    public currentKey: number,
    public currentTie = 0,
  ) {}
}

function heapOf(...entries: readonly Entry[]): RisingHeap<Entry> {
  const heap = new RisingHeap<Entry>();
  for (const entry of entries) heap.mayFall(entry, entry.currentKey);
  return heap;
}

describe('RisingHeap', () => {
  it('has nobody first who has nothing to offer', () => {
    const entry = new Entry(1);
    const heap = heapOf(entry);
    entry.currentKey = Infinity;
    expect(heap.first).toBeUndefined();
  });

  it('finds the smallest key, though keys have risen since and nobody said so', () => {
    const [one, other] = [new Entry(1), new Entry(2)];
    const heap = heapOf(one, other);
    expect(heap.first).toBe(one);
    one.currentKey = 3;
    expect(heap.first).toBe(other);
    other.currentKey = 4;
    expect(heap.first).toBe(one);
  });

  it('decides between the same keys as they are decided now', () => {
    const [one, other] = [new Entry(1, 1), new Entry(1, 2)];
    const heap = heapOf(one, other);
    expect(heap.first).toBe(one);
    one.currentTie = 3;
    expect(heap.first).toBe(other);
  });

  it('finds one whose key has fallen, if it is told', () => {
    const [one, other] = [new Entry(2), new Entry(5)];
    const heap = heapOf(one, other);
    other.currentKey = 1;
    heap.mayFall(other, 1);
    expect(heap.first).toBe(other);
  });

  it('forgets who is taken out', () => {
    const [one, other] = [new Entry(1), new Entry(2)];
    const heap = heapOf(one, other);
    heap.remove(one);
    expect(heap.first).toBe(other);
  });
});
