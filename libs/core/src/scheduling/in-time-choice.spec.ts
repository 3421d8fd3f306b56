import fc from 'fast-check';
import { chooseInTime, type TimedCandidate } from './in-time-choice.js';

const NOW_MS = 1000;

interface Candidate extends TimedCandidate {
  readonly id: number;
  readonly leftMs: number;
}

/** Candidates with so much time left. */
const candidatesWith = (...leftMs: readonly number[]): Candidate[] =>
  leftMs.map((left, id) => ({ ...withDeadlines(NOW_MS + left), id, leftMs: left }));

/** One place for callers with these deadlines. */
const withDeadlines = (...deadlinesAtMs: readonly number[]): TimedCandidate => {
  const latestDeadlineAtMs = Math.max(...deadlinesAtMs);
  return {
    priority: 0,
    latestDeadlineAtMs,
    nearestDeadlineFromMs: (timeMs) =>
      Math.min(latestDeadlineAtMs, ...deadlinesAtMs.filter((atMs) => atMs >= timeMs)),
  };
};

/** The ids of those that ride, wait and are lost, where a batch of n takes `fixedMs` + `perRequestMs` · n. */
function choose(
  leftMs: readonly number[],
  {
    fixedMs = 10,
    perRequestMs = 1,
    mostRiding = 4,
    otherSlotsFreeAfterMs = [] as readonly number[],
    requestsPerMs = 0,
    priorities = [] as readonly number[],
  } = {},
): Record<'riding' | 'waiting' | 'lost', number[]> {
  const timeMs = (size: number): number => fixedMs + perRequestMs * size;
  const { riding, waiting, lost } = chooseInTime(
    candidatesWith(...leftMs).map((each, id) => ({ ...each, priority: priorities[id] ?? 0 })),
    {
      nowMs: NOW_MS,
      mostRiding,
      timeMs,
      otherSlotsFreeAtMs: otherSlotsFreeAfterMs.map((afterMs) => NOW_MS + afterMs),
      requestsPerMs,
    },
  );
  const idsOf = (chosen: readonly Candidate[]): number[] => chosen.map(({ id }) => id);
  return { riding: idsOf(riding), waiting: idsOf(waiting), lost: idsOf(lost) };
}

describe('chooseInTime', () => {
  it('lets all ride who make it together', () => {
    expect(choose([14, 14, 14, 14])).toEqual({ riding: [0, 1, 2, 3], waiting: [], lost: [] });
  });

  it('loses nobody for the sake of lower priorities, and fills up the batch with these as far as it is kept', () => {
    const leftMs = [12, 13, 13, 13];
    expect(choose(leftMs)).toEqual({ riding: [1, 2, 3], waiting: [], lost: [0] });
    const priorities = [0, 1, 1, 2];
    expect(choose(leftMs, { priorities })).toEqual({ riding: [0, 1], waiting: [2, 3], lost: [] });
    expect(choose([14, 13, 13.5, 13], { priorities })).toMatchObject({ riding: [0, 1, 2], lost: [] });
    // Of those that are of one priority still the most.
    expect(choose([20, 11.5, 13, 13], { priorities: [0, 1, 1, 1] })).toMatchObject({ lost: [1] });
  });

  it('lets a smaller batch go first if that saves all', () => {
    // Three take 13 ms, too long for the first; alone it takes 11, and the other two are through after 23.
    expect(choose([12, 30, 30])).toEqual({ riding: [0, 1], waiting: [2], lost: [] });
    expect(choose([11, 30, 30])).toEqual({ riding: [0], waiting: [1, 2], lost: [] });
  });

  it('keeps the deadline of each who shares a place if that costs nobody, and otherwise one of them', () => {
    const ridingWith = (...leftMs: readonly number[]): number => {
      const shared = withDeadlines(NOW_MS + 11, NOW_MS + 12, Infinity);
      const candidates = [shared, ...candidatesWith(...leftMs)];
      const timeMs = (size: number): number => 10 + size;
      const slots = { nowMs: NOW_MS, mostRiding: 4, timeMs, otherSlotsFreeAtMs: [], requestsPerMs: 0 };
      const { riding, lost } = chooseInTime(candidates, slots);
      expect(lost).toEqual([]);
      return riding.length;
    };
    expect(ridingWith(30, 30)).toBe(1);
    expect(ridingWith(20, 20)).toBe(3);
  });

  it('drops who would be late even alone, and nobody else', () => {
    expect(choose([10, 30, Infinity, 5])).toEqual({ riding: [1, 2], waiting: [], lost: [0, 3] });
  });

  it('lets one ride who just makes it, whatever the rounding of times', () => {
    const [nowMs, aloneMs] = [1000.1, 20.3];
    const justInTime = withDeadlines(nowMs + aloneMs);
    expect(justInTime.latestDeadlineAtMs - nowMs).toBeLessThan(aloneMs);
    const { riding, lost } = chooseInTime([justInTime, { ...justInTime }], {
      nowMs,
      mostRiding: 4,
      timeMs: (size) => aloneMs + size - 1,
      otherSlotsFreeAtMs: [],
      requestsPerMs: 0,
    });
    expect([riding.length, lost.length]).toEqual([1, 0]);
  });

  it('runs the batch that answers the most per time when not all can be saved', () => {
    // The first can ride with nobody: a batch of one, against three in 13 ms.
    expect(choose([11, 13, 13, 13])).toEqual({ riding: [1, 2, 3], waiting: [], lost: [0] });
  });

  it('leaves nobody behind where a batch of each size answers as many per time, but for rounding', () => {
    for (const perRequestMs of [3, 2.9999999999999996, 0.1, 1 / 3]) {
      const leftMs = [Infinity, Infinity, Infinity, Infinity, perRequestMs];
      expect(choose(leftMs, { fixedMs: 0, perRequestMs })).toEqual({
        riding: [0, 1, 2, 3],
        waiting: [],
        lost: [4],
      });
    }
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

  it('cuts no batch after it where there is but one slot: more come who would be lost to that', () => {
    // A batch of three after the first would be through after 24, too late for the second.
    const leftMs = [11, 23, 60, 60];
    expect(choose(leftMs)).toEqual({ riding: [1, 2, 3], waiting: [], lost: [0] });
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [100] })).toEqual({
      riding: [0],
      waiting: [1, 2, 3],
      lost: [],
    });
  });

  it('lets fewer go than make it if it takes less time at a size that is padded less', () => {
    // Three run as 16, which takes 26 ms and is too long for the last; two take 12, and so do the other two.
    const timeMs = (size: number): number => 10 + (size <= 2 ? 2 : 16);
    const slots = { nowMs: NOW_MS, mostRiding: 16, timeMs, otherSlotsFreeAtMs: [], requestsPerMs: 0 };
    const { riding, lost } = chooseInTime(candidatesWith(27, 27, 27, 25), slots);
    expect([riding.length, lost.length]).toEqual([2, 0]);
  });
});

