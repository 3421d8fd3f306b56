import { BatchBuilder, type BatchDecision, type BatchingView } from './batch-builder.js';
import type { BatchingConfig } from './batching-config.js';
import { resolveConfig } from './resolve-config.js';

/** Ten requests wait, the oldest since 1000; one slot is free. */
const VIEW: BatchingView = {
  queueSize: 10,
  oldestEnqueuedAtMs: 1000,
  freeSlots: 1,
  nowMs: 1000,
  isExpedited: false,
};

function decide(config: BatchingConfig, view: Partial<BatchingView>): BatchDecision {
  const builder = new BatchBuilder(resolveConfig('test', { maxBatchSize: 32, maxWaitTimeMs: 5, ...config }));
  return builder.decide({ ...VIEW, ...view });
}

describe('BatchBuilder', () => {
  it.each(['dispatch-partial', 'wait-for-full', 'adaptive'] as const)(
    '%s is idle while nobody waits',
    (strategy) => {
      expect(decide({ timeoutStrategy: strategy }, { queueSize: 0, oldestEnqueuedAtMs: Infinity })).toEqual({
        action: 'idle',
      });
    },
  );

  it.each<[string, Partial<BatchingView>]>([
    ['a full batch waits', { queueSize: 100 }],
    ['the oldest has waited long enough', { nowMs: 2000 }],
    ['nobody shall wait', { isExpedited: true }],
  ])('is idle while no slot is free, even if %s', (_, view) => {
    const config: BatchingConfig = { timeoutStrategy: 'dispatch-partial', preferredBatchSize: 2 };
    expect(decide(config, { ...view, freeSlots: 0 })).toEqual({ action: 'idle' });
  });

  it.each(['dispatch-partial', 'wait-for-full', 'adaptive'] as const)(
    '%s runs maxBatchSize requests at once when so many wait',
    (timeoutStrategy) => {
      const full = { action: 'dispatch', size: 32, reason: 'full' };
      expect(decide({ timeoutStrategy }, { queueSize: 32 })).toEqual(full);
      expect(decide({ timeoutStrategy }, { queueSize: 33 })).toEqual(full);
      expect(decide({ timeoutStrategy }, { queueSize: 32, isExpedited: true })).toEqual(full);
    },
  );

  it.each(['dispatch-partial', 'wait-for-full', 'adaptive'] as const)(
    '%s runs all that wait at once when preferredBatchSize is reached',
    (timeoutStrategy) => {
      const config: BatchingConfig = { timeoutStrategy, preferredBatchSize: 8 };
      expect(decide(config, { queueSize: 8 })).toEqual({ action: 'dispatch', size: 8, reason: 'preferred' });
      expect(decide(config, { queueSize: 10 })).toEqual({
        action: 'dispatch',
        size: 10,
        reason: 'preferred',
      });
      expect(decide(config, { queueSize: 7 })).not.toMatchObject({ reason: 'preferred' });
    },
  );

  it.each(['dispatch-partial', 'wait-for-full', 'adaptive'] as const)(
    '%s runs what is there when nobody shall wait for company any more',
    (timeoutStrategy) => {
      expect(decide({ timeoutStrategy }, { queueSize: 1, isExpedited: true })).toEqual({
        action: 'dispatch',
        size: 1,
        reason: 'drain',
      });
    },
  );

  it('adaptive runs what is there at once', () => {
    expect(decide({ timeoutStrategy: 'adaptive' }, { queueSize: 1 })).toEqual({
      action: 'dispatch',
      size: 1,
      reason: 'adaptive',
    });
  });

  it.each([
    ['dispatch-partial', 1005],
    ['wait-for-full', 1010],
  ] as const)(
    '%s waits for company from 1000 until %d, then runs what is there',
    (timeoutStrategy, untilMs) => {
      const config: BatchingConfig = { timeoutStrategy };
      expect(decide(config, { nowMs: 1000 })).toEqual({ action: 'wait', untilMs });
      expect(decide(config, { nowMs: untilMs - 0.001 })).toEqual({ action: 'wait', untilMs });

      const waited = { action: 'dispatch', size: 10, reason: 'waited' };
      expect(decide(config, { nowMs: untilMs })).toEqual(waited);
      expect(decide(config, { nowMs: untilMs + 1000 })).toEqual(waited);
    },
  );

  it.each(['dispatch-partial', 'wait-for-full'] as const)(
    '%s waits for nobody if maxWaitTimeMs is 0',
    (strategy) => {
      expect(decide({ timeoutStrategy: strategy, maxWaitTimeMs: 0 }, {})).toEqual({
        action: 'dispatch',
        size: 10,
        reason: 'waited',
      });
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

  it('runs preferredBatchSize requests at once if it is given, otherwise maxBatchSize', () => {
    const sizeOf = (config: BatchingConfig): number =>
      new BatchBuilder(resolveConfig('test', config)).dispatchAtOnceSize;
    expect(sizeOf({ maxBatchSize: 16 })).toBe(16);
    expect(sizeOf({ maxBatchSize: 16, preferredBatchSize: 4 })).toBe(4);
  });
});
