import { resolveConfig, withProcessorLimits } from '../config/resolve-config.js';
import { LearnedBehavior } from '../learned/learned-behavior.js';
import { LongestBatch } from './longest-batch.js';

/** Batches of bucket "short" take 10 ms, those of "long" 100; four requests at most ride in one. */
function setUp() {
  const learned = new LearnedBehavior();
  const config = withProcessorLimits(resolveConfig('test', { maxBatchSize: 4 }), {});
  const observe = (bucketKey: string, timeMs: number): void => {
    for (let batch = 0; batch < 10; batch += 1) learned.observeBatch(4, timeMs, 0, bucketKey);
  };
  return { longest: new LongestBatch(config, learned), observe };
}

describe('LongestBatch', () => {
  it('takes as long as those of the bucket whose batches take longest', () => {
    const { longest, observe } = setUp();
    observe('short', 10);
    observe('long', 100);
    observe('short', 10);
    expect(longest.timeMs).toBeGreaterThanOrEqual(100);
    expect(longest.timeMs).toBeLessThan(200);
  });

  it('is far before a time twenty times as far away', () => {
    const { longest, observe } = setUp();
    observe('short', 10);
    const farMs = 20 * longest.timeMs;
    expect(longest.isFarBefore(1000 + farMs + 1, 1000)).toBe(true);
    expect(longest.isFarBefore(1000 + farMs - 1, 1000)).toBe(false);
    expect(longest.isFarBefore(Infinity, 1000)).toBe(true);
  });

  it('follows batches that take longer, at the latest after as long as two of them took', () => {
    const { longest, observe } = setUp();
    observe('short', 10);
    expect(longest.isFarBefore(2000, 1000)).toBe(true);
    observe('long', 1000);
    expect(longest.isFarBefore(2000, 1030)).toBe(false);
  });
});
