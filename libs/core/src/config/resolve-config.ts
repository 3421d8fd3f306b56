import {
  COST_MODELS,
  DEFAULT_BATCHING_CONFIG,
  PADDINGS,
  QUEUE_FULL_POLICIES,
  TIMEOUT_STRATEGIES,
  type BatchingConfig,
  type ResolvedBatchingConfig,
} from './batching-config.js';
import {
  arrayOf,
  checkConfig,
  functionOf,
  integerBetween,
  numberBetween,
  oneOf,
  optional,
  recordOf,
  withNumbers,
  type ConfigRules,
} from './config-rules.js';
import { InvalidConfigError } from '../errors/index.js';

/** The most requests in a batch that a configuration may say. */
export const LARGEST_BATCH_SIZE = 65_536;

/** The most batches at the same time that a configuration may say. */
export const MOST_CONCURRENT_BATCHES = 1024;

const RULES: ConfigRules<ResolvedBatchingConfig> = {
  maxBatchSize: integerBetween(1, LARGEST_BATCH_SIZE),
  maxWaitTimeMs: numberBetween(0, 60_000, 'milliseconds'),
  preferredBatchSize: optional(integerBetween(1, LARGEST_BATCH_SIZE)),
  maxQueueSize: integerBetween(1, 16_777_216),
  maxConcurrentBatches: integerBetween(1, MOST_CONCURRENT_BATCHES),
  timeoutStrategy: oneOf(TIMEOUT_STRATEGIES),
  defaultTimeoutMs: optional(numberBetween(Number.MIN_VALUE, 86_400_000, 'milliseconds')),
  drainTimeoutMs: numberBetween(0, 3_600_000, 'milliseconds'),
  priorityLevels: integerBetween(1, 64),
  priorityAgingMs: numberBetween(0, 3_600_000, 'milliseconds'),
  queueFullPolicy: oneOf(QUEUE_FULL_POLICIES),
  tenantWeights: recordOf(numberBetween(0.01, 100, 'a share; 1 is that of all others')),
  maxQueueSizePerTenant: optional(integerBetween(1, 16_777_216)),
  costOf: optional(functionOf('a request', 'its cost')),
  maxBatchCost: optional(numberBetween(Number.MIN_VALUE, Number.MAX_SAFE_INTEGER, 'in units of costOf')),
  costModel: oneOf(COST_MODELS),
  bucketOf: optional(functionOf('a request', "its bucket's key")),
  allowedBatchSizes: optional(arrayOf(integerBetween(1, LARGEST_BATCH_SIZE))),
  padding: optional(oneOf(PADDINGS)),
  keyOf: optional(functionOf('a request', 'its key')),
};

/** Fields that may be given as text, since environment variables are. */
const NUMERIC_FIELDS: readonly (keyof BatchingConfig)[] = [
  'maxBatchSize',
  'maxWaitTimeMs',
  'preferredBatchSize',
  'maxQueueSize',
  'maxConcurrentBatches',
  'defaultTimeoutMs',
  'drainTimeoutMs',
  'priorityLevels',
  'priorityAgingMs',
  'maxQueueSizePerTenant',
  'maxBatchCost',
];

/** The names of all options that a batcher knows. */
export const BATCHING_OPTION_NAMES = Object.keys(RULES) as readonly (keyof BatchingConfig)[];

/**
 * Checks each field by itself, not the pairs: defaults are only one part of a configuration.
 *
 * @param subject What is configured, for the message.
 * @param besides What else may stand beside these options.
 * @throws InvalidConfigError that lists every fault.
 */
export function assertBatchingDefaults(
  subject: string,
  defaults: BatchingConfig,
  besides: readonly string[] = [],
): void {
  const { faults } = checkConfig(mergeLayers([DEFAULT_BATCHING_CONFIG, defaults]), RULES, besides);
  if (faults.length > 0) throw new InvalidConfigError(subject, faults);
}

/**
 * Decides every field: a later layer wins over an earlier one, and both over the defaults; a field that is
 * `undefined` counts as not given, and a string that holds a number counts as that number (environment variables).
 *
 * @param subject What is configured, for the message: `batcher "digits"`.
 * @throws InvalidConfigError that lists every fault: unknown options, wrong types, values out of range, and
 *   pairs that contradict each other.
 */
