import { measureRule } from './measure-rule.js';

describe('the published rules in virtual time', () => {
  it.each([
    [40, 29, 45],
    [200, 36, 49],
    [800, 54, 77],
  ])('let greedy late binding at %i requests/s do what was measured', async (rate, meanMs, p99Ms) => {
    const measured = await measureRule('greedy', rate);
    // What was measured ran on real timers and threads, which take about a millisecond a batch.
    expect(measured.meanMs / meanMs).toBeGreaterThan(0.9);
    expect(measured.meanMs / meanMs).toBeLessThan(1.02);
    expect(measured.p99Ms / p99Ms).toBeGreaterThan(0.9);
    expect(measured.p99Ms / p99Ms).toBeLessThan(1.02);
  });

  it('let BentoML’s rule shed what is too much and answer the rest in time', async () => {
    const measured = await measureRule('BentoML', 1500, { limitMs: 200 });
    expect(measured.goodputPerSecond).toBeGreaterThan(1190);
    expect(measured.goodputPerSecond).toBeLessThanOrEqual(1231.5);
    expect(measured.p99Ms).toBeGreaterThan(135);
    expect(measured.p99Ms).toBeLessThan(155);
    expect(measured.lateShare).toBeLessThan(0.001);
  });

  it('let early windows fall behind where late binding keeps up', async () => {
    const [early, late] = [await measureRule('Ray Serve', 200), await measureRule('greedy', 200)];
    expect(early.goodputPerSecond).toBeLessThan(0.7 * late.goodputPerSecond);
  });
});
