import { runningOf } from '../../../../test/core/running-of.js';
import { buildLearned } from '../../../../test/core/cost-curve-builder.js';
import type { BatchingConfig } from '../config/batching-config.js';
import { resolveConfig, withProcessorLimits } from '../config/resolve-config.js';
import type { BatchProcessor } from '../processor/batch-processor.js';
import { SlotForecast, type RunningBatch } from './slot-forecast.js';

const NOW_MS = 1000;
/** S(n) = 20 + n ms. */
const LEARNED = buildLearned(20, 1);

/** What is foretold of three slots, or as many as the processor has, while batches of such sizes run for so long. */
function foretell(
  running: readonly (readonly [batchSize: number, forMs: number])[],
  config: BatchingConfig = {},
  {
    concurrentBatches,
    batchesInAdvance,
  }: Pick<BatchProcessor<never, never>, 'concurrentBatches' | 'batchesInAdvance'> = {},
) {
  const resolved = resolveConfig('test', { maxConcurrentBatches: 3, ...config });
  const batches = running.map(([batchSize, forMs]): RunningBatch => ({
    batchSize,
    bucketKey: undefined,
    startedAtMs: NOW_MS - forMs,
  }));
  const slots = new SlotForecast(
    withProcessorLimits(resolved, { concurrentBatches }),
    LEARNED,
    runningOf(batches, 32),
    { batchesInAdvance },
  );
  const rounded = (timesMs: number[]): number[] => timesMs.map((timeMs) => Math.round(timeMs));
  return {
    count: slots.count,
    free: slots.free,
    afterMs: rounded(slots.freeAfterMs(NOW_MS)),
    likelyAfterMs: rounded(slots.likelyFreeAfterMs(NOW_MS)),
    isAnyHanging: slots.isAnyHanging(NOW_MS),
  };
}

describe('SlotForecast', () => {
  it('tells when each slot is free, the soonest first', () => {
    const slots = foretell([
      [10, 4],
      [5, 15],
    ]);
    expect(slots).toMatchObject({ count: 3, free: 1, afterMs: [0, 10, 26], likelyAfterMs: [0, 10, 26] });
  });

  it('goes by the size at which a batch runs, padded', () => {
    expect(foretell([[5, 0]], { allowedBatchSizes: [1, 12] }).afterMs).toEqual([0, 0, 32]);
  });

  it('expects a batch that is late to end at any moment, or to be as late again where nobody has to know', () => {
    const slots = foretell([[10, 37]], { maxConcurrentBatches: 1 });
    expect(slots).toMatchObject({ afterMs: [0], likelyAfterMs: [7] });
  });

  it('knows that one hangs when it takes more than ten times what the largest that runs should', () => {
    // The largest holds 32, and takes 52 ms.
    expect(
      foretell([
        [4, 519],
        [8, 3],
      ]).isAnyHanging,
    ).toBe(false);
    expect(
      foretell([
        [4, 521],
        [8, 3],
      ]).isAnyHanging,
    ).toBe(true);
    expect(foretell([]).isAnyHanging).toBe(false);
  });

  it('expects a batch that hangs to take as long again as it has', () => {
    const afterMsWhenRunningFor = (forMs: number): number[] =>
      foretell([[10, forMs]], { maxConcurrentBatches: 1 }).afterMs;
    expect(afterMsWhenRunningFor(299)).toEqual([0]);
    expect(afterMsWhenRunningFor(301)).toEqual([301]);
  });

  it('knows of each batch that was taken in advance', () => {
    const slots = foretell(
      [
        [10, 10],
        [10, 0],
      ],
      { maxConcurrentBatches: 1 },
      { batchesInAdvance: 1 },
    );
    expect(slots).toMatchObject({ count: 1, free: 0, afterMs: [20, 30] });
  });

  it('knows that the first batches to end leave no slot free, where more run than there are slots now', () => {
    const slots = foretell(
      [
        [10, 10],
        [10, 0],
        [10, 15],
      ],
      { maxConcurrentBatches: 1 },
    );
    expect(slots).toMatchObject({ count: 1, free: 0, afterMs: [30], likelyAfterMs: [30] });
  });

  it('counts on one slot where no worker is there: there is going to be one again', () => {
    expect(foretell([], {}, { concurrentBatches: 0 })).toMatchObject({ count: 1, free: 0, afterMs: [0] });
  });
});
