import fc from 'fast-check';
import { QueuedDeadlines } from './queued-deadlines.js';

interface Entry {
  readonly deadlineAtMs: number;
}

/** Deadlines of a set; what is in the set waits. */
function watchedSet() {
  const waiting = new Set<Entry>();
  const looks: number[] = [];
  const deadlines = new QueuedDeadlines<Entry>(
    (entry) => waiting.has(entry),
    (visit) => {
      looks.push(waiting.size);
      waiting.forEach((entry) => visit(entry));
    },
  );
  const come = (deadlineAtMs: number): Entry => {
    const entry = { deadlineAtMs };
    waiting.add(entry);
    deadlines.add(entry);
    return entry;
  };
  const leave = (entry: Entry): void => {
    deadlines.left(1);
    waiting.delete(entry);
  };
  return { deadlines, waiting, looks, come, leave };
}

describe('QueuedDeadlines', () => {
  it('looks at nobody until somebody asks for the nearest', () => {
    const { deadlines, looks, come, leave } = watchedSet();
    const [first] = [come(10), come(20), come(30)];
    leave(first);
    expect([deadlines.earliestMs, deadlines.size]).toEqual([10, 2]);
    expect(looks).toEqual([]);

    expect(deadlines.first?.deadlineAtMs).toBe(20);
    expect([deadlines.earliestMs, looks]).toEqual([20, [2]]);
  });

  it('looks at all of them again only after nobody has asked for long', () => {
    const { deadlines, looks, come, leave } = watchedSet();
    come(1e9);
    for (let count = 0; count < 1000; count += 1) {
      leave(come(count));
      expect(deadlines.first?.deadlineAtMs).toBe(1e9);
    }
    expect(looks).toEqual([1]);

    for (let count = 0; count < 1000; count += 1) leave(come(count));
    expect(deadlines.first?.deadlineAtMs).toBe(1e9);
    expect(looks).toEqual([1, 1]);
  });

  it('does not look at all who wait for each who comes where the one before has left', () => {
    const { deadlines, waiting, looks, come, leave } = watchedSet();
    // Who has no deadline.
    for (let count = 0; count < 10; count += 1) waiting.add({ deadlineAtMs: Infinity });
    for (let count = 0; count < 100; count += 1) {
      const passing = come(count);
      expect(deadlines.first).toBe(passing);
      leave(passing);
    }
    expect(looks).toEqual([11]);
  });

  it('knows the same as a look at all of them, whatever comes and goes', () => {
    const step = fc.record({
      comes: fc.boolean(),
      count: fc.integer({ min: 1, max: 50 }),
      deadlineMs: fc.nat(500),
      which: fc.nat(),
      isAsked: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const { deadlines, waiting, come, leave } = watchedSet();
        for (const { comes, count, deadlineMs, which, isAsked } of steps) {
          for (let left = count; left > 0; left -= 1) {
            const leaving = [...waiting][which % Math.max(1, waiting.size)];
            if (comes) come((deadlineMs * left) % 499);
            else if (leaving !== undefined) leave(leaving);
          }
          const nearestMs = Math.min(Infinity, ...[...waiting].map(({ deadlineAtMs }) => deadlineAtMs));
          expect(deadlines.size).toBe(waiting.size);
          expect(deadlines.earliestMs).toBeLessThanOrEqual(nearestMs);
          if (isAsked) expect(deadlines.first?.deadlineAtMs ?? Infinity).toBe(nearestMs);
        }
      }),
      { numRuns: 200 },
    );
  });
});
