import fc from 'fast-check';
import { buildCurve } from '../../../../test/core/cost-curve-builder.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { chooseBatchSize, largestBatchSize, paddedBatchSize } from './batch-size-choice.js';
import { CostCurve } from '../learned/cost-curve.js';

type Sizes = Pick<ResolvedBatchingConfig, 'maxBatchSize' | 'allowedBatchSizes' | 'padding'>;

const ANY: Sizes = { maxBatchSize: 32, allowedBatchSizes: undefined, padding: undefined };
const SOME: Sizes = { ...ANY, allowedBatchSizes: [16, 1, 4] };
/** A batch costs hardly more than a request, and a batch costs as much as its requests. */
const [FIXED, LINEAR] = [buildCurve(20, 0.01), buildCurve(0.01, 1)];

describe('largestBatchSize', () => {
  it('is maxBatchSize, or the largest allowed size', () => {
    expect(largestBatchSize(ANY)).toBe(32);
    expect(largestBatchSize(SOME)).toBe(16);
  });
});

describe('paddedBatchSize', () => {
  it('is the size itself where any is allowed', () => {
    expect(paddedBatchSize(7, ANY)).toBe(7);
  });

  it('is the next larger allowed size, whatever their order', () => {
    expect([1, 2, 4, 5, 16].map((size) => paddedBatchSize(size, SOME))).toEqual([1, 4, 4, 16, 16]);
  });

  it('is the size itself when it exceeds all that are allowed', () => {
    expect(paddedBatchSize(17, SOME)).toBe(17);
  });
});

describe('chooseBatchSize', () => {
  it('takes all that wait, up to the largest size', () => {
    expect([1, 20, 32, 90].map((available) => chooseBatchSize(available, ANY, FIXED))).toEqual([
      1, 20, 32, 32,
    ]);
    expect([16, 17, 90].map((available) => chooseBatchSize(available, SOME, FIXED))).toEqual([16, 16, 16]);
  });

  it('takes an allowed size as it is, whatever it costs', () => {
    expect([FIXED, LINEAR].map((curve) => chooseBatchSize(4, SOME, curve))).toEqual([4, 4]);
  });

  it('pads up where a batch costs the same anyway, and cuts down where padding costs', () => {
    expect(chooseBatchSize(10, SOME, FIXED)).toBe(10);
    expect(chooseBatchSize(10, SOME, LINEAR)).toBe(4);
  });

  it('does as it is told, whatever it costs', () => {
    expect(chooseBatchSize(10, { ...SOME, padding: 'down' }, FIXED)).toBe(4);
    expect(chooseBatchSize(10, { ...SOME, padding: 'up' }, LINEAR)).toBe(10);
  });

  it('pads up when there is no smaller size', () => {
    const sizes: Sizes = { ...ANY, allowedBatchSizes: [8, 16], padding: 'down' };
    expect(chooseBatchSize(5, sizes, LINEAR)).toBe(5);
  });

  it('takes all that wait while nothing is known of what it costs', () => {
    expect(chooseBatchSize(10, SOME, new CostCurve())).toBe(10);
  });

  it('takes the size that costs less per request, of the one below and the one above', () => {
    const part = fc.double({ min: 0.1, max: 50, noNaN: true });
    fc.assert(
      fc.property(part, part, fc.integer({ min: 5, max: 15 }), (fixedMs, perRequestMs, available) => {
        const curve = buildCurve(fixedMs, perRequestMs);
        const up = curve.predictMs(16) / available;
        const down = curve.predictMs(4) / 4;
        fc.pre(Math.abs(up - down) > 0.001 * up);
        expect(chooseBatchSize(available, SOME, curve)).toBe(down < up ? 4 : available);
      }),
      { numRuns: 50 },
    );
  });
});
