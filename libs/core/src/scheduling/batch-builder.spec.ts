import { buildLearned } from '../../../../test/core/cost-curve-builder.js';
import type { BatchingConfig, TimeoutStrategy } from '../config/batching-config.js';
import { resolveConfig, withProcessorLimits } from '../config/resolve-config.js';
import { BatchBuilder, type BatchDecision, type BatchingView } from './batch-builder.js';
import { LearnedBehavior } from '../learned/learned-behavior.js';

const STRATEGIES: readonly TimeoutStrategy[] = ['dispatch-partial', 'wait-for-full', 'adaptive'];
const IDLE = { action: 'idle' };

/** Ten requests wait, the oldest since 1000; one slot is free. */
const VIEW: BatchingView = {
  bucketKey: undefined,
  queueSize: 10,
  isCostReached: false,
  oldestEnqueuedAtMs: 1000,
  nearestDeadlineAtMs: Infinity,
  otherRequests: 0,
  otherBucketsInHurry: 0,
  freeSlots: 1,
  slotFreeSinceMs: -Infinity,
  lastDispatchAtMs: -Infinity,
  nowMs: 1000,
  isExpedited: false,
  isAlone: true,
  isQueueFull: false,
  otherSlotsFreeAfterMs: [],
  isAnyDeadlineBefore: () => false,
};

function builderOf(config: BatchingConfig, learned = new LearnedBehavior()): BatchBuilder {
  const resolved = resolveConfig('test', { maxBatchSize: 32, maxWaitTimeMs: 5, ...config });
  return new BatchBuilder(withProcessorLimits(resolved, {}), learned);
}

const decide = (
  config: BatchingConfig,
  view: Partial<BatchingView> = {},
  learned?: LearnedBehavior,
): BatchDecision => builderOf(config, learned).decide({ ...VIEW, ...view });

describe.each(STRATEGIES)('BatchBuilder: %s', (timeoutStrategy) => {
  it('is idle while nobody waits', () => {
    expect(decide({ timeoutStrategy }, { queueSize: 0, oldestEnqueuedAtMs: Infinity })).toEqual(IDLE);
  });

  it.each<[string, Partial<BatchingView>]>([
    ['a full batch waits', { queueSize: 100 }],
    ['the cost of a batch is reached', { isCostReached: true }],
    ['the oldest has waited long enough', { nowMs: 2000 }],
    ['a deadline is near', { nearestDeadlineAtMs: 1001 }],
    ['nobody shall wait', { isExpedited: true }],
  ])('is idle while no slot is free, even if %s', (_, view) => {
    expect(decide({ timeoutStrategy, preferredBatchSize: 2 }, { ...view, freeSlots: 0 })).toEqual(IDLE);
  });

  it('runs maxBatchSize requests at once when so many wait', () => {
    const full = { action: 'dispatch', size: 32, reason: 'full' };
    expect(decide({ timeoutStrategy }, { queueSize: 32 })).toEqual(full);
    expect(decide({ timeoutStrategy }, { queueSize: 33 })).toEqual(full);
    expect(decide({ timeoutStrategy }, { queueSize: 32, isExpedited: true })).toEqual(full);
  });

  it('runs as many as the largest allowed size at once when so many wait', () => {
    const config: BatchingConfig = { timeoutStrategy, allowedBatchSizes: [4, 8] };
    expect(decide(config, { queueSize: 20 })).toEqual({ action: 'dispatch', size: 8, reason: 'full' });
  });

  it('runs what is there at once when it costs as much as a batch may', () => {
    const full = { action: 'dispatch', size: 10, reason: 'full' };
    expect(decide({ timeoutStrategy }, { isCostReached: true })).toEqual(full);
  });

  it('runs all that wait at once when preferredBatchSize is reached', () => {
    const config: BatchingConfig = { timeoutStrategy, preferredBatchSize: 8 };
    expect(decide(config, { queueSize: 8 })).toEqual({ action: 'dispatch', size: 8, reason: 'preferred' });
    expect(decide(config, { queueSize: 10 })).toEqual({ action: 'dispatch', size: 10, reason: 'preferred' });
    expect(decide(config, { queueSize: 7 })).not.toMatchObject({ reason: 'preferred' });
  });

  it('runs what is there when nobody shall wait for company any more', () => {
    const drained = { action: 'dispatch', size: 1, reason: 'drain' };
    expect(decide({ timeoutStrategy }, { queueSize: 1, isExpedited: true })).toEqual(drained);
  });

  it('takes an allowed size of what has waited long enough', () => {
    const config: BatchingConfig = { timeoutStrategy, allowedBatchSizes: [1, 4, 16], padding: 'down' };
    expect(decide(config, { nowMs: 1010 })).toMatchObject({ action: 'dispatch', size: 4 });
  });
});

