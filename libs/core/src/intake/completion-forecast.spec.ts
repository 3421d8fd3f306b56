import { runningOf } from '../../../../test/core/running-of.js';
import { buildLearned } from '../../../../test/core/cost-curve-builder.js';
import type { BatchingConfig } from '../config/batching-config.js';
import { countAllAhead, NO_OTHERS_AHEAD, type RequestsAhead } from '../queue/requests-ahead.js';
import { resolveConfig, withProcessorLimits } from '../config/resolve-config.js';
import { CompletionForecast, type AheadInView } from './completion-forecast.js';
import { LearnedBehavior } from '../learned/learned-behavior.js';
import { SlotForecast, type RunningBatch } from '../scheduling/slot-forecast.js';

const NOW_MS = 1000;
/** S(n) = 20 + n ms, so a full batch of 10 takes 30; a little less, since what is told is rounded up. */
const LEARNED = buildLearned(19.9, 1);

function forecastOf(config: BatchingConfig = {}, running: readonly RunningBatch[] = [], learned = LEARNED) {
  const resolved = resolveConfig('test', { maxBatchSize: 10, maxWaitTimeMs: 7, ...config });
  const live = withProcessorLimits(resolved, {});
  const batches = runningOf(running, 10);
  const slots = new SlotForecast(live, learned, batches, { batchesInAdvance: 1 });
  const forecast = new CompletionForecast(live, learned, slots);
  /** Of what waits in other buckets each batch holds as much. */
  const aheadOf = ({
    inBucket = 0,
    inOtherBuckets = 0,
    otherBuckets = 0,
  }: Partial<RequestsAhead>): AheadInView => ({
    own: learned.all,
    inBucket,
    ...(otherBuckets === 0 ? NO_OTHERS_AHEAD : countAllAhead(inOtherBuckets, otherBuckets, forecast)),
  });
  const answer = (inBucket: number, inOtherBuckets = 0, otherBuckets = 0): number =>
    Math.round(forecast.answerAfterMs(aheadOf({ inBucket, inOtherBuckets, otherBuckets }), NOW_MS));
  const drain = (queueSize: number, buckets = 1): number => forecast.drainAfterMs(queueSize, buckets, NOW_MS);
  /** For the last of those who have so much time left. */
  const answerBeside = (leftMs: readonly number[], others: Partial<RequestsAhead> = {}): number => {
    const ahead = aheadOf({ inBucket: leftMs.length - 1, ...others });
    const deadlinesAtMs = leftMs.map((left) => NOW_MS + left);
    return Math.round(forecast.answerBesideMs(deadlinesAtMs, ahead, NOW_MS));
  };
  const isWorthALook = (ahead: Partial<RequestsAhead>): boolean => forecast.isWorthALook(aheadOf(ahead));
  const inCrowd = (timeoutMs: number, requestsPerMs: number, shareOfBucket = 1): number =>
    Math.round(forecast.answerInCrowdMs(timeoutMs, requestsPerMs, shareOfBucket, learned.all, NOW_MS));
  const gap = (inOtherBuckets: number, otherBuckets: number, requestsPerMs: number, inBucket = 0): number =>
    Math.round(forecast.gapAfterMs(aheadOf({ inBucket, inOtherBuckets, otherBuckets }), requestsPerMs));
  return { answer, answerBeside, inCrowd, drain, isWorthALook, gap };
}

/** As `LEARNED`, where so many requests make a batch for what they cost. */
function limitedByCost(mostByCost: number): LearnedBehavior {
  const learned = buildLearned(19.9, 1);
  learned.all.mostByCost = mostByCost;
  return learned;
}

/** A full batch that has run for so long. */
const runningFor = (elapsedMs: number): RunningBatch => ({
  batchSize: 10,
  bucketKey: undefined,
  startedAtMs: NOW_MS - elapsedMs,
});