export function resolveConfig(subject: string, ...layers: readonly BatchingConfig[]): ResolvedBatchingConfig {
  const merged = mergeLayers([DEFAULT_BATCHING_CONFIG, ...layers]);
  const { faults, isValid } = checkConfig(merged, RULES);
  const config = merged as unknown as ResolvedBatchingConfig;
  for (const { fields, problemOf } of PAIR_RULES) {
    const problem = fields.every(isValid) ? problemOf(config) : undefined;
    if (problem !== undefined) faults.push({ field: fields[0], problem });
  }

  if (faults.length > 0) throw new InvalidConfigError(subject, faults);
  return Object.freeze(config);
}

/** What a processor says of the batches that it takes. */
export interface ProcessorLimits {
  readonly allowedBatchSizes?: readonly number[] | undefined;
  readonly concurrentBatches?: number | undefined;
}

/**
 * The configuration as the parts of a batcher read it: what the processor says of sizes counts where the
 * configuration says nothing, and no more batches run at the same time than it can run now. A new object, which
 * may be changed in place.
 */
export function withProcessorLimits(
  config: ResolvedBatchingConfig,
  { allowedBatchSizes, concurrentBatches = Infinity }: ProcessorLimits,
): ResolvedBatchingConfig {
  const isFitting = integerBetween(1, config.maxBatchSize);
  const fitting = allowedBatchSizes?.filter((size) => isFitting(size) === undefined) ?? [];
  return {
    // First, so that the object has the shape of a literal: one put together by name is slower to read.
    ...DEFAULT_BATCHING_CONFIG,
    ...config,
    allowedBatchSizes: config.allowedBatchSizes ?? (fitting.length === 0 ? undefined : fitting),
    maxConcurrentBatches: Math.min(config.maxConcurrentBatches, concurrentBatches),
  };
}

/** What fields must not say together. The fault is put down to the first. */
interface PairRule {
  readonly fields: readonly [keyof ResolvedBatchingConfig, ...(keyof ResolvedBatchingConfig)[]];
  readonly problemOf: (config: ResolvedBatchingConfig) => string | undefined;
}

const PAIR_RULES: readonly PairRule[] = [
  {
    fields: ['maxQueueSize', 'maxBatchSize'],
    problemOf: ({ maxQueueSize, maxBatchSize }) =>
      maxQueueSize < maxBatchSize
        ? `received ${maxQueueSize}, expected at least maxBatchSize (${maxBatchSize}), or no batch could ever be full`
        : undefined,
  },
  {
    fields: ['preferredBatchSize', 'maxBatchSize'],
    problemOf: ({ preferredBatchSize = 1, maxBatchSize }) =>
      preferredBatchSize > maxBatchSize
        ? `received ${preferredBatchSize}, expected at most maxBatchSize (${maxBatchSize})`
        : undefined,
  },
  {
    fields: ['allowedBatchSizes', 'maxBatchSize'],
    problemOf: ({ allowedBatchSizes = [], maxBatchSize }) => {
      const tooLarge = allowedBatchSizes.filter((size) => size > maxBatchSize);
      return tooLarge.length > 0
        ? `received ${tooLarge.join(', ')}, expected sizes of at most maxBatchSize (${maxBatchSize})`
        : undefined;
    },
  },
  {
    fields: ['maxBatchCost', 'costOf'],
    problemOf: ({ maxBatchCost, costOf }) =>
      maxBatchCost !== undefined && costOf === undefined
        ? `received ${maxBatchCost}, but costOf is missing, which tells what a request costs`
        : undefined,
  },
];

/**
 * One configuration of several: a later one wins, and what is `undefined` counts as not given. What their owners do to
 * lists and objects in them afterwards does not touch it.
 */
export function mergeLayers(layers: readonly BatchingConfig[]): Record<string, unknown> {
  const given = layers.flatMap((layer) => Object.entries(layer).filter(([, value]) => value !== undefined));
  const own = given.map(([field, value]): [string, unknown] => [field, frozenCopy(value)]);
  return withNumbers(Object.fromEntries(own), NUMERIC_FIELDS);
}

/** A list or an object as it is now. What is frozen is kept. */
function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  return Object.freeze(Array.isArray(value) ? [...(value as unknown[])] : { ...value });
}