describe('BatchBuilder: how long it waits for company', () => {
  it.each([
    ['dispatch-partial', 1005],
    ['wait-for-full', 1010],
  ] as const)('%s waits from 1000 until %d, then runs what is there', (timeoutStrategy, untilMs) => {
    expect(decide({ timeoutStrategy }, { nowMs: 1000 })).toEqual({ action: 'wait', untilMs });
    expect(decide({ timeoutStrategy }, { nowMs: untilMs - 0.001 })).toEqual({ action: 'wait', untilMs });

    const waited = { action: 'dispatch', size: 10, reason: 'waited' };
    expect(decide({ timeoutStrategy }, { nowMs: untilMs })).toEqual(waited);
    expect(decide({ timeoutStrategy }, { nowMs: untilMs + 1000 })).toEqual(waited);
  });

  it.each(['dispatch-partial', 'wait-for-full'] as const)(
    '%s waits for nobody if maxWaitTimeMs is 0',
    (strategy) => {
      const waited = { action: 'dispatch', size: 10, reason: 'waited' };
      expect(decide({ timeoutStrategy: strategy, maxWaitTimeMs: 0 })).toEqual(waited);
    },
  );

  it('never leaves a decision to wait in the past, whatever the fractions of the clock', () => {
    for (let step = 0; step < 1000; step += 1) {
      const oldestEnqueuedAtMs = step * 0.1 + 1e6 / 3;
      const config: BatchingConfig = { timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 0.7 };
      const first = decide(config, { oldestEnqueuedAtMs, nowMs: oldestEnqueuedAtMs });
      if (first.action !== 'wait') throw new Error(`expected to wait, received ${first.action}`);
      expect(decide(config, { oldestEnqueuedAtMs, nowMs: first.untilMs }).action).toBe('dispatch');
    }
  });

  it('runs preferredBatchSize requests at once if it is given, otherwise as many as a batch may hold', () => {
    expect(builderOf({ maxBatchSize: 16 }).dispatchAtOnceSize).toBe(16);
    expect(builderOf({ maxBatchSize: 16, preferredBatchSize: 4 }).dispatchAtOnceSize).toBe(4);
    expect(builderOf({ maxBatchSize: 16, allowedBatchSizes: [2, 8] }).dispatchAtOnceSize).toBe(8);
  });
});

