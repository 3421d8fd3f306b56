import { buildCurve } from '../../../../test/core/cost-curve-builder.js';
import type { BatchingConfig } from '../batching-config.js';
import { resolveConfig, withProcessorLimits } from '../resolve-config.js';
import { CompletionForecast, type RunningBatch } from './completion-forecast.js';
import { CostCurve } from './cost-curve.js';

const NOW_MS = 1000;
/** S(n) = 20 + n ms, so a full batch of 10 takes 30; a little less, since what is told is rounded up. */
const CURVE = buildCurve(19.9, 1);

function forecastOf(config: BatchingConfig = {}, running: readonly RunningBatch[] = [], curve = CURVE) {
  const resolved = resolveConfig('test', { maxBatchSize: 10, maxWaitTimeMs: 7, ...config });
  const batches = Object.assign([...running], { largestBatchSize: 10 });
  const forecast = new CompletionForecast(withProcessorLimits(resolved, {}), curve, batches);
  const answer = (inBucket: number, inOtherBuckets = 0, otherBuckets = 0): number =>
    Math.round(forecast.answerAfterMs({ inBucket, inOtherBuckets, otherBuckets }, NOW_MS));
  const drain = (queueSize: number): number => forecast.drainAfterMs(queueSize, NOW_MS);
  return { answer, drain };
}

/** A full batch that has run for so long. */
const runningFor = (elapsedMs: number): RunningBatch => ({
  batchSize: 10,
  startedAtMs: NOW_MS - elapsedMs,
});

describe('CompletionForecast: an answer', () => {
  it('takes as long as its batch where a slot is free', () => {
    const { answer } = forecastOf();
    expect([0, 1, 9].map((inBucket) => answer(inBucket))).toEqual([21, 22, 30]);
  });

  it('waits for the full batches ahead', () => {
    const { answer } = forecastOf();
    expect([10, 15, 20].map((inBucket) => answer(inBucket))).toEqual([30 + 21, 30 + 26, 60 + 21]);
  });

  it('waits for the batch that runs, and counts one that takes too long as about to end', () => {
    expect(forecastOf({}, [runningFor(12)]).answer(0)).toBe(18 + 21);
    expect(forecastOf({}, [runningFor(500)]).answer(0)).toBe(21);
  });

  it('takes the slot that is free first', () => {
    const { answer } = forecastOf({ maxConcurrentBatches: 2 }, [runningFor(5), runningFor(20)]);
    expect(answer(0)).toBe(10 + 21);
    expect(answer(10)).toBe(25 + 21);
    expect(answer(20)).toBe(10 + 30 + 21);
  });

  it('takes a slot that nobody uses at once', () => {
    expect(forecastOf({ maxConcurrentBatches: 2 }, [runningFor(5)]).answer(0)).toBe(21);
  });

  it('waits for a batch of each other bucket, or for as many as their requests fill', () => {
    const { answer } = forecastOf();
    expect(answer(0, 3, 3)).toBe(3 * 30 + 21);
    expect(answer(0, 25, 1)).toBe(3 * 30 + 21);
  });

  it('reckons with the size at which batches really run', () => {
    const { answer } = forecastOf({ allowedBatchSizes: [4, 8] });
    expect([0, 3, 4].map((inBucket) => answer(inBucket))).toEqual([24, 24, 28]);
    expect(answer(8)).toBe(28 + 24);
  });
});

describe('CompletionForecast: when as many as wait now have been served', () => {
  it('adds up the batches that they fill', () => {
    const { drain } = forecastOf();
    expect([1, 10, 15, 20].map((size) => drain(size))).toEqual([21, 30, 30 + 25, 60]);
  });

  it('counts the batch that runs', () => {
    expect(forecastOf({}, [runningFor(12)]).drain(10)).toBe(18 + 30);
  });

  it('counts on batches that run side by side', () => {
    const { drain } = forecastOf({ maxConcurrentBatches: 4 });
    expect([10, 40, 50, 80].map((size) => drain(size))).toEqual([30, 30, 60, 60]);
  });

  it('waits for a full batch that ends after the smaller one that started last', () => {
    expect(forecastOf({ maxConcurrentBatches: 2 }).drain(11)).toBe(30);
  });

  it('takes maxWaitTimeMs for the time of a batch until it has seen one', () => {
    const { drain } = forecastOf({}, [], new CostCurve());
    expect([1, 10, 11, 40].map((size) => drain(size))).toEqual([7, 7, 14, 28]);
    expect(forecastOf({ maxConcurrentBatches: 4 }, [], new CostCurve()).drain(40)).toBe(7);
  });

  it('is a whole number of at least 1', () => {
    expect(forecastOf({ maxWaitTimeMs: 0 }, [], new CostCurve()).drain(10)).toBe(1);
    expect(forecastOf({}, [], buildCurve(0.001, 0)).drain(10)).toBe(1);
    expect(forecastOf({}, [], buildCurve(10.2, 0)).drain(10)).toBe(11);
    expect(forecastOf().drain(0)).toBeGreaterThanOrEqual(1);
  });
});