describe('CompletionForecast: an answer', () => {
  it('comes after those of batches that were taken in advance', () => {
    expect(forecastOf({}, [runningFor(0), runningFor(0)]).answer(0)).toBe(30 + 30 + 21);
  });

  it('is told in a crowd for the size at which its batch runs, padded', () => {
    expect(forecastOf().inCrowd(30, 10)).toBe(26);
    expect(forecastOf({ allowedBatchSizes: [10] }).inCrowd(30, 10)).toBe(30);
  });

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
    expect(forecastOf({}, [runningFor(250)]).answer(0)).toBe(21);
  });

  it('expects a batch that hangs to take as long again as it has', () => {
    expect(forecastOf({}, [runningFor(500)]).answer(0)).toBe(500 + 21);
    expect(forecastOf({ maxConcurrentBatches: 2 }, [runningFor(500), runningFor(12)]).answer(10)).toBe(
      18 + 30 + 21,
    );
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
    expect(answer(0, 30, 3)).toBe(3 * 30 + 21);
    expect(answer(0, 30, 1)).toBe(3 * 30 + 21);
    expect(answer(10, 30, 3)).toBe(4 * 30 + 21);
  });

  it('counts the batches of other buckets as what is in them', () => {
    expect(forecastOf().answer(0, 3, 3)).toBe(3 * 21 + 21);
    expect(forecastOf().answer(10, 12, 3)).toBe(30 + 3 * 24 + 21);
    expect(forecastOf({ maxConcurrentBatches: 2 }).answer(0, 12, 4)).toBe(2 * 23 + 21);
  });

  it('reckons with the size at which batches really run', () => {
    const { answer } = forecastOf({ allowedBatchSizes: [4, 8] });
    expect([0, 3, 4].map((inBucket) => answer(inBucket))).toEqual([24, 24, 28]);
    expect(answer(8)).toBe(28 + 24);
  });
});

describe('CompletionForecast: an answer told by a look at those ahead', () => {
  const hurried = (count: number): number[] => new Array<number>(count).fill(22.5);

  it('comes from a smaller batch in another free slot', () => {
    const { answerBeside } = forecastOf({ maxConcurrentBatches: 4 });
    expect([1, 2, 3, 4, 8].map((count) => answerBeside(hurried(count)))).toEqual([21, 22, 21, 22, 22]);
  });

  it('waits for those ahead who need all free slots, although they would fit into one batch', () => {
    expect(forecastOf({ maxConcurrentBatches: 4 }).answerBeside(hurried(9))).toBe(22 + 21);
    expect(forecastOf({ maxConcurrentBatches: 4 }, [runningFor(12)]).answerBeside(hurried(7))).toBe(18 + 21);
  });

  it('leaves those ahead together who have time', () => {
    const { answerBeside } = forecastOf({ maxConcurrentBatches: 2 });
    expect(answerBeside([Infinity, Infinity, Infinity, Infinity, 22.5])).toBe(21);
  });

  it('passes over those ahead who are lost', () => {
    expect(forecastOf({ maxConcurrentBatches: 2 }).answerBeside([5, 5, 5, 22.5])).toBe(21);
  });

  it('waits for the other buckets, each in a slot', () => {
    const { answerBeside } = forecastOf({ maxConcurrentBatches: 2 });
    expect(answerBeside([22.5], { inOtherBuckets: 3, otherBuckets: 1 })).toBe(21);
    expect(answerBeside([22.5], { inOtherBuckets: 4, otherBuckets: 2 })).toBe(22 + 21);
  });

  it('is asked for only where a slot is free, and another one may be', () => {
    const two = { maxConcurrentBatches: 2 };
    expect(forecastOf(two, [runningFor(5)]).isWorthALook({})).toBe(true);
    expect(forecastOf(two, [runningFor(5), runningFor(5)]).isWorthALook({})).toBe(false);
    expect(forecastOf(two).isWorthALook({ inOtherBuckets: 2, otherBuckets: 2 })).toBe(false);
    expect(forecastOf(two).isWorthALook({ inBucket: 257 })).toBe(false);
    expect(forecastOf().isWorthALook({})).toBe(false);
  });
});

