import fc from 'fast-check';

import { Failure } from './failure.js';
import { isolateFailures } from './isolate-failures.js';

/** Runs numbers; fails if one of them is bad. */
function poisonedBy(bad: readonly number[]) {
  const runs: number[] = [];
  const run = (part: readonly number[]): Promise<number[]> => {
    runs.push(part.length);
    const culprit = part.find((number) => bad.includes(number));
    if (culprit !== undefined) return Promise.reject(new Error(`${culprit} is bad`));
    return Promise.resolve(part.map((number) => 2 * number));
  };
  return { run, runs };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('isolateFailures', () => {
  it('runs once what does not fail', async () => {
    const { run, runs } = poisonedBy([]);
    expect(await isolateFailures(numbers(4), run, () => true)).toEqual([0, 2, 4, 6]);
    expect(runs).toEqual([4]);
  });

  it('gives a bad request alone its error, and all others their results, whichever it is and however many there are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.nat(), async (count, which) => {
        const bad = which % count;
        const { run, runs } = poisonedBy([bad]);
        const results = await isolateFailures(numbers(count), run, () => true);
        results.forEach((result, index) => {
          if (index === bad) expect(result).toEqual(new Failure(new Error(`${bad} is bad`), 1));
          else expect(result).toBe(2 * index);
        });
        expect(runs.length).toBeLessThanOrEqual(1 + 2 * Math.ceil(Math.log2(count)));
      }),
    );
  });

  it('does so with up to four bad requests, wherever they are', async () => {
    const sets = fc.integer({ min: 1, max: 200 }).chain((count) => {
      const bad = fc.uniqueArray(fc.nat(count - 1), { minLength: 1, maxLength: 4 });
      return fc.record({ count: fc.constant(count), bad });
    });
    await fc.assert(
      fc.asyncProperty(sets, async ({ count, bad }) => {
        const { run } = poisonedBy(bad);
        const results = await isolateFailures(numbers(count), run, () => true);
        results.forEach((result, index) => {
          if (bad.includes(index)) expect(result).toEqual(new Failure(new Error(`${index} is bad`), 1));
          else expect(result).toBe(2 * index);
        });
      }),
    );
    // As far apart as can be: each of them makes the most parts fail.
    const { run } = poisonedBy([3, 11, 19, 27]);
    const results = await isolateFailures(numbers(32), run, () => true);
    expect(results.filter((result) => result instanceof Failure)).toHaveLength(4);
  });

  it.each([2, 3, 32, 64, 1000])(
    'does not ask for ever what cannot run at all, nor where every other request is bad: %d of them',
    async (count) => {
      const most = 1 + Math.ceil(Math.log2(count));
      const never = poisonedBy(numbers(count));
      const results = await isolateFailures(numbers(count), never.run, () => true);
      expect(results.every((result) => result instanceof Failure)).toBe(true);
      expect(never.runs.length).toBeLessThanOrEqual(5 * most);

      const often = poisonedBy(numbers(count).filter((number) => number % 2 === 0));
      await isolateFailures(numbers(count), often.run, () => true);
      expect(often.runs.length).toBeLessThanOrEqual(8 * most);
    },
  );

  it('hands on what is nobody’s fault', async () => {
    const { run, runs } = poisonedBy([1]);
    await expect(isolateFailures(numbers(4), run, () => false)).rejects.toThrow('1 is bad');
    expect(runs).toEqual([4]);
  });
});
