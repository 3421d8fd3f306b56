import fc from 'fast-check';
import { IndexedHeap, type HeapEntry } from './indexed-heap.js';

class Entry implements HeapEntry {
  heapIndex = -1;
  constructor(
    public heapKey: number,
    readonly heapTie = 0,
  ) {}
}

function heapOf(...keys: number[]) {
  const heap = new IndexedHeap<Entry>();
  const entries = keys.map((key) => new Entry(key));
  for (const entry of entries) heap.add(entry);
  return { heap, entries };
}

describe('IndexedHeap', () => {
  it('has no first entry while it is empty', () => {
    const { heap } = heapOf();
    expect(heap.first).toBeUndefined();
    expect(heap.size).toBe(0);
  });

  it('knows the smallest key, whatever the order in which they came', () => {
    const { heap, entries } = heapOf(30, 10, 20);
    expect(heap.first).toBe(entries[1]);
    expect(heap.size).toBe(3);
  });

  it('gives up its entries in the order of their keys', () => {
    const { heap } = heapOf(5, 3, 9, 1, 7, 3, 8, 2, 6, 4);
    const order: number[] = [];
    for (let entry = heap.first; entry !== undefined; entry = heap.first) {
      order.push(entry.heapKey);
      heap.remove(entry);
    }
    expect(order).toEqual([1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('gives up those with the same key in the order of their ties', () => {
    const heap = new IndexedHeap<Entry>();
    for (const tie of [4, 2, 5, 1, 3]) heap.add(new Entry(7, tie));
    const order: number[] = [];
    for (let entry = heap.first; entry !== undefined; entry = heap.first) {
      order.push(entry.heapTie);
      heap.remove(entry);
    }
    expect(order).toEqual([1, 2, 3, 4, 5]);
  });

  it('finds all whose key is no larger than one, or the first so many', () => {
    const { heap } = heapOf(5, 3, 9, 1, 7, 3, 8, 2, 6, 4);
    const keysUpTo = (key: number, most = 10): number[] => heap.upTo(key, most).map(({ heapKey }) => heapKey);
    expect(keysUpTo(4).toSorted()).toEqual([1, 2, 3, 3, 4]);
    expect(keysUpTo(0)).toEqual([]);
    expect(keysUpTo(9, 4)).toHaveLength(4);
  });

  it('does nothing when an entry leaves that is not in it', () => {
    const { heap, entries } = heapOf(10, 20);
    heap.remove(new Entry(5));
    for (const leaving of [entries[0], entries[0]]) if (leaving !== undefined) heap.remove(leaving);
    expect(heap.first).toBe(entries[1]);
    expect(heap.size).toBe(1);
  });

  it('lets an entry in that is updated but not here yet', () => {
    const { heap } = heapOf(10);
    const newcomer = new Entry(5);
    heap.update(newcomer);
    expect(heap.first).toBe(newcomer);
  });

  it('does the same as a plain array, whatever is done with it', () => {
    const operation = fc.record({
      do: fc.constantFrom('add', 'add', 'add', 'remove', 'remove first', 'update', 'update'),
      which: fc.nat(1000),
      key: fc.nat(50),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100, size: 'max' }), (operations) => {
        const heap = new IndexedHeap<Entry>();
        const model: Entry[] = [];
        for (const { do: action, which, key } of operations) {
          const chosen = action === 'remove first' ? heap.first : model[which % Math.max(1, model.length)];
          if (action === 'add') {
            const entry = new Entry(key);
            heap.add(entry);
            model.push(entry);
          } else if (chosen !== undefined && action === 'update') {
            chosen.heapKey = key;
            heap.update(chosen);
          } else if (chosen !== undefined) {
            heap.remove(chosen);
            model.splice(model.indexOf(chosen), 1);
            expect(chosen.heapIndex).toBe(-1);
          }
          const smallest = Math.min(Infinity, ...model.map((entry) => entry.heapKey));
          expect(heap.size).toBe(model.length);
          expect(heap.first?.heapKey ?? Infinity).toBe(smallest);
        }
      }),
      { numRuns: 300 },
    );
  });
});
