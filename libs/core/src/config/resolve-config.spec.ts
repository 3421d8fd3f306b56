import { DEFAULT_BATCHING_CONFIG, type BatchingConfig } from './batching-config.js';
import { InvalidConfigError } from '../errors/index.js';
import {
  assertBatchingDefaults,
  BATCHING_OPTION_NAMES,
  resolveConfig,
  withProcessorLimits,
} from './resolve-config.js';

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

const INTEGER_FAULTS = [1.5, NaN, Infinity, -1, 'eight', null, true, {}, [8], 8n];
const NUMBER_FAULTS = [NaN, Infinity, -1, 'eight', null, true, {}, [8], 8n];

describe('resolveConfig', () => {
  it('has a default for every field', () => {
    expect(resolveConfig('batcher')).toEqual(DEFAULT_BATCHING_CONFIG);
    expect(Object.keys(DEFAULT_BATCHING_CONFIG).toSorted()).toEqual(BATCHING_OPTION_NAMES.toSorted());
  });

  it('takes every field as it is given', () => {
    const config: Required<BatchingConfig<string>> = {
      maxBatchSize: 8,
      maxWaitTimeMs: 2.5,
      preferredBatchSize: 4,
      maxQueueSize: 16,
      maxConcurrentBatches: 3,
      timeoutStrategy: 'wait-for-full',
      defaultTimeoutMs: 250,
      drainTimeoutMs: 1000,
      priorityLevels: 3,
      priorityAgingMs: 250,
      queueFullPolicy: 'refuse',
      tenantWeights: { gold: 4, free: 0.5 },
      maxQueueSizePerTenant: 5,
      costOf: (text) => text.length,
      maxBatchCost: 512,
      costModel: 'padded',
      bucketOf: (text) => text.length,
      allowedBatchSizes: [1, 4, 8],
      padding: 'down',
      keyOf: (text) => text,
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
    ['priorityLevels', [...INTEGER_FAULTS, 0, 65], 'an integer from 1 to 64'],
    ['priorityAgingMs', [...NUMBER_FAULTS, 3_600_001], 'a number from 0 to 3600000 (milliseconds)'],
    ['queueFullPolicy', ['Displace', '', 0, null, {}], 'one of "displace", "refuse"'],
    ['tenantWeights', [null, 7, 'acme', [1]], 'an object'],
    [
      'tenantWeights',
      [{ acme: 0 }],
      'each value to be a number from 0.01 to 100 (a share; 1 is that of all others) (acme is 0)',
    ],
    [
      'maxQueueSizePerTenant',
      [...INTEGER_FAULTS, 0, 16_777_217],
      'an integer from 1 to 16777216, or nothing',
    ],
    ['costOf', [null, 7, 'length', {}], 'a function of a request that returns its cost, or nothing'],
    ['costModel', ['Sum', '', 0, null, {}], 'one of "sum", "padded"'],
    ['bucketOf', [null, 7, 'shape', {}], "a function of a request that returns its bucket's key, or nothing"],
    ['allowedBatchSizes', [[], 8, '8', {}, null], 'a list that is not empty, or nothing'],
    ['allowedBatchSizes', [[4, 0]], 'each entry to be an integer from 1 to 65536 (one is 0), or nothing'],
    ['padding', ['Up', '', 0, null, {}], 'one of "up", "down", or nothing'],
    ['keyOf', [null, 7, 'id', {}], 'a function of a request that returns its key, or nothing'],
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
    [{ priorityLevels: 64 }],
    [{ priorityAgingMs: 0 }],
    [{ priorityAgingMs: 3_600_000 }],
    [{ tenantWeights: { least: 0.01, most: 100 } }],
    [{ maxQueueSizePerTenant: 1 }],
    [{ allowedBatchSizes: [1, 32] }],
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

  it('refuses an allowed size that no batch can have, and names each', () => {
    expect(faultsOf({ maxBatchSize: 8, allowedBatchSizes: [4, 9, 16] })).toEqual([
      {
        field: 'allowedBatchSizes',
        problem: 'received 9, 16, expected sizes of at most maxBatchSize (8)',
      },
    ]);
  });

  it('refuses also a single allowed size that no batch can have', () => {
    expect(faultsOf({ maxBatchSize: 8, allowedBatchSizes: [4, 9] })[0]?.problem).toMatch(/^received 9, /);
  });

  it('refuses a limit on cost when nobody tells what a request costs', () => {
    expect(faultsOf({ maxBatchCost: 8 })).toEqual([
      {
        field: 'maxBatchCost',
        problem: 'received 8, but costOf is missing, which tells what a request costs',
      },
    ]);
    expect(faultsOf({ maxBatchCost: 8, costOf: () => 1 })).toEqual([]);
    const costOf = (): number => 1;
    for (const maxBatchCost of [0, -1, NaN, Infinity, 'eight', 8n]) {
      expect(faultsOf({ maxBatchCost, costOf })[0]?.problem).toMatch(
        /expected a number above 0 and at most 9007199254740991 \(in units of costOf\), or nothing$/,
      );
    }
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
      allowedBatchSizes: [4],
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

describe('a number that came as a string, as from the environment', () => {
  it('counts as the number', () => {
    const fromEnvironment = { maxBatchSize: '16', maxWaitTimeMs: ' 2.5 ' } as unknown as BatchingConfig;
    expect(resolveConfig('batcher', fromEnvironment)).toMatchObject({ maxBatchSize: 16, maxWaitTimeMs: 2.5 });
  });

  it('counts for every option that is a number', () => {
    const numbers = {
      maxBatchSize: 16,
      maxWaitTimeMs: 2.5,
      preferredBatchSize: 8,
      maxQueueSize: 64,
      maxConcurrentBatches: 3,
      defaultTimeoutMs: 250,
      drainTimeoutMs: 1000,
      priorityLevels: 3,
      priorityAgingMs: 250,
      maxQueueSizePerTenant: 5,
      maxBatchCost: 512,
    };
    const strings = Object.entries(numbers).map(([field, value]): [string, unknown] => [
      field,
      String(value),
    ]);
    const fromEnvironment: BatchingConfig = Object.fromEntries(strings);
    expect(resolveConfig('batcher', fromEnvironment, { costOf: () => 1 })).toMatchObject(numbers);
  });

  it('stays a string where no number is meant', () => {
    expect(faultsOf({ timeoutStrategy: '5' })[0]?.problem).toMatch(/^received "5", expected one of /);
  });

  it.each(['', ' ', 'many', '1_000', '0x10', '3 4'])('is refused if it is none: %j', (maxBatchSize) => {
    const wrong = { maxBatchSize } as unknown as BatchingConfig;
    expect(() => resolveConfig('batcher', wrong)).toThrow(/maxBatchSize: received ".*", expected an integer/);
  });
});

describe('withProcessorLimits', () => {
  const sizesOf = (config: BatchingConfig, processorSizes?: readonly number[]): unknown =>
    withProcessorLimits(resolveConfig('batcher', config), { allowedBatchSizes: processorSizes })
      .allowedBatchSizes;

  it('takes the sizes of the processor where the configuration names none', () => {
    expect(sizesOf({}, [1, 8, 32])).toEqual([1, 8, 32]);
    expect(sizesOf({ allowedBatchSizes: [2, 4] }, [1, 8, 32])).toEqual([2, 4]);
    expect(sizesOf({})).toBeUndefined();
  });

  it('leaves out the sizes that exceed maxBatchSize', () => {
    expect(sizesOf({ maxBatchSize: 16 }, [1, 8, 32])).toEqual([1, 8]);
    expect(sizesOf({ maxBatchSize: 4 }, [8, 32])).toBeUndefined();
  });

  it('leaves out what is no size, with which no batch could ever be formed', () => {
    expect(sizesOf({}, [0, -4, 2.5, NaN, 8])).toEqual([8]);
    expect(sizesOf({}, [0])).toBeUndefined();
  });

  it('lets no more batches run than the processor can run now', () => {
    const slotsOf = (concurrentBatches?: number): number =>
      withProcessorLimits(resolveConfig('batcher', { maxConcurrentBatches: 3 }), { concurrentBatches })
        .maxConcurrentBatches;
    expect([slotsOf(), slotsOf(4), slotsOf(2), slotsOf(0)]).toEqual([3, 3, 2, 0]);
  });

  it('leaves the configuration alone, and hands out one that may be changed', () => {
    const config = resolveConfig('batcher', {});
    const live = withProcessorLimits(config, { allowedBatchSizes: [8] });
    expect(config.allowedBatchSizes).toBeUndefined();
    expect(Object.isFrozen(live)).toBe(false);
  });
});
