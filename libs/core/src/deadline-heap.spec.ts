import fc from 'fast-check';
import { DeadlineHeap, type DeadlineEntry } from './deadline-heap.js';

class Entry implements DeadlineEntry {
  deadlineIndex = -1;
  constructor(readonly deadlineAtMs: number) {}
}

function heapOf(...deadlines: number[]) {
  const heap = new DeadlineHeap<Entry>();
  const entries = deadlines.map((deadlineAtMs) => new Entry(deadlineAtMs));
  for (const entry of entries) heap.add(entry);
  return { heap, entries };
}

describe('DeadlineHeap', () => {
  it('has no deadline while it is empty', () => {
    const { heap } = heapOf();
    expect(heap.nearest).toBeUndefined();
    expect(heap.nearestAtMs).toBe(Infinity);
  });

  it('knows the nearest deadline, whatever the order in which they came', () => {
    const { heap, entries } = heapOf(30, 10, 20);
    expect(heap.nearest).toBe(entries[1]);
    expect(heap.nearestAtMs).toBe(10);
  });

  it('gives up its entries in the order of their deadlines', () => {
    const { heap } = heapOf(5, 3, 9, 1, 7, 3, 8, 2, 6, 4);
    const order: number[] = [];
    for (let entry = heap.nearest; entry !== undefined; entry = heap.nearest) {
      order.push(entry.deadlineAtMs);
      heap.remove(entry);
    }
    expect(order).toEqual([1, 2, 3, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('does nothing when an entry leaves that is not in it', () => {
    const { heap, entries } = heapOf(10, 20);
    heap.remove(new Entry(5));
    for (const leaving of [entries[0], entries[0]]) if (leaving !== undefined) heap.remove(leaving);
    expect(heap.nearest).toBe(entries[1]);
  });

  it('does the same as a sorted array, whatever is done with it', () => {
    const operation = fc.oneof(
      { weight: 3, arbitrary: fc.record({ type: fc.constant('add'), value: fc.nat(50) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('remove'), value: fc.nat(1000) }) },
      { weight: 1, arbitrary: fc.record({ type: fc.constant('remove nearest'), value: fc.constant(0) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100, size: 'max' }), (operations) => {
        const heap = new DeadlineHeap<Entry>();
        const model: Entry[] = [];
        const seen: unknown[] = [];
        const expected: unknown[] = [];
        for (const { type, value } of operations) {
          if (type === 'add') {
            const entry = new Entry(value);
            heap.add(entry);
            model.push(entry);
          } else {
            const leaving = type === 'remove' ? model[value % Math.max(1, model.length)] : heap.nearest;
            if (leaving === undefined) continue;
            heap.remove(leaving);
            model.splice(model.indexOf(leaving), 1);
            seen.push(leaving.deadlineIndex);
            expected.push(-1);
          }
          const nearestAtMs = Math.min(Infinity, ...model.map((entry) => entry.deadlineAtMs));
          seen.push([heap.nearestAtMs, heap.nearest?.deadlineAtMs ?? Infinity]);
          expected.push([nearestAtMs, nearestAtMs]);
        }
        expect(seen).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
