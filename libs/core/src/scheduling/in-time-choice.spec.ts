import fc from 'fast-check';
import { chooseInTime, type TimedCandidate } from './in-time-choice.js';

const NOW_MS = 1000;

interface Candidate extends TimedCandidate {
  readonly id: number;
  readonly leftMs: number;
}

/** Candidates with so much time left. */
const candidatesWith = (...leftMs: readonly number[]): Candidate[] =>
  leftMs.map((left, id) => ({ id, leftMs: left, latestDeadlineAtMs: NOW_MS + left }));

/** The ids of those that ride, wait and are lost, where a batch of n takes `fixedMs` + `perRequestMs` · n. */
function choose(
  leftMs: readonly number[],
  { fixedMs = 10, perRequestMs = 1, mostRiding = 4 } = {},
): Record<'riding' | 'waiting' | 'lost', number[]> {
  const timeMs = (size: number): number => fixedMs + perRequestMs * size;
  const { riding, waiting, lost } = chooseInTime(candidatesWith(...leftMs), NOW_MS, mostRiding, timeMs);
  const idsOf = (chosen: readonly Candidate[]): number[] => chosen.map(({ id }) => id);
  return { riding: idsOf(riding), waiting: idsOf(waiting), lost: idsOf(lost) };
}

describe('chooseInTime', () => {
  it('lets all ride who make it together', () => {
    expect(choose([14, 14, 14, 14])).toEqual({ riding: [0, 1, 2, 3], waiting: [], lost: [] });
  });

  it('lets a smaller batch go first if that saves all', () => {
    // Three take 13 ms, too long for the first; alone it takes 11, and the other two are through after 23.
    expect(choose([12, 30, 30])).toEqual({ riding: [0, 1], waiting: [2], lost: [] });
    expect(choose([11, 30, 30])).toEqual({ riding: [0], waiting: [1, 2], lost: [] });
  });

  it('drops who would be late even alone, and nobody else', () => {
    expect(choose([10, 30, Infinity, 5])).toEqual({ riding: [1, 2], waiting: [], lost: [0, 3] });
  });

  it('runs the batch that answers the most per time when not all can be saved', () => {
    // The first can ride with nobody: a batch of one, against three in 13 ms.
    expect(choose([11, 13, 13, 13])).toEqual({ riding: [1, 2, 3], waiting: [], lost: [0] });
  });

  it('lets those wait on who have time for the next batch', () => {
    expect(choose([11, 14, 14, 14, 14, 60, 60])).toEqual({
      riding: [1, 2, 3, 4],
      waiting: [5, 6],
      lost: [0],
    });
  });

  it('has nobody ride when all are lost, and when there is nobody', () => {
    expect(choose([1, 2, 3])).toEqual({ riding: [], waiting: [], lost: [0, 1, 2] });
    expect(choose([])).toEqual({ riding: [], waiting: [], lost: [] });
  });

  it('lets who has no deadline wait as long as it takes', () => {
    expect(choose([Infinity, Infinity, Infinity, Infinity, Infinity])).toEqual({
      riding: [0, 1, 2, 3],
      waiting: [4],
      lost: [],
    });
  });

  it('does what a look at all possibilities finds best', () => {
    const left = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(Infinity));
    const curve = fc.record({
      fixedMs: fc.integer({ min: 0, max: 20 }),
      perRequestMs: fc.integer({ min: 1, max: 6 }),
      mostRiding: fc.integer({ min: 1, max: 4 }),
    });
    fc.assert(
      fc.property(fc.array(left, { maxLength: 9 }), curve, (leftMs, given) => {
        const timeMs = (size: number): number => given.fixedMs + given.perRequestMs * size;
        const { riding, waiting, lost } = choose(leftMs, given);
        const all = [...riding, ...waiting, ...lost].toSorted((one, other) => one - other);
        expect(all).toEqual([...leftMs.keys()]);

        const leftOf = (ids: readonly number[]): number[] => ids.map((id) => leftMs[id]!);
        expect(riding.length).toBeLessThanOrEqual(given.mostRiding);
        expect(Math.min(Infinity, ...leftOf(riding))).toBeGreaterThanOrEqual(
          riding.length && timeMs(riding.length),
        );
        expect(riding.toSorted((one, other) => one - other)).toEqual(riding);

        const viable = [...leftMs.keys()].filter((id) => leftMs[id]! >= timeMs(1));
        const sizes = Array.from(
          { length: Math.min(given.mostRiding, viable.length) },
          (_, index) => index + 1,
        );
        const firstOnes = leftOf(viable);
        const largest = sizes.findLast((size) => Math.min(...firstOnes.slice(0, size)) >= timeMs(size)) ?? 0;
        if (savesAll(firstOnes, largest, given.mostRiding, timeMs)) {
          expect(riding).toEqual(viable.slice(0, largest));
          expect(lost).toHaveLength(leftMs.length - viable.length);
        } else {
          const feasible = sizes.filter(
            (size) => leftMs.filter((each) => each >= timeMs(size)).length >= size,
          );
          const best = Math.max(...feasible.map((size) => size / timeMs(size)));
          expect(riding.length / timeMs(riding.length)).toBeCloseTo(best, 9);
          expect(Math.max(0, ...leftOf(lost))).toBeLessThan(timeMs(riding.length));
        }
      }),
      { numRuns: 1000 },
    );
  });
});

/** Whether everybody makes it if the first `size` go now and the others after them, in full batches. */
function savesAll(
  leftMs: readonly number[],
  size: number,
  mostRiding: number,
  timeMs: (size: number) => number,
): boolean {
  if (leftMs.length === 0) return true;
  const batch = leftMs.slice(0, size);
  const elapsedMs = timeMs(batch.length);
  if (Math.min(...batch) < elapsedMs) return false;
  const rest = leftMs.slice(size).map((left) => left - elapsedMs);
  return savesAll(rest, mostRiding, mostRiding, timeMs);
}
