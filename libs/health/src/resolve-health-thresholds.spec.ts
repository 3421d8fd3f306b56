import { InvalidConfigError } from 'nestjs-batching/core';
import { LIVENESS_THRESHOLDS, READINESS_THRESHOLDS, STARTUP_THRESHOLDS } from './health-thresholds.js';
import { resolveHealthThresholds } from './resolve-health-thresholds.js';

function faultsOf(thresholds: object): Record<string, string> {
  try {
    resolveHealthThresholds('health', thresholds);
  } catch (error) {
    if (error instanceof InvalidConfigError)
      return Object.fromEntries(error.faults.map(({ field, problem }) => [field, problem]));
  }
  throw new Error('Expected an InvalidConfigError.');
}

describe('resolveHealthThresholds', () => {
  it('starts from those of readiness, and lets a later layer win field by field', () => {
    const resolved = resolveHealthThresholds(
      'health',
      { oldestWaitMs: { degraded: 100 }, missingWorkers: false },
      { oldestWaitMs: { down: 900 } },
    );
    expect(resolved).toEqual({
      ...READINESS_THRESHOLDS,
      oldestWaitMs: { down: 900 },
      missingWorkers: false,
    });
  });

  it('takes a string that holds a number for that number, as environment variables have it', () => {
    const resolved = resolveHealthThresholds('health', {
      oldestWaitMs: { degraded: '200', down: ' 1e3 ' },
      queueFillRatio: { degraded: '0.5', down: 1 },
      failuresKeepDownForMs: '5000',
      workerRestartsWithinMs: '60000',
    } as never);
    expect(resolved).toMatchObject({
      oldestWaitMs: { degraded: 200, down: 1000 },
      queueFillRatio: { degraded: 0.5, down: 1 },
      failuresKeepDownForMs: 5000,
      workerRestartsWithinMs: 60_000,
    });
  });

  it.each(['', 'soon', '5 s', '0x10'])('does not take %j for a number', (text) => {
    const problems = faultsOf({ oldestWaitMs: { degraded: text }, failuresKeepDownForMs: text });
    expect(problems).toEqual({
      oldestWaitMs: expect.stringContaining(`(degraded is ${JSON.stringify(text)})`) as string,
      failuresKeepDownForMs: expect.stringContaining(`received ${JSON.stringify(text)}`) as string,
    });
  });

  it('compares levels as the numbers that they hold', () => {
    expect(
      faultsOf({
        oldestWaitMs: { degraded: '900', down: '1000' },
        missingWorkers: { degraded: '10', down: '9' },
      }),
    ).toEqual({
      missingWorkers: 'degraded (10) must be below down (9)',
    });
  });

  it.each([
    ['readiness', READINESS_THRESHOLDS],
    ['liveness', LIVENESS_THRESHOLDS],
    ['startup', STARTUP_THRESHOLDS],
  ])('takes those of %s as they are', (_, thresholds) => {
    expect(resolveHealthThresholds('health', thresholds)).toEqual(thresholds);
  });

  it('lists every fault, with what came and what is allowed', () => {
    expect(
      faultsOf({
        queueFillRatio: { degraded: 80 },
        oldestWaitMs: 500,
        consecutiveFailedBatches: { degraded: 5, down: 5 },
        busyWithoutSuccessMs: {},
        workerRestarts: { warn: 1 },
        failuresKeepDownForMs: -1,
        notReady: 'up',
        queueFill: 0.5,
      }),
    ).toEqual({
      queueFill: expect.stringContaining('unknown option') as string,
      queueFillRatio:
        'received an object, expected each level to be a number above 0 and at most 1 (a share of maxQueueSize) (degraded is 80), or false',
      oldestWaitMs: 'received 500, expected an object with degraded, down or both, or false',
      consecutiveFailedBatches: 'degraded (5) must be below down (5)',
      busyWithoutSuccessMs:
        'received an object, expected an object with degraded, down or both (neither is given), or false',
      workerRestarts:
        'received an object, expected an object with degraded, down or both (warn is neither), or false',
      failuresKeepDownForMs: 'received -1, expected a number from 0 to 86400000 (milliseconds)',
      notReady: 'received "up", expected one of "degraded", "down", or false',
    });
  });
});
