import { capacityPerSecond } from '../../bench/policies/grid.js';
import type { Measurement } from '../../bench/policies/measurement.js';
import { DynamicBatcher, type BatchingConfig } from 'nestjs-batching/core';
import { SimulatedProcessor, SimulationClock } from 'nestjs-batching/testing';
import { GPU_CURVE, measureRule } from './measure-rule.js';

function measure(name: string, slots: number, load: number, limitMs = Infinity): Promise<Measurement> {
  const ratePerSecond = load * capacityPerSecond({ curve: GPU_CURVE, slots });
  return measureRule(name, ratePerSecond, { slots, limitMs });
}

describe('several slots', () => {
  it.each([
    [2, 0.15],
    [2, 0.5],
    [2, 0.8],
    [4, 0.15],
    [4, 0.5],
    [4, 0.8],
    [4, 0.95],
  ])('answer sooner than greedy late binding does: %i slots at a load of %p', async (slots, load) => {
    const [ours, greedy] = [await measure('adaptive', slots, load), await measure('greedy', slots, load)];
    expect(ours.meanMs / greedy.meanMs).toBeLessThan(0.95);
    expect(ours.p99Ms / greedy.p99Ms).toBeLessThan(0.87);
  });

  it('answer more in time where time is short', async () => {
    const others = ['greedy', 'Triton', 'Clipper', 'BentoML', 'TEI'];
    const ours = await measure('adaptive', 4, 0.8, 50);
    for (const name of others) {
      const other = await measure(name, 4, 0.8, 50);
      expect(ours.goodputPerSecond).toBeGreaterThan(1.1 * other.goodputPerSecond);
    }
  });

  describe('and many requests at once', () => {
    const setUp = async (config: BatchingConfig<number> = {}) => {
      const clock = new SimulationClock();
      const processor = new SimulatedProcessor<number, number>({
        clock,
        ...GPU_CURVE,
        respond: (request) => request,
      });
      const batcher = new DynamicBatcher<number, number>(
        { maxBatchSize: 64, maxConcurrentBatches: 2, ...config },
        processor.processBatch,
        { clock },
      );
      const sendAtOnce = async (count: number): Promise<number[]> => {
        const sent = Array.from({ length: count }, (_, request) => batcher.processWithInfo(request));
        await clock.run();
        const sizes = new Map((await Promise.all(sent)).map(({ batch }) => [batch.batchId, batch.batchSize]));
        return [...sizes.values()];
      };
      // What a batch takes is learned from batches of several sizes.
      for (let count = 1; count <= 64; count *= 2) await sendAtOnce(count);
      return sendAtOnce;
    };

    it('share them', async () => {
      const sendAtOnce = await setUp();
      expect(await sendAtOnce(48)).toEqual([24, 24]);
      expect(await sendAtOnce(128)).toEqual([64, 64]);
    });

    it('leave together what is soon done', async () => {
      const sendAtOnce = await setUp();
      expect(await sendAtOnce(8)).toEqual([8]);
    });

    it('leave all to one of them if that is asked for', async () => {
      const sendAtOnce = await setUp({ timeoutStrategy: 'dispatch-partial' });
      expect(await sendAtOnce(48)).toEqual([48]);
    });
  });
});