describe('CompletionForecast: an answer where more come than can be answered in time', () => {
  it('comes from the batch of the newest who make it together, after the one that runs', () => {
    // Of one a millisecond the newest 8 have come within 8 ms, and ride in 28: 36 together. By chance it may be 5.
    expect(forecastOf().inCrowd(36, 1)).toBe(25);
    expect(forecastOf({}, [runningFor(12)]).inCrowd(36, 1)).toBe(18 + 25);
  });

  it('comes from a full batch where time allows it, and from one alone where it allows no other', () => {
    expect(forecastOf().inCrowd(60, 4)).toBe(30);
    expect(forecastOf().inCrowd(5, 4)).toBe(21);
  });

  it('can be given when nobody of other buckets is there, the later the more come for them', () => {
    // A batch of theirs takes 22 ms, a little less by what was learned.
    expect(forecastOf().gap(4, 2, 0)).toBe(22);
    expect(forecastOf().gap(4, 2, 0.1) / (22 * Math.exp(2.2))).toBeCloseTo(1, 1);
    expect(forecastOf({ maxConcurrentBatches: 2 }).gap(4, 2, 0.1) / (11 * Math.exp(1.1))).toBeCloseTo(1, 1);
    // Half of those who wait are of its own.
    expect(forecastOf().gap(4, 2, 0.1, 4) / (22 * Math.exp(1.1))).toBeCloseTo(1, 1);
  });

  it('is told for the crowd that it can ride with, which is that of its bucket', () => {
    // Of 4 in a millisecond 0.2 can: 6 of the 40 / (1 + 1 / 0.2) newest, less one deviation.
    expect(forecastOf().inCrowd(60, 4, 0.05)).toBe(24);
    expect(forecastOf().inCrowd(60, 4, 0.001)).toBe(21);
  });

  it('is not told where batches keep up with those who come', () => {
    expect(forecastOf().inCrowd(60, 0.3)).toBe(0);
    expect(forecastOf().inCrowd(60, 0)).toBe(0);
    expect(forecastOf({ maxConcurrentBatches: 4 }).inCrowd(60, 1.3)).toBe(0);
    expect(forecastOf().inCrowd(60, 1.3)).toBe(30);
    // Full ones would, but there is no time for them.
    expect(forecastOf().inCrowd(24, 0.3)).toBe(21);
  });
});

describe('CompletionForecast: when as many as wait now have been served', () => {
  it('adds up the batches that they fill', () => {
    const { drain } = forecastOf();
    expect([1, 10, 15, 20].map((size) => drain(size))).toEqual([21, 30, 30 + 25, 60]);
  });

  it('counts on batches that are no larger than what they cost lets them be', () => {
    const costs = { costOf: () => 1, maxBatchCost: 5 };
    expect(forecastOf(costs, [], limitedByCost(2)).drain(10)).toBe(5 * 22);
    expect(forecastOf(costs, [], limitedByCost(0.2)).drain(3)).toBe(3 * 21);
    expect(forecastOf(costs, [], limitedByCost(Infinity)).drain(20)).toBe(60);
    expect(forecastOf({}, [], limitedByCost(2)).drain(10)).toBe(30);
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
    const { drain } = forecastOf({}, [], new LearnedBehavior());
    expect([1, 10, 11, 40].map((size) => drain(size))).toEqual([7, 7, 14, 28]);
    expect(forecastOf({ maxConcurrentBatches: 4 }, [], new LearnedBehavior()).drain(40)).toBe(7);
  });

  it('is a whole number of at least 1', () => {
    expect(forecastOf({ maxWaitTimeMs: 0 }, [], new LearnedBehavior()).drain(10)).toBe(1);
    expect(forecastOf({}, [], buildLearned(0.001, 0)).drain(10)).toBe(1);
    expect(forecastOf({}, [], buildLearned(10.2, 0)).drain(10)).toBe(11);
    expect(forecastOf().drain(0)).toBeGreaterThanOrEqual(1);
  });

  it('takes a batch at least for each bucket', () => {
    expect(forecastOf().drain(10, 5)).toBe(5 * 22);
    expect(forecastOf({}, [], new LearnedBehavior()).drain(10, 5)).toBe(5 * 7);
  });

  it('takes batches for as long as the one that runs, where none has succeeded yet', () => {
    expect(forecastOf({}, [runningFor(500)], new LearnedBehavior()).drain(11)).toBe(2 * 500);
  });
});