describe('BatchBuilder: adaptive', () => {
  /** 0.4 requests per millisecond come, and a batch of n takes 40 + n/20 ms: with two slots n* = 8.08. */
  function busyTraffic(): LearnedBehavior {
    const learned = buildLearned(40, 0.05);
    learned.arrivals.observe(0, 0);
    learned.arrivals.observe(400, 1000);
    return learned;
  }
  const TWO_SLOTS: BatchingConfig = { maxConcurrentBatches: 2, maxWaitTimeMs: 50 };
  const balancedMs = (40 + (0.05 * 16) / (2 - 0.02)) / 2;

  it('runs what is there at once with one slot', () => {
    const adaptive = { action: 'dispatch', size: 1, reason: 'adaptive' };
    expect(decide({ timeoutStrategy: 'adaptive' }, { queueSize: 1 })).toEqual(adaptive);
    expect(decide({ maxWaitTimeMs: 50 }, { queueSize: 1, lastDispatchAtMs: 1000 }, busyTraffic())).toEqual(
      adaptive,
    );
  });

  it('spaces batches out evenly over several slots', () => {
    const view = { queueSize: 2, lastDispatchAtMs: 995 };
    const decision = decide(TWO_SLOTS, view, busyTraffic());
    expect(decision).toEqual({ action: 'wait', untilMs: expect.closeTo(995 + balancedMs, 3) as number });

    const due = { ...view, nowMs: 995 + balancedMs + 0.01 };
    expect(decide(TWO_SLOTS, due, busyTraffic())).toEqual({
      action: 'dispatch',
      size: 2,
      reason: 'adaptive',
    });
  });

  it('does not wait with many more than a balanced batch holds', () => {
    const view = { queueSize: 17, lastDispatchAtMs: 995 };
    expect(decide(TWO_SLOTS, view, busyTraffic())).toEqual({
      action: 'dispatch',
      size: 17,
      reason: 'adaptive',
    });
  });

  it('does not wait for those who come into other buckets', () => {
    const view = { queueSize: 7, lastDispatchAtMs: 995, bucketKey: 'own' };
    expect(decide(TWO_SLOTS, view, busyTraffic())).toMatchObject({ action: 'wait' });
    // Half of them: n* = 4.02.
    const learned = busyTraffic();
    for (let batch = 0; batch < 2000; batch += 1) {
      for (const bucketKey of ['own', 'other']) learned.observeBatch(1, 40.05, 1000, bucketKey);
    }
    expect(decide(TWO_SLOTS, { ...view, queueSize: 6 }, learned)).toMatchObject({ action: 'wait' });
    expect(decide(TWO_SLOTS, view, learned)).toMatchObject({ action: 'dispatch', size: 7 });
  });

  it('never lets the oldest wait longer than maxWaitTimeMs while a slot is free', () => {
    const config: BatchingConfig = { ...TWO_SLOTS, maxWaitTimeMs: 3 };
    const late = { queueSize: 2, lastDispatchAtMs: 995, nowMs: 1004, slotFreeSinceMs: 1004 };
    expect(decide(config, late, busyTraffic())).toEqual({ action: 'wait', untilMs: 1007 });
    const view = { queueSize: 2, lastDispatchAtMs: 995 };
    expect(decide(config, view, busyTraffic())).toEqual({ action: 'wait', untilMs: 1003 });
    expect(decide(config, { ...view, nowMs: 1003 }, busyTraffic())).toEqual({
      action: 'dispatch',
      size: 2,
      reason: 'waited',
    });
  });
});

