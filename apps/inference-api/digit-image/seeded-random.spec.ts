import { createRandom, gaussian, pick, shuffled } from './seeded-random.js';

const draw = (seed: number, count: number): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random());
};
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('createRandom', () => {
  it('repeats itself for the same seed', () => {
    expect(draw(42, 20)).toEqual(draw(42, 20));
    expect(draw(42, 20)).not.toEqual(draw(43, 20));
  });

  it('spreads its numbers evenly from 0 to 1', () => {
    const values = draw(1, 20_000);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = values.filter((value) => Math.floor(value * 10) === tenth).length / values.length;
      expect(share).toBeCloseTo(0.1, 1);
    }
  });

  it('starts neighboring seeds far apart', () => {
    const firsts = Array.from({ length: 1000 }, (_, seed) => draw(seed, 1)[0] ?? 0);
    expect(mean(firsts)).toBeCloseTo(0.5, 1);
    expect(new Set(firsts).size).toBe(1000);
  });
});

describe('gaussian', () => {
  it('has mean 0 and standard deviation 1', () => {
    const random = createRandom(9);
    const values = Array.from({ length: 20_000 }, () => gaussian(random));
    expect(mean(values)).toBeCloseTo(0, 1);
    expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 1);
  });
});

describe('shuffled', () => {
  it('keeps every item and leaves its input alone', () => {
    const items = Array.from({ length: 100 }, (_, index) => index);
    const order = shuffled(createRandom(2), items);
    expect(order).not.toEqual(items);
    expect([...order].sort((left, right) => left - right)).toEqual(items);
  });
});

describe('pick', () => {
  it('reaches every item', () => {
    const random = createRandom(4);
    const picked = new Set(Array.from({ length: 100 }, () => pick(random, ['a', 'b', 'c'])));
    expect(picked.size).toBe(3);
  });

  it('refuses an empty list', () => {
    expect(() => pick(createRandom(1), [])).toThrow(RangeError);
  });
});
