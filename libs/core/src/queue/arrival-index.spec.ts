import fc from 'fast-check';
import { ArrivalIndex } from './arrival-index.js';

/** A set with its index; what is in the set counts. */
function indexedSet() {
  const members = new Set<number>();
  const index = new ArrivalIndex<number>((entry) => members.has(entry));
  let last = 0;
  const come = (): number => {
    last += 1;
    members.add(last);
    index.add(last, members.size);
    return last;
  };
  return { members, index, come };
}

describe('ArrivalIndex', () => {
  it('knows nobody when nobody is there', () => {
    const { index, members, come } = indexedSet();
    expect(index.newest).toBeUndefined();

    members.delete(come());
    expect(index.newest).toBeUndefined();
  });

  it('knows who came last of those who are still there', () => {
    const { index, members, come } = indexedSet();
    const [first, second, third] = [come(), come(), come()];
    expect(index.newest).toBe(third);

    members.delete(third);
    members.delete(first);
    expect(index.newest).toBe(second);
  });

  it('knows the same as a look at all of them, whatever comes and goes', () => {
    const step = fc.record({ comes: fc.boolean(), count: fc.integer({ min: 1, max: 60 }), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const { index, members, come } = indexedSet();
        for (const { comes, count, which } of steps) {
          for (let left = count; left > 0; left -= 1) {
            if (comes) come();
            else members.delete([...members][which % Math.max(1, members.size)] ?? 0);
          }
          expect(index.newest).toBe([...members].at(-1));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps no more than about twice who is there, though nobody asks', () => {
    const { index, members, come } = indexedSet();
    for (let count = 0; count < 100; count += 1) come();
    for (let count = 0; count < 10_000; count += 1) members.delete(come());
    expect(index.length).toBeLessThanOrEqual(2 * 101 + 1);
    expect(index.newest).toBe(100);
  });
});
