import fc from 'fast-check';
import { heapMb } from '../../../../test/core/heap-size.js';
import { buildEntries, idsOf, NumberedEntry, takeAll } from '../../../../test/core/queue-entry-builder.js';
import { isQueued } from './queue-entry.js';
import { RequestRing } from './request-ring.js';

function ringOf(count: number) {
  const ring = new RequestRing<NumberedEntry>();
  const entries = buildEntries(...Array.from({ length: count }, () => ({})));
  for (const entry of entries) ring.add(entry);
  return { ring, entries };
}

const restOf = (ring: RequestRing<NumberedEntry>): number[] => idsOf(takeAll(() => ring.take()));

describe('RequestRing', () => {
  it('gives out what came first, first, also when it has grown', () => {
    const { ring } = ringOf(100);
    expect(ring.size).toBe(100);
    expect(restOf(ring)).toEqual(Array.from({ length: 100 }, (_, id) => id));
    expect(ring.size).toBe(0);
  });

  it('gives out several at once, past those who have left, and goes on with the one behind them', () => {
    const { ring, entries } = ringOf(9);
    for (const left of [1, 2, 4, 5]) ring.remove(entries[left]!);
    const taken: NumberedEntry[] = [];
    ring.takeInto(taken, 0, 2);
    expect([idsOf(taken), ring.size, ring.oldest?.id, taken.some(isQueued)]).toEqual([[0, 3], 3, 6, false]);

    for (const entry of taken.toReversed()) ring.putBack(entry);
    ring.takeInto(taken, 1, 4);
    expect(idsOf(taken)).toEqual([0, 0, 3, 6, 7]);
    expect(restOf(ring)).toEqual([8]);
  });

  it('has nothing to give when it is empty', () => {
    const { ring } = ringOf(0);
    expect([ring.oldest, ring.next, ring.take()]).toEqual([undefined, undefined, undefined]);
  });

  it('knows its oldest, also after that has left from the front', () => {
    const { ring, entries } = ringOf(4);
    ring.remove(entries[1]!);
    ring.remove(entries[0]!);
    expect([ring.oldest?.id, ring.next?.id]).toEqual([2, 2]);
  });

  it('counts everybody who is here as ahead of a newcomer', () => {
    expect(ringOf(3).ring.countAhead()).toBe(3);
  });

  it('counts those who are served before one, as if those who have left had been evenly spaced', () => {
    const { ring, entries } = ringOf(11);
    expect(entries.map((entry) => ring.countBefore(entry))).toEqual(idsOf(entries));
    for (const id of [1, 2, 3, 4, 5]) ring.remove(entries[id]!);
    expect([0, 6, 8, 10].map((id) => ring.countBefore(entries[id]!))).toEqual([0, 3, 4, 5]);
  });

  it('does nothing when an entry leaves that is not in it', () => {
    const { ring, entries } = ringOf(3);
    ring.take();
    for (const id of [0, 1, 1]) ring.remove(entries[id]!);
    ring.remove(new NumberedEntry(9));
    expect(ring.size).toBe(1);
    expect(restOf(ring)).toEqual([2]);
  });

  it('gives out first what was put back, in the order from before', () => {
    const { ring } = ringOf(20);
    const taken = takeAll(() => ring.take(), 15);
    for (const entry of taken.toReversed()) ring.putBack(entry);
    expect(ring.oldest?.id).toBe(0);
    expect(restOf(ring)).toEqual(Array.from({ length: 20 }, (_, id) => id));
  });

  it('takes back all that it held, more than it has slots for at the front', () => {
    const { ring } = ringOf(1000);
    const taken = takeAll(() => ring.take());
    for (const entry of taken.toReversed()) ring.putBack(entry);
    expect(restOf(ring)).toEqual(idsOf(taken));
  });

  it('goes on as before when all of a flood are gone, or come back', () => {
    const flood = 40_000;
    const { ring } = ringOf(flood);
    const taken = takeAll(() => ring.take());
    expect([taken.length, ring.size, ring.take()]).toEqual([flood, 0, undefined]);

    for (const entry of taken.slice(0, 100).toReversed()) ring.putBack(entry);
    for (const entry of taken.slice(100, 200)) ring.add(entry);
    expect(restOf(ring)).toEqual(idsOf(taken.slice(0, 200)));
  });

  it('lets an entry come again that has left', () => {
    const { ring, entries } = ringOf(3);
    ring.remove(entries[0]!);
    ring.add(entries[0]!);
    expect(restOf(ring)).toEqual([1, 2, 0]);
  });

  it('stays small when most of many entries leave from the middle', () => {
    const ring = new RequestRing<NumberedEntry>();
    const stays = new NumberedEntry(0);
    ring.add(stays);
    let before = new NumberedEntry(1);
    ring.add(before);
    let farthest = 0;
    for (let id = 2; id <= 10_000; id += 1) {
      const passing = new NumberedEntry(id);
      ring.add(passing);
      farthest = Math.max(farthest, passing.queuePosition - stays.queuePosition);
      ring.remove(before);
      before = passing;
    }
    expect(farthest).toBeLessThan(64);
    expect(ring.oldest).toBe(stays);
  });

  it('knows since when somebody has waited who still does, or an earlier time behind very many who do not', () => {
    const ring = new RequestRing<NumberedEntry>();
    expect(ring.oldestAtMs).toBe(Infinity);
    for (let id = 0; id < 100; id += 1)
      ring.add(new NumberedEntry(id, { waitingSinceMs: id < 50 ? 500 : id }));
    expect(ring.oldestAtMs).toBe(50);
    takeAll(() => ring.take(), 50);
    expect(ring.oldestAtMs).toBe(50);

    const left = new RequestRing<NumberedEntry>();
    for (let id = 0; id < 100; id += 1) left.add(new NumberedEntry(id, { waitingSinceMs: 500 }));
    expect(left.oldestAtMs).toBe(0);
    takeAll(() => left.take(), 50);
    expect(left.oldestAtMs).toBe(500);
  });

  it('gives out what came first, first, round after round, empty in between or not', () => {
    const ring = new RequestRing<NumberedEntry>();
    let next = 0;
    let expected = 0;
    for (let round = 0; round < 100; round += 1) {
      for (let count = round % 21; count > 0; count -= 1, next += 1) ring.add(new NumberedEntry(next, {}));
      while (ring.size > round % 2) {
        expect(ring.take()?.id).toBe(expected);
        expected += 1;
      }
    }
  });

  it('gives back the room of a flood when most of it has gone, though it was never empty', () => {
    const ring = new RequestRing<NumberedEntry>();
    for (let id = 0; id < 300_000; id += 1) ring.add(new NumberedEntry(id));
    takeAll(() => ring.take(), 299_990);
    const floodedMb = heapMb();

    addUntilItLooks(ring, 300_000);
    expect(floodedMb - heapMb()).toBeGreaterThan(6);
    expect(restOf(ring)).toEqual(Array.from({ length: 74 }, (_, index) => 299_990 + index));
  });

  it('leaves everyone where they stand while it grows and shrinks, if there are few holes', () => {
    const { ring, entries } = ringOf(100_000);
    takeAll(() => ring.take(), 99_990);
    addUntilItLooks(ring, 100_000);
    expect(entries.slice(-10).map(({ queuePosition }) => queuePosition)).toEqual(
      Array.from({ length: 10 }, (_, index) => 99_990 + index),
    );
  });

  it('does not let holes be most of it, wherever those are who stay', () => {
    const { ring, entries } = ringOf(10_000);
    const stays = [entries[0]!, entries[9999]!];
    for (const entry of entries) if (!stays.includes(entry)) ring.remove(entry);
    addUntilItLooks(ring, 10_000);
    expect([...stays.map(({ queuePosition }) => queuePosition), ring.size]).toEqual([0, 1, 66]);
    expect(restOf(ring).slice(0, 3)).toEqual([0, 9999, 10_000]);
  });

  it('tells when all have got other positions', () => {
    const positions: number[][] = [];
    const entries = buildEntries(...Array.from({ length: 40 }, () => ({})));
    const ring = new RequestRing<NumberedEntry>(() =>
      positions.push(entries.filter(isQueued).map((entry) => entry.queuePosition)),
    );
    for (const entry of entries.slice(0, 16)) ring.add(entry);
    expect(positions).toEqual([]);
    for (const entry of entries.slice(1, 10)) ring.remove(entry);
    ring.add(entries[16]!);
    expect(positions).toEqual([[0, 1, 2, 3, 4, 5, 6]]);
    expect(ring.at(6)).toBe(entries[15]);
  });

  it('does the same as a plain array, whatever is done with it', () => {
    const operation = fc.record({
      do: fc.constantFrom('add', 'add', 'take', 'put back', 'lend', 'remove', 'remove'),
      count: fc.integer({ min: 1, max: 20 }),
      which: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80, size: 'max' }), (operations) => {
        const ring = new RequestRing<NumberedEntry>();
        const model: NumberedEntry[] = [];
        let lastId = 0;
        for (const { do: action, count, which } of operations) {
          for (let left = count; left > 0; left -= 1) {
            if (action === 'add') {
              const entry = new NumberedEntry((lastId += 1));
              ring.add(entry);
              model.push(entry);
            } else if (action === 'take') {
              expect(ring.take()?.id).toBe(model.shift()?.id);
            } else if (action === 'remove' && model.length > 0) {
              const [leaving] = model.splice(which % model.length, 1);
              ring.remove(leaving!);
              expect(isQueued(leaving!)).toBe(false);
            }
          }
          if (action === 'put back') {
            const taken = takeAll(() => ring.take(), count);
            expect(idsOf(taken)).toEqual(idsOf(model.slice(0, count)));
            // Only some of them come back: the others are gone for good.
            const back = taken.filter(({ id }) => id % 3 > 0);
            model.splice(0, taken.length, ...back);
            for (const entry of back.toReversed()) ring.putBack(entry);
          }
          if (action === 'lend') {
            // From anywhere, and back to where they were.
            const lent = model.filter((_, index) => (index * index + which) % 3 === 0).slice(-count);
            for (const entry of lent) ring.takeOut(entry);
            const left = model.filter((entry) => !lent.includes(entry));
            expect([ring.size, ring.oldest?.id]).toEqual([left.length, left[0]?.id]);
            for (const entry of lent.toReversed()) ring.putBack(entry);
          }
          expect([ring.size, ring.oldest?.id]).toEqual([model.length, model[0]?.id]);
          expect(ring.newestAtMs).toBe(model.at(-1)?.enqueuedAtMs ?? -Infinity);
        }
        const visited: NumberedEntry[] = [];
        ring.forEach((entry) => visited.push(entry));
        expect(idsOf(visited)).toEqual(idsOf(model));
        expect(restOf(ring)).toEqual(idsOf(model));
      }),
      { numRuns: 300 },
    );
  });
});

/** It looks for holes once in so many that come. */
function addUntilItLooks(ring: RequestRing<NumberedEntry>, firstId: number): void {
  for (let id = firstId; id < firstId + 64; id += 1) ring.add(new NumberedEntry(id));
}
