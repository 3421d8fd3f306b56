import fc from 'fast-check';
import { BoundedRequestQueue, type QueueEntry } from './bounded-request-queue.js';

class Entry implements QueueEntry {
  queuePosition = -1;
  constructor(readonly id: number) {}
}

const idsOf = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.id);

function queueOf(count: number, maxSize = 1000) {
  const queue = new BoundedRequestQueue<Entry>(maxSize);
  const entries = Array.from({ length: count }, (_, id) => new Entry(id));
  for (const entry of entries) queue.enqueue(entry);
  const leave = (...ids: number[]): void =>
    ids.forEach((id) => entries.slice(id, id + 1).forEach((entry) => queue.remove(entry)));
  return { queue, entries, leave };
}

describe('BoundedRequestQueue', () => {
  it('gives out what came first, first', () => {
    const { queue } = queueOf(5);
    expect(idsOf(queue.dequeue(2))).toEqual([0, 1]);
    expect(idsOf(queue.dequeue(2))).toEqual([2, 3]);
  });

  it('gives out fewer if fewer wait', () => {
    const { queue } = queueOf(2);
    expect(idsOf(queue.dequeue(10))).toEqual([0, 1]);
    expect(queue.dequeue(10)).toEqual([]);
    expect(queue.size).toBe(0);
  });

  it('is full with maxSize entries, and has room again when one leaves from anywhere', () => {
    const { queue, leave } = queueOf(3, 3);
    expect(queue.isFull).toBe(true);

    leave(1);
    expect(queue.isFull).toBe(false);
    queue.enqueue(new Entry(3));
    expect(queue.isFull).toBe(true);
    expect(idsOf(queue.dequeue(3))).toEqual([0, 2, 3]);
    expect(queue.isEmpty).toBe(true);
  });

  it('knows the oldest entry, also after it has left from the front', () => {
    const { queue, leave } = queueOf(4);
    leave(1);
    leave(0);
    expect(queue.oldest?.id).toBe(2);

    leave(2);
    leave(3);
    expect(queue.oldest).toBeUndefined();
  });

  it('does nothing when an entry leaves that is not in it', () => {
    const { queue, leave } = queueOf(3);
    queue.dequeue(1);
    leave(0);
    leave(1);
    leave(1);
    queue.remove(new Entry(9));

    expect(queue.size).toBe(1);
    expect(idsOf(queue.dequeue(3))).toEqual([2]);
  });

  it('takes an entry back that has left', () => {
    const { queue, entries, leave } = queueOf(3);
    leave(0);
    entries.slice(0, 1).forEach((entry) => queue.enqueue(entry));
    expect(idsOf(queue.dequeue(3))).toEqual([1, 2, 0]);
  });

  it('does the same as a plain array, whatever is done with it', () => {
    const operation = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ type: fc.constant('enqueue'), count: fc.integer({ min: 1, max: 20 }) }),
      },
      { weight: 2, arbitrary: fc.record({ type: fc.constant('dequeue'), count: fc.nat(12) }) },
      { weight: 5, arbitrary: fc.record({ type: fc.constant('remove'), count: fc.nat(1000) }) },
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 100, size: 'max' }), (operations) => {
        const queue = new BoundedRequestQueue<Entry>(100);
        let model: Entry[] = [];
        let lastId = 0;
        const seen: unknown[] = [];
        const expected: unknown[] = [];
        for (const { type, count } of operations) {
          if (type === 'enqueue') {
            for (let left = count; left > 0 && !queue.isFull; left -= 1) {
              const entry = new Entry((lastId += 1));
              queue.enqueue(entry);
              model.push(entry);
            }
          } else if (type === 'dequeue') {
            seen.push(idsOf(queue.dequeue(count)));
            expected.push(idsOf(model.slice(0, count)));
            model = model.slice(count);
          } else if (model.length > 0) {
            model.splice(count % model.length, 1).forEach((leaving) => queue.remove(leaving));
          }
          seen.push([queue.size, queue.isEmpty, queue.isFull, queue.oldest?.id]);
          expected.push([model.length, model.length === 0, model.length === 100, model[0]?.id]);
        }
        seen.push(idsOf(queue.dequeue(Infinity)));
        expected.push(idsOf(model));
        expect(seen).toEqual(expected);
        expect(model.every((entry) => entry.queuePosition === -1)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('stays fast and small when most of many entries leave from the middle', () => {
    const queue = new BoundedRequestQueue<Entry>(64);
    const stays = new Entry(0);
    queue.enqueue(stays);
    let largestPosition = 0;
    for (let id = 1; id <= 100_000; id += 1) {
      const passing = new Entry(id);
      queue.enqueue(passing);
      largestPosition = Math.max(largestPosition, passing.queuePosition);
      queue.remove(passing);
    }

    // Positions start again from 0 each time the holes are closed, so they tell how far the ring has grown.
    expect(largestPosition).toBeLessThan(4 * 16);
    expect(queue.oldest).toBe(stays);
  });
});