describe('chooseInTime: with other slots', () => {
  it('leaves those to a free slot who would be late in a larger batch', () => {
    const leftMs = [12.5, 12.5, 12.5, 12.5];
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0] })).toEqual({
      riding: [0, 1],
      waiting: [2, 3],
      lost: [],
    });
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0.4] })).toEqual({
      riding: [0, 1],
      waiting: [2, 3],
      lost: [],
    });
  });

  it('counts on a slot that is free soon only while such batches keep up with those who come', () => {
    // One in 11 ms in each of two slots.
    const leftMs = [11, 12.5, 12.5];
    const saving = { riding: [0], waiting: [1, 2], lost: [] };
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0.5] })).toEqual(saving);
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0.5], requestsPerMs: 0.19 })).toEqual(saving);
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0.5], requestsPerMs: 0.21 })).toEqual({
      riding: [1, 2],
      waiting: [],
      lost: [0],
    });
    // One that is free now costs nothing.
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0], requestsPerMs: 0.21 })).toEqual(saving);
  });

  it('counts on a slot again when it is free again', () => {
    const leftMs = [12.5, 12.5, 12.5, 24, 24];
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0] })).toEqual({
      riding: [0, 1],
      waiting: [2, 3, 4],
      lost: [],
    });
  });

  it('gives up fewer than the batch with the most answers per time would, while a slot is free', () => {
    // The last two ride together, or three of the others alone.
    const leftMs = [11, 11, 11, 11, 12, 12];
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [0, 0] })).toEqual({
      riding: [0],
      waiting: [1, 2, 3, 4, 5],
      lost: [],
    });
    expect(choose(leftMs, { otherSlotsFreeAfterMs: [5, 5] })).toEqual({
      riding: [4, 5],
      waiting: [],
      lost: [0, 1, 2, 3],
    });
  });

  it('runs the batch with the most answers per time if that loses no more', () => {
    expect(choose([11, 11, 14, 14, 14, 14], { otherSlotsFreeAfterMs: [0] })).toEqual({
      riding: [2, 3, 4, 5],
      waiting: [],
      lost: [0, 1],
    });
  });

  it('does, with one slot, what a look at all possibilities finds best', () => {
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
        const firstSizes = sizes.filter((size) => canGoFirst(leftOf(viable), size, given.mostRiding, timeMs));
        if (firstSizes.length > 0 || viable.length === 0) {
          expect(riding).toEqual(viable.slice(0, firstSizes.at(-1) ?? 0));
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
function canGoFirst(
  leftMs: readonly number[],
  size: number,
  mostRiding: number,
  timeMs: (size: number) => number,
): boolean {
  if (leftMs.length === 0) return true;
  const batch = leftMs.slice(0, size);
  const elapsedMs = timeMs(batch.length);
  if (Math.min(...batch) < elapsedMs) return false;
  const restMs = leftMs.slice(size).map((left) => left - elapsedMs);
  return canGoFirst(restMs, mostRiding, mostRiding, timeMs);
}
