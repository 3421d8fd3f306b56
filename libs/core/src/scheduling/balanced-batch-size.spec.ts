import { buildCurve } from '../../../../test/core/cost-curve-builder.js';
import { balancedBatchSize } from './balanced-batch-size.js';

/** S(n) = 20 + n/2 ms. */
const CURVE = buildCurve(20, 0.5);

describe('balancedBatchSize', () => {
  it.each([
    [2, 1],
    [4, 1],
    [4, 5],
  ])(
    'is what comes between two starts of %d slots when %d requests come per millisecond',
    (slots, arrivalsPerMs) => {
      const size = balancedBatchSize({ slots, arrivalsPerMs, curve: CURVE });
      expect(size).toBeCloseTo((arrivalsPerMs * (20 + 0.5 * size)) / slots, 3);
    },
  );

  it('is none when nobody comes', () => {
    expect(balancedBatchSize({ slots: 2, arrivalsPerMs: 0, curve: CURVE })).toBe(0);
  });

  it('knows no bound where more comes than batches of any size can serve', () => {
    expect(balancedBatchSize({ slots: 2, arrivalsPerMs: 3.9, curve: CURVE })).toBeLessThan(2000);
    expect(balancedBatchSize({ slots: 2, arrivalsPerMs: 4.1, curve: CURVE })).toBe(Infinity);
  });
});
