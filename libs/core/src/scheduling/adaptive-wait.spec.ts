import { buildCurve } from '../../../../test/core/cost-curve-builder.js';
import { adaptiveWaitUntilMs, type AdaptiveView } from './adaptive-wait.js';
import { CostCurve } from '../learned/cost-curve.js';

/**
 * Two slots, S(n) = 40 + n/20 ms, a request every 10 ms: n* = 0.1 · 40 / (2 − 0.1 / 20) = 2.005, and the batch
 * before went at 1000.
 */
const VIEW: AdaptiveView = {
  size: 1,
  slots: 2,
  lastDispatchAtMs: 1000,
  arrivalsPerMs: 0.1,
  curve: buildCurve(40, 0.05),
};

const untilMs = (view: Partial<AdaptiveView> = {}): number => adaptiveWaitUntilMs({ ...VIEW, ...view });

describe('adaptiveWaitUntilMs', () => {
  it('starts batches evenly spaced, a share of S(n*) after the one before', () => {
    const balancedSize = (0.1 * 40) / (2 - 0.1 * 0.05);
    expect(untilMs()).toBeCloseTo(1000 + (40 + 0.05 * balancedSize) / 2, 6);
    expect(untilMs({ lastDispatchAtMs: 1500 })).toBeCloseTo(untilMs() + 500, 6);
  });

  it('waits for a smaller share, the more slots there are', () => {
    const balancedSize = (0.2 * 40) / (4 - 0.2 * 0.05);
    expect(untilMs({ slots: 4, arrivalsPerMs: 0.2 })).toBeCloseTo(1000 + (40 + 0.05 * balancedSize) / 4, 6);
  });

  it('goes at once with one slot: nobody else could be served meanwhile', () => {
    expect(untilMs({ slots: 1 })).toBe(-Infinity);
  });

  it('goes at once while it knows nothing of the processor', () => {
    expect(untilMs({ curve: new CostCurve() })).toBe(-Infinity);
  });

  it('goes at once when nobody is known to come', () => {
    expect(untilMs({ arrivalsPerMs: 0 })).toBe(-Infinity);
  });

  it('goes at once when more comes than all slots can serve', () => {
    expect(untilMs({ arrivalsPerMs: 40 })).toBe(-Infinity);
    expect(untilMs({ arrivalsPerMs: 50 })).toBe(-Infinity);
  });

  it('goes at once with half as many again as a batch holds when they are balanced, with fewer not', () => {
    expect(untilMs({ size: 3 })).toBe(untilMs());
    expect(untilMs({ size: 4 })).toBe(-Infinity);
  });

  it('goes at once when so few come that a batch holds one', () => {
    expect(untilMs({ arrivalsPerMs: 0.049 })).toBe(-Infinity);
    expect(untilMs({ arrivalsPerMs: 0.051 })).toBeGreaterThan(1000);
  });

  it('goes at once where a request costs nearly the same in any batch', () => {
    const view = { size: 1, arrivalsPerMs: 0.9 };
    expect(untilMs({ ...view, curve: buildCurve(4.5, 1) })).toBe(-Infinity);
    expect(untilMs({ ...view, curve: buildCurve(5.5, 1) })).toBeGreaterThan(1000);
  });

  it('goes at once when no batch has gone before, and long after the one before', () => {
    expect(untilMs({ lastDispatchAtMs: -Infinity })).toBe(-Infinity);
    expect(untilMs({ lastDispatchAtMs: 0 })).toBeLessThan(1000);
  });
});
