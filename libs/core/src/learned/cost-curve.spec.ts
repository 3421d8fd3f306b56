import fc from 'fast-check';
import { CostCurve } from './cost-curve.js';

/** S(n) of the processor that is watched: 20 + 0.5n ms. */
const timeMsOf = (size: number): number => 20 + 0.5 * size;

/** Sizes from 1 to 64, all mixed up. */
const mixedSizes = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => 1 + ((index * 37) % 64));

function watch(curve: CostCurve, sizes: readonly number[], timeOf = timeMsOf): CostCurve {
  for (const size of sizes) curve.observe(size, timeOf(size));
  return curve;
}

describe('CostCurve', () => {
  it('foretells nothing before it has seen a batch', () => {
    const curve = new CostCurve();
    expect(curve.isKnown).toBe(false);
    expect([curve.predictMs(10), curve.predictSafelyMs(10, 2)]).toEqual([0, 0]);
    curve.observe(10, 25);
    expect(curve.isKnown).toBe(true);
  });

  it('learns both parts of the time exactly from exact times', () => {
    const curve = watch(new CostCurve(), mixedSizes(100));
    expect(curve.fixedTimeMs).toBeCloseTo(20, 6);
    expect(curve.timePerRequestMs).toBeCloseTo(0.5, 6);
    expect(curve.predictMs(500)).toBeCloseTo(timeMsOf(500), 4);
    expect(curve.predictSafelyMs(40, 2)).toBeCloseTo(timeMsOf(40), 1);
  });

  it('learns any such curve', () => {
    const part = fc.double({ min: 0.01, max: 100, noNaN: true });
    fc.assert(
      fc.property(part, part, (fixedMs, perRequestMs) => {
        const curve = watch(new CostCurve(), mixedSizes(200), (size) => fixedMs + perRequestMs * size);
        for (const size of [1, 8, 64]) {
          expect(curve.predictMs(size) / (fixedMs + perRequestMs * size)).toBeCloseTo(1, 2);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('takes the time for fixed while it knows only one size', () => {
    const curve = watch(
      new CostCurve(),
      Array.from({ length: 50 }, () => 32),
    );
    expect([curve.fixedTimeMs, curve.timePerRequestMs]).toEqual([timeMsOf(32), 0]);
    expect(curve.predictMs(1)).toBe(timeMsOf(32));
  });

  it('remembers one size through a long time at another', () => {
    const curve = watch(new CostCurve(), [...mixedSizes(50), ...Array.from({ length: 500 }, () => 32)]);
    expect(curve.predictMs(1)).toBeCloseTo(timeMsOf(1), 0);
    expect(curve.predictMs(64)).toBeCloseTo(timeMsOf(64), 0);
  });

  it.each([
    ['a thousand times as long', 50_000],
    ['no time at all', 0],
  ])('is not wrecked by a batch that takes %s', (_, timeMs) => {
    const curve = watch(new CostCurve(), mixedSizes(100));
    curve.observe(32, timeMs);
    expect(curve.predictMs(1) / timeMsOf(1)).toBeCloseTo(1, 1);
    expect(curve.predictMs(64) / timeMsOf(64)).toBeCloseTo(1, 1);
  });

  it('is not wrecked by outliers that come again and again', () => {
    const curve = new CostCurve();
    mixedSizes(400).forEach((size, index) => curve.observe(size, index % 20 === 19 ? 5000 : timeMsOf(size)));
    expect(curve.predictMs(1) / timeMsOf(1)).toBeCloseTo(1, 1);
    expect(curve.predictMs(64) / timeMsOf(64)).toBeCloseTo(1, 1);
  });

  it.each([
    ['three times as slow', 1, 3],
    ['three times as fast', 3, 1],
  ])('follows a processor that is %s for good within some tens of batches', (_, before, after) => {
    const curve = new CostCurve();
    const batches = Array.from({ length: 60 }, () => 32);
    watch(curve, batches, (size) => before * timeMsOf(size));
    watch(curve, batches, (size) => after * timeMsOf(size));
    const ratio = curve.predictMs(32) / (after * timeMsOf(32));
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(1.1);
  });

  it('foretells no part of the time below 0, whatever it has seen', () => {
    const batch = fc.record({
      size: fc.integer({ min: 1, max: 64 }),
      timeMs: fc.double({ min: 0, max: 1e4, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(batch, { maxLength: 60, size: 'max' }), (batches) => {
        const curve = new CostCurve();
        for (const { size, timeMs } of batches) curve.observe(size, timeMs);
        expect(curve.fixedTimeMs).toBeGreaterThanOrEqual(-1e-9);
        expect(curve.timePerRequestMs).toBeGreaterThanOrEqual(0);
        expect(curve.predictSafelyMs(10, 2)).toBeGreaterThanOrEqual(curve.predictMs(10));
      }),
      { numRuns: 200 },
    );
  });

  it('turns a request alone away only for what is expected, not for what might be', () => {
    const varying = new CostCurve();
    mixedSizes(100).forEach((size, index) => varying.observe(size, index % 2 === 0 ? 10 : 60));
    expect(varying.predictSafelyMs(1, 2)).toBe(varying.predictMs(1));
    expect(varying.predictSafelyMs(2, 2)).toBeGreaterThan(varying.predictMs(2));
  });

  it('promises less, the more the times vary', () => {
    const steady = watch(new CostCurve(), mixedSizes(100));
    const varying = new CostCurve();
    mixedSizes(100).forEach((size, index) =>
      varying.observe(size, timeMsOf(size) * (index % 2 === 0 ? 0.8 : 1.2)),
    );
    const marginOf = (curve: CostCurve): number => curve.predictSafelyMs(32, 2) - curve.predictMs(32);
    expect(marginOf(steady)).toBeLessThan(0.1);
    expect(marginOf(varying)).toBeGreaterThan(5);
  });

  it('does not take a first batch that carried the warm-up for what batches take', () => {
    const curve = new CostCurve();
    curve.observe(8, 5000);
    curve.observe(8, 24);

    expect(curve.predictSafelyMs(8, 2)).toBeCloseTo(24);
  });

  it('starts anew with a first batch in a while that is faster than any ordinary one: the processor has recovered', () => {
    const recovered = watch(new CostCurve(), mixedSizes(100), (size) => 1.5 * timeMsOf(size));
    recovered.observe(8, timeMsOf(8), true);
    expect(recovered.predictMs(8)).toBe(timeMsOf(8));
  });

  it('remembers what it knew through a while in which nothing ran, if batches take as long as before', () => {
    const curve = watch(new CostCurve(), mixedSizes(100));
    curve.observe(8, 0.98 * timeMsOf(8), true);
    expect(curve.predictMs(64) / timeMsOf(64)).toBeCloseTo(1, 1);
    expect(curve.timePerRequestMs).toBeGreaterThan(0.4);
  });

  describe('when the processor has changed', () => {
    /** What is expected of 32, in multiples of what they take, after some batches at the new speed. */
    const expectedAfter = (batches: number, times: number, before = new CostCurve()): number => {
      const curve = before.isKnown ? before : watch(before, mixedSizes(100));
      const changed = (size: number): number => times * timeMsOf(size);
      watch(curve, mixedSizes(batches), changed);
      return curve.predictMs(32) / changed(32);
    };

    it.each([10, 100, 0.1, 0.01])('follows one that takes %p times as long within five batches', (times) => {
      expect(expectedAfter(5, times)).toBeCloseTo(1, 1);
    });

    it('counts how often it has become slower', () => {
      const curve = watch(new CostCurve(), mixedSizes(100));
      watch(curve, mixedSizes(5), (size) => 10 * timeMsOf(size));
      expect(curve.slowdowns).toBe(1);
      watch(curve, mixedSizes(15), timeMsOf);
      expect(curve.slowdowns).toBe(1);
    });

    it('believes no four', () => {
      expect(expectedAfter(4, 10)).toBeLessThan(0.5);
    });

    it('follows one that has taken no time at all', () => {
      const curve = watch(new CostCurve(), mixedSizes(100), () => 0);
      watch(curve, mixedSizes(50));
      expect(curve.predictMs(32)).toBeCloseTo(timeMsOf(32), 0);
    });

    it('takes longer to believe it where batches vary', () => {
      const varying = (): CostCurve => {
        const curve = new CostCurve();
        mixedSizes(100).forEach((size, index) =>
          curve.observe(size, timeMsOf(size) * (index % 3 === 0 ? 3 : 1)),
        );
        return curve;
      };
      expect(expectedAfter(7, 20, varying())).toBeLessThan(0.6);
      expect(expectedAfter(10, 20, varying())).toBeGreaterThan(0.8);
    });
  });
});