describe('BatchBuilder: several slots', () => {
  /** A batch of n takes 20 + n/2 ms, and hardly anybody comes. */
  const LEARNED = buildLearned(20, 0.5);
  const TWO_SLOTS: BatchingConfig = { maxConcurrentBatches: 2 };
  const VIEW_OF_BOTH = { queueSize: 32, freeSlots: 2, otherSlotsFreeAfterMs: [0] };
  const half = { action: 'dispatch', size: 16, reason: 'adaptive' };
  const all = { action: 'dispatch', size: 32, reason: 'full' };

  it('leaves some of those who wait to a slot that is free, too, or about to be', () => {
    expect(decide(TWO_SLOTS, VIEW_OF_BOTH, LEARNED)).toEqual(half);
    const soon = { queueSize: 24, otherSlotsFreeAfterMs: [4] };
    // (24 + 4 / 2) / 2
    expect(decide(TWO_SLOTS, soon, LEARNED)).toEqual({ ...half, size: 13 });
  });

  it('fills a batch all the same where enough wait for both', () => {
    expect(decide(TWO_SLOTS, { ...VIEW_OF_BOTH, queueSize: 64 }, LEARNED)).toEqual(all);
  });

  it.each<[string, BatchingConfig, Partial<BatchingView>]>([
    ['another strategy is asked for', { timeoutStrategy: 'dispatch-partial' }, {}],
    ['a size is preferred', { preferredBatchSize: 32 }, {}],
    ['others wait who would take the slot', {}, { isAlone: false }],
    ['somebody who was left behind would be late', {}, { isAnyDeadlineBefore: (atMs) => atMs > 1027 }],
  ])('takes all if %s', (_, config, view) => {
    expect(decide({ ...TWO_SLOTS, ...config }, { ...VIEW_OF_BOTH, ...view }, LEARNED)).toEqual(all);
  });

  it('leaves some to another slot if nobody is late for it', () => {
    // S(16) = 28
    const view = { ...VIEW_OF_BOTH, isAnyDeadlineBefore: (atMs: number) => atMs > 1029 };
    expect(decide(TWO_SLOTS, view, LEARNED)).toEqual(half);
  });

  it('takes all if somebody who was left behind would be late, since the other slot has to become free first', () => {
    const view = { queueSize: 24, otherSlotsFreeAfterMs: [4] };
    // 4 + S(13) = 30.5
    const inTime = { ...view, isAnyDeadlineBefore: (atMs: number) => atMs > 1031 };
    expect(decide(TWO_SLOTS, inTime, LEARNED)).toEqual({ ...half, size: 13 });
    const late = { ...view, isAnyDeadlineBefore: (atMs: number) => atMs > 1030 };
    expect(decide(TWO_SLOTS, late, LEARNED)).toEqual({ ...half, size: 24 });
  });

  it('takes all before anything is known of the processor', () => {
    expect(decide(TWO_SLOTS, VIEW_OF_BOTH)).toEqual(all);
  });

  it('takes more than its share rather than run with padding', () => {
    const sizes: BatchingConfig = { ...TWO_SLOTS, allowedBatchSizes: [8, 20, 32] };
    expect(decide(sizes, VIEW_OF_BOTH, LEARNED)).toEqual({ ...half, size: 20 });
    const fewSizes: BatchingConfig = { ...TWO_SLOTS, allowedBatchSizes: [8, 32] };
    expect(decide(fewSizes, VIEW_OF_BOTH, LEARNED)).toEqual(all);
  });

  it('leaves nobody behind when nobody shall wait any more', () => {
    const view = { ...VIEW_OF_BOTH, queueSize: 24, isExpedited: true };
    expect(decide(TWO_SLOTS, view, LEARNED)).toEqual({ action: 'dispatch', size: 24, reason: 'drain' });
  });
});

