import type { BatchingConfig } from './batching-config.js';
import { DrainEstimate } from './drain-estimate.js';
import { resolveConfig } from './resolve-config.js';

function estimateWith(config: BatchingConfig = {}): DrainEstimate {
  return new DrainEstimate(resolveConfig('test', { maxBatchSize: 10, maxWaitTimeMs: 7, ...config }));
}

describe('DrainEstimate', () => {
  it('takes maxWaitTimeMs for the duration of a batch until it has seen one', () => {
    expect(estimateWith().retryAfterMs(10)).toBe(7);
  });

  it('grows with each further batch that waits', () => {
    const estimate = estimateWith();
    estimate.observe(100);
    expect([1, 10, 11, 20, 21, 100].map((size) => estimate.retryAfterMs(size))).toEqual([
      100, 100, 200, 200, 300, 1000,
    ]);
  });

  it('counts on batches that run side by side', () => {
    const estimate = estimateWith({ maxConcurrentBatches: 4 });
    estimate.observe(100);
    expect([10, 40, 41, 80].map((size) => estimate.retryAfterMs(size))).toEqual([100, 100, 200, 200]);
  });

  it('follows the batches that it sees, the newest by a fifth', () => {
    const estimate = estimateWith();
    estimate.observe(100);
    estimate.observe(200);
    expect(estimate.retryAfterMs(10)).toBe(120);

    for (let batch = 0; batch < 50; batch += 1) estimate.observe(300);
    expect(estimate.retryAfterMs(10)).toBe(300);
  });

  it('is a whole number of at least 1', () => {
    const fast = estimateWith();
    fast.observe(0.001);
    expect(fast.retryAfterMs(10)).toBe(1);

    const fractional = estimateWith();
    fractional.observe(10.2);
    expect(fractional.retryAfterMs(10)).toBe(11);

    expect(estimateWith({ maxWaitTimeMs: 0 }).retryAfterMs(0)).toBe(1);
  });
});
