import { DEFAULT_BATCHING_CONFIG, type BatchingConfig } from './batching-config.js';
import { InvalidConfigError } from './errors/index.js';
import { assertBatchingDefaults, BATCHING_OPTION_NAMES, resolveConfig } from './resolve-config.js';

/** The faults that a configuration is refused with. */
function faultsOf(config: Readonly<Record<string, unknown>>): InvalidConfigError['faults'] {
  try {
    resolveConfig('batcher "digits"', config);
  } catch (error) {
    if (error instanceof InvalidConfigError) return error.faults;
    throw error;
  }
  return [];
}

const INTEGER_FAULTS = [1.5, NaN, Infinity, -1, '8', null, true, {}, [8], 8n];
const NUMBER_FAULTS = [NaN, Infinity, -1, '8', null, true, {}, [8], 8n];

describe('resolveConfig', () => {
  it('has a default for every field', () => {
    expect(resolveConfig('batcher')).toEqual(DEFAULT_BATCHING_CONFIG);
    expect(Object.keys(DEFAULT_BATCHING_CONFIG).toSorted()).toEqual(BATCHING_OPTION_NAMES.toSorted());
  });

  it('takes every field as it is given', () => {
    const config: Required<BatchingConfig> = {
      maxBatchSize: 8,
      maxWaitTimeMs: 2.5,
      preferredBatchSize: 4,
      maxQueueSize: 16,
      maxConcurrentBatches: 3,
      timeoutStrategy: 'wait-for-full',
      defaultTimeoutMs: 250,
      drainTimeoutMs: 1000,
    };
    expect(resolveConfig('batcher', config)).toEqual(config);
  });

  it('lets a later layer win, and takes undefined for not given', () => {
    const config = resolveConfig(
      'batcher',
      { maxBatchSize: 8, maxWaitTimeMs: 2, defaultTimeoutMs: 100 },
      { maxBatchSize: 16, maxWaitTimeMs: undefined, defaultTimeoutMs: undefined },
    );
    expect(config).toMatchObject({
      maxBatchSize: 16,
      maxWaitTimeMs: 2,
      defaultTimeoutMs: 100,
      maxQueueSize: 1024,
    });
  });

  it('compares fields after the layers are merged', () => {
    expect(() => resolveConfig('batcher', { maxQueueSize: 16 }, { maxBatchSize: 64 })).toThrow(
      /maxQueueSize: received 16, expected at least maxBatchSize \(64\)/,
    );
    expect(() => resolveConfig('batcher', { maxQueueSize: 16 }, { maxBatchSize: 16 })).not.toThrow();
  });

  it('gives a frozen result, and leaves the layers and the defaults alone', () => {
    const layer = { maxBatchSize: 8 };
    const config = resolveConfig('batcher', layer);
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(layer)).toBe(false);
    expect(layer).toEqual({ maxBatchSize: 8 });
    expect(DEFAULT_BATCHING_CONFIG.maxBatchSize).toBe(32);
  });

  it.each<[keyof BatchingConfig, readonly unknown[], string]>([
    ['maxBatchSize', [...INTEGER_FAULTS, 0, 65_537], 'an integer from 1 to 65536'],
    ['maxWaitTimeMs', [...NUMBER_FAULTS, -0.1, 60_001], 'a number from 0 to 60000 (milliseconds)'],
    ['preferredBatchSize', [...INTEGER_FAULTS, 0, 65_537], 'an integer from 1 to 65536, or nothing'],
    ['maxQueueSize', [...INTEGER_FAULTS, 0, 16_777_217], 'an integer from 1 to 16777216'],
    ['maxConcurrentBatches', [...INTEGER_FAULTS, 0, 1025], 'an integer from 1 to 1024'],
    [
      'timeoutStrategy',
      ['Adaptive', '', 0, null, {}, ['adaptive']],
      'one of "dispatch-partial", "wait-for-full", "adaptive"',
    ],
    [
      'defaultTimeoutMs',
      [...NUMBER_FAULTS, 0, 86_400_001],
      'a number above 0 and at most 86400000 (milliseconds), or nothing',
    ],
    ['drainTimeoutMs', [...NUMBER_FAULTS, 3_600_001], 'a number from 0 to 3600000 (milliseconds)'],
  ])('refuses each wrong %s and says what is allowed', (field, values, allowed) => {
    for (const value of values) {
      const faults = faultsOf({ [field]: value });
      expect(faults).toEqual([
        { field, problem: expect.stringMatching(/^received .+, expected /) as string },
      ]);
      expect(faults[0]?.problem.endsWith(`, expected ${allowed}`)).toBe(true);
    }
  });

  it.each<[BatchingConfig]>([
    [{ maxBatchSize: 1 }],
    [{ maxBatchSize: 65_536, maxQueueSize: 65_536 }],
    [{ maxWaitTimeMs: 0 }],
    [{ maxWaitTimeMs: 60_000 }],
    [{ preferredBatchSize: 1 }],
    [{ preferredBatchSize: 32 }],
    [{ maxQueueSize: 32 }],
    [{ maxQueueSize: 16_777_216 }],
    [{ maxConcurrentBatches: 1 }],
    [{ maxConcurrentBatches: 1024 }],
    [{ defaultTimeoutMs: 0.001 }],
    [{ defaultTimeoutMs: 86_400_000 }],
    [{ drainTimeoutMs: 0 }],
    [{ drainTimeoutMs: 3_600_000 }],
  ])('allows %p, the edge of the range', (config) => {
    expect(resolveConfig('batcher', config)).toMatchObject(config);
  });

  it('refuses a queue that could never fill a batch', () => {
    expect(faultsOf({ maxBatchSize: 32, maxQueueSize: 31 })).toEqual([
      {
        field: 'maxQueueSize',
        problem: 'received 31, expected at least maxBatchSize (32), or no batch could ever be full',
      },
    ]);
  });

  it('refuses a preferred size that no batch can have', () => {
    expect(faultsOf({ maxBatchSize: 8, preferredBatchSize: 9 })).toEqual([
      { field: 'preferredBatchSize', problem: 'received 9, expected at most maxBatchSize (8)' },
    ]);
  });

  it('asks whether another option was meant, when one is unknown', () => {
    expect(faultsOf({ maxbatchsize: 8 })).toEqual([
      { field: 'maxbatchsize', problem: 'unknown option; did you mean maxBatchSize?' },
    ]);
    expect(faultsOf({ speed: 8 })[0]?.problem).toBe(
      `unknown option; known options are ${BATCHING_OPTION_NAMES.join(', ')}`,
    );
  });

  it('lists all faults at once, and compares no field that is already at fault', () => {
    const faults = faultsOf({
      maxBatchSize: 0,
      maxQueueSize: -1,
      preferredBatchSize: 9,
      timeoutStrategy: 'x',
      a: 1,
    });
    expect(faults.map(({ field }) => field)).toEqual([
      'a',
      'maxBatchSize',
      'maxQueueSize',
      'timeoutStrategy',
    ]);

    expect(faultsOf({ maxBatchSize: 8, maxQueueSize: 4, preferredBatchSize: 9 })).toHaveLength(2);
  });

  it('names in its message what is configured, and each fault in a line', () => {
    expect(() => resolveConfig('batcher "digits"', { maxBatchSize: 0, maxConcurrentBatches: 0 })).toThrow(
      'Invalid configuration of batcher "digits":\n' +
        '  - maxBatchSize: received 0, expected an integer from 1 to 65536\n' +
        '  - maxConcurrentBatches: received 0, expected an integer from 1 to 1024',
    );
  });
});

describe('assertBatchingDefaults', () => {
  it('checks each field by itself', () => {
    expect(() => assertBatchingDefaults('defaults', { maxBatchSize: 0 })).toThrow(InvalidConfigError);
    expect(() => assertBatchingDefaults('defaults', { maxBatchSize: 8 })).not.toThrow();
  });

  it('does not compare fields, since defaults are only one part of a configuration', () => {
    expect(() => assertBatchingDefaults('defaults', { maxBatchSize: 2048 })).not.toThrow();
  });
});