describe('BatchBuilder: deadlines', () => {
  /** A batch of n takes 20 + n ms. */
  const LEARNED = buildLearned(20, 1);
  const WAITING: BatchingConfig = { timeoutStrategy: 'wait-for-full', maxWaitTimeMs: 100 };

  it('waits no longer than the nearest deadline allows, with one request more in the batch', () => {
    const view = { nearestDeadlineAtMs: 1100 };
    // An alarm may ring 1 ms late.
    const latestMs = 1100 - (20 + 11) - 1;
    expect(decide(WAITING, view, LEARNED)).toEqual({
      action: 'wait',
      untilMs: expect.closeTo(latestMs, 1) as number,
    });
    expect(decide(WAITING, { ...view, nowMs: latestMs + 0.1 }, LEARNED)).toEqual({
      action: 'dispatch',
      size: 10,
      reason: 'deadline',
    });
  });

  it('reckons with no more than a full batch', () => {
    const view = { nearestDeadlineAtMs: 1100, queueSize: 11 };
    const decision = decide(
      { ...WAITING, maxBatchSize: 11, preferredBatchSize: undefined },
      { ...view, queueSize: 10 },
      LEARNED,
    );
    expect(decision).toMatchObject({ untilMs: expect.closeTo(1100 - 31 - 1, 1) as number });
  });

  it('reckons with the size at which the batch would run, padded', () => {
    const sizes = { ...WAITING, allowedBatchSizes: [16], maxBatchSize: 16, preferredBatchSize: undefined };
    const decision = decide(sizes, { nearestDeadlineAtMs: 1100 }, LEARNED);
    expect(decision).toMatchObject({ untilMs: expect.closeTo(1100 - 36 - 1, 1) as number });
  });

  it('is not hurried by a deadline that leaves time to wait', () => {
    expect(decide(WAITING, { nearestDeadlineAtMs: 5000 }, LEARNED)).toEqual({
      action: 'wait',
      untilMs: 1200,
    });
    expect(decide(WAITING, { nearestDeadlineAtMs: 5000, nowMs: 1200 }, LEARNED)).toMatchObject({
      reason: 'waited',
    });
  });

  it('goes at once when a deadline leaves less than a batch takes', () => {
    expect(decide(WAITING, { nearestDeadlineAtMs: 1010 }, LEARNED)).toMatchObject({ reason: 'deadline' });
  });

  it('waits for no time in which a deadline passes before anything is known of the processor', () => {
    const deadline = { action: 'dispatch', size: 10, reason: 'deadline' };
    expect(decide(WAITING, { nearestDeadlineAtMs: 1200 })).toEqual(deadline);
    expect(decide(WAITING, { nearestDeadlineAtMs: 1201 })).toEqual({ action: 'wait', untilMs: 1200 });
  });

  it('leaves time for the batches of other buckets that may be in as much of a hurry', () => {
    const others = { nearestDeadlineAtMs: 1100, otherRequests: 30, otherBucketsInHurry: 3 };
    // 10 of 30 in each of them on average; 28 in one, at most.
    const [besideMs, afterMs] = [20 + 29, 20 + 10];
    const untilMs = (freeSlots: number): unknown => {
      const decision = decide(WAITING, { ...others, freeSlots, nowMs: 900 }, LEARNED);
      return decision.action === 'wait' ? decision.untilMs : decision;
    };
    expect(untilMs(1)).toBeCloseTo(1100 - besideMs - 3 * afterMs - 1, 1);
    expect(untilMs(2)).toBeCloseTo(1100 - besideMs - afterMs - 1, 1);
    expect(untilMs(4)).toBeCloseTo(1100 - besideMs - 1, 1);
  });
});

describe('BatchBuilder: a batch between two allowed sizes, where who would be left behind is late', () => {
  /** Of ten that wait all take 1 + 4 · 16 = 65 ms together; eight of them take 33, and the two others 33 more. */
  const decideWhere = (arrivalsPerMs: number, padding?: 'down', perRequestMs = 4): unknown => {
    const learned = buildLearned(65 - 16 * perRequestMs, perRequestMs);
    learned.arrivals.observe(0, 0);
    learned.arrivals.observe(1000 * arrivalsPerMs, 1000);
    const config: BatchingConfig = { maxBatchSize: 16, allowedBatchSizes: [8, 16], padding };
    return decide(config, { nowMs: 2000, nearestDeadlineAtMs: 2065.5 }, learned);
  };

  it('takes all while padded batches keep up with those who come', () => {
    expect(decideWhere(0.15)).toMatchObject({ size: 10 });
    expect(decideWhere(0.16)).toMatchObject({ size: 8 });
  });

  it('takes all, though more come, where the smaller batches that were asked for serve fewer', () => {
    expect(decideWhere(1, 'down')).toMatchObject({ size: 8 });
    expect(decideWhere(1, 'down', 1)).toMatchObject({ size: 10 });
  });

  it('takes all if the last of several batches that would be left is late', () => {
    // S(4) = 20, S(16) = 55: four, four and two take 60 ms.
    const learned = buildLearned(25 / 3, 35 / 12);
    const config: BatchingConfig = { maxBatchSize: 16, allowedBatchSizes: [4, 16] };
    const decideBefore = (nearestDeadlineAtMs: number): unknown =>
      decide(config, { nowMs: 2000, nearestDeadlineAtMs }, learned);
    expect(decideBefore(2059.5)).toMatchObject({ size: 10 });
    expect(decideBefore(2060.5)).toMatchObject({ size: 4 });
  });
});
