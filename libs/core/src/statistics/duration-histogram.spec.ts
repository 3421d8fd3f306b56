import fc from 'fast-check';
import { DurationHistogram } from './duration-histogram.js';

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
}

/** The exact quantile: the smallest duration that the share `fraction` does not exceed. */
function exactQuantile(durations: readonly number[], fraction: number): number {
  const sorted = durations.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(fraction * sorted.length)) - 1] ?? 0;
}

describe('DurationHistogram', () => {
  it('tells zeros of no durations', () => {
    expect(histogramOf([]).summarize()).toEqual({
      count: 0,
      mean: 0,
      p50: 0,
      p90: 0,
      p95: 0,
      p99: 0,
      max: 0,
    });
  });

  it('tells count, mean and maximum exactly', () => {
    expect(histogramOf([1, 2, 6.5, 0.5]).summarize()).toMatchObject({ count: 4, mean: 2.5, max: 6.5 });
  });

  it('tells each quantile of its summary by its name', () => {
    const oneTo1000 = Array.from({ length: 1000 }, (_, index) => index + 1);
    const { p50, p90, p95, p99 } = histogramOf(oneTo1000).summarize();
    const errors = [p50 / 500, p90 / 900, p95 / 950, p99 / 990].map((ratio) => Math.abs(ratio - 1));
    expect(Math.max(...errors)).toBeLessThanOrEqual(0.016);
  });

  it('tells every quantile to 1.6 %, over nine orders of magnitude', () => {
    const duration = fc
      .tuple(fc.integer({ min: -9, max: 29 }), fc.double({ min: 1, max: 2, noNaN: true }))
      .map(([exponent, mantissa]) => mantissa * 2 ** exponent);
    fc.assert(
      fc.property(
        fc.array(duration, { minLength: 1, maxLength: 200, size: 'max' }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (durations, fraction) => {
          const exact = exactQuantile(durations, fraction);
          const error = Math.abs(histogramOf(durations).quantile(fraction) - exact) / exact;
          expect(error).toBeLessThanOrEqual(0.016);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is off by no more at the edges of its buckets than in their middle', () => {
    for (const duration of [1, 1 + 1 / 32 - 1e-9, 1 + 1 / 32, 2 - 1e-9, 2, 1024, 0.001]) {
      // A larger one keeps the maximum out of the way.
      const { p50 } = histogramOf([duration, duration, 1e6]).summarize();
      expect(Math.abs(p50 - duration) / duration).toBeLessThanOrEqual(0.016);
    }
  });

  it('never tells a quantile above the maximum', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e12, noNaN: true }), { minLength: 1 }), (durations) => {
        const { p50, p90, p95, p99, max } = histogramOf(durations).summarize();
        expect(max).toBe(Math.max(...durations));
        expect([p50, p90, p95, p99].every((quantile) => quantile <= max)).toBe(true);
      }),
    );
  });

  it('tells 0 when every duration was 0', () => {
    expect(histogramOf([0, 0, 0]).summarize()).toMatchObject({ count: 3, p50: 0, p99: 0, max: 0 });
  });

  it('counts at its edges what is outside of them', () => {
    const histogram = histogramOf([1e-12, 1e-12, 1e12]);
    expect(histogram.quantile(0.5)).toBeLessThan(0.002);
    expect(histogram.quantile(1)).toBeGreaterThan(2 ** 29);
    expect(histogram.summarize().max).toBe(1e12);
  });
});
