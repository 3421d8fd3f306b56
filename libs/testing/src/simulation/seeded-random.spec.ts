import { SeededRandom } from './seeded-random.js';

const DRAWS = 100_000;

const draw = (next: () => number): number[] => Array.from({ length: DRAWS }, next);
const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const numbersOf = (seed: number): number[] => {
      const random = new SeededRandom(seed);
      return [random.next(), random.next(), random.next()];
    };
    expect(numbersOf(1)).toEqual(numbersOf(1));
    expect(numbersOf(1)).not.toEqual(numbersOf(2));
  });

  it('spreads its numbers evenly from 0 to 1', () => {
    const random = new SeededRandom(1);
    const values = draw(() => random.next());
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length / DRAWS;
      expect(share).toBeCloseTo(0.1, 2);
    }
  });

  it.each<[string, (random: SeededRandom) => number, number]>([
    ['an exponential number', (random) => random.exponential(7), 7],
    ['a heavy tail', (random) => random.heavyTail(7, 3), 7],
    ['a log-normal number', (random) => random.logNormal(7, 0.5), 7],
    ['a normal number', (random) => 7 + random.normal(), 7],
    ['an integer', (random) => random.integer(15), 7],
    ['a chance', (random) => (random.chance(0.3) ? 70 / 3 : 0), 7],
  ])('gives %s the mean that it was asked for', (_, next, mean) => {
    const random = new SeededRandom(3);
    const values = draw(() => next(random));
    expect(Math.abs(meanOf(values) - mean) / mean).toBeLessThan(0.02);
  });

  it('splits into sequences that have nothing to do with each other', () => {
    const random = new SeededRandom(1);
    const [one, other] = [random.split(), random.split()];
    const products = draw(() => (one.next() - 0.5) * (other.next() - 0.5));
    expect(Math.abs(meanOf(products))).toBeLessThan(0.002);
  });
});
