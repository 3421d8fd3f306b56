import { burstyTimes, diurnalTimes, heavyTailTimes, poissonTimes } from './arrival-times.js';
import { SeededRandom } from './seeded-random.js';
import { takeFirst } from './workload.js';

const COUNT = 50_000;
const ratePerSecond = 200;

const gapsOf = (times: readonly number[]): number[] =>
  times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard deviation over mean: 1 for memoryless gaps, more for clumps. */
function variationOf(gaps: readonly number[]): number {
  const mean = meanOf(gaps);
  return Math.sqrt(meanOf(gaps.map((gap) => (gap - mean) ** 2))) / mean;
}

describe.each([
  ['poissonTimes', (random: SeededRandom) => poissonTimes({ random, ratePerSecond })],
  [
    'burstyTimes',
    (random: SeededRandom) =>
      burstyTimes({ random, ratePerSecond: 4 * ratePerSecond, meanOnMs: 50, meanOffMs: 150 }),
  ],
  [
    'diurnalTimes',
    (random: SeededRandom) => diurnalTimes({ random, ratePerSecond, swing: 0.8, periodMs: 5000 }),
  ],
  ['heavyTailTimes', (random: SeededRandom) => heavyTailTimes({ random, ratePerSecond, shape: 2.5 })],
])('%s', (_, createTimes) => {
  const timesOf = (seed: number): number[] => [...takeFirst(createTimes(new SeededRandom(seed)), COUNT)];

  it('never goes back and keeps its mean rate', () => {
    const times = timesOf(1);
    expect(times.every((atMs, index) => atMs >= (times[index - 1] ?? 0))).toBe(true);
    expect((1000 * COUNT) / (times.at(-1) ?? 0)).toBeGreaterThan(0.9 * ratePerSecond);
    expect((1000 * COUNT) / (times.at(-1) ?? 0)).toBeLessThan(1.1 * ratePerSecond);
  });

  it('is the same for the same seed', () => {
    expect(timesOf(2)).toEqual(timesOf(2));
  });
});

describe('arrival times', () => {
  it('are memoryless for Poisson, and come in clumps where they should', () => {
    const random = new SeededRandom(1);
    const variation = (times: Iterable<number>): number => variationOf(gapsOf([...takeFirst(times, COUNT)]));
    expect(variation(poissonTimes({ random, ratePerSecond }))).toBeCloseTo(1, 1);
    const bursts = { random, ratePerSecond, meanOnMs: 50, meanOffMs: 150 };
    expect(variation(burstyTimes(bursts))).toBeGreaterThan(1.5);
    expect(variation(heavyTailTimes({ random, ratePerSecond }))).toBeGreaterThan(1.5);
  });

  it('follow the time of day', () => {
    const periodMs = 1000;
    const times = takeFirst(
      diurnalTimes({ random: new SeededRandom(1), ratePerSecond, swing: 1, periodMs }),
      COUNT,
    );
    const inFirstHalf = [...times].filter((atMs) => atMs % periodMs < periodMs / 2).length;
    // The mean of 1 + sin over its upper half is 1 + 2/π.
    expect(inFirstHalf / COUNT).toBeCloseTo((1 + 2 / Math.PI) / 2, 2);
  });
});
