import {
  DEFAULT_BATCHING_CONFIG,
  TIMEOUT_STRATEGIES,
  type BatchingConfig,
  type ResolvedBatchingConfig,
} from './batching-config.js';
import {
  checkConfig,
  integerBetween,
  numberBetween,
  oneOf,
  optional,
  type ConfigRules,
} from './config-rules.js';
import { InvalidConfigError } from './errors/index.js';

const RULES: ConfigRules<ResolvedBatchingConfig> = {
  maxBatchSize: integerBetween(1, 65_536),
  maxWaitTimeMs: numberBetween(0, 60_000, 'milliseconds'),
  preferredBatchSize: optional(integerBetween(1, 65_536)),
  maxQueueSize: integerBetween(1, 16_777_216),
  maxConcurrentBatches: integerBetween(1, 1024),
  timeoutStrategy: oneOf(TIMEOUT_STRATEGIES),
  defaultTimeoutMs: optional(numberBetween(Number.MIN_VALUE, 86_400_000, 'milliseconds')),
  drainTimeoutMs: numberBetween(0, 3_600_000, 'milliseconds'),
};

/** The names of all options that a batcher knows. */
export const BATCHING_OPTION_NAMES = Object.keys(RULES) as readonly (keyof BatchingConfig)[];

/**
 * Checks each field by itself, not the pairs: defaults are only one part of a configuration.
 *
 * @param subject What is configured, for the message.
 * @throws InvalidConfigError that lists every fault.
 */
export function assertBatchingDefaults(subject: string, defaults: BatchingConfig): void {
  const { faults } = checkConfig(mergeLayers([DEFAULT_BATCHING_CONFIG, defaults]), RULES);
  if (faults.length > 0) throw new InvalidConfigError(subject, faults);
}

/**
 * Decides every field: a later layer wins over an earlier one, and both over the defaults; a field that is
 * `undefined` counts as not given.
 *
 * @param subject What is configured, for the message: `batcher "digits"`.
 * @throws InvalidConfigError that lists every fault: unknown options, wrong types, values out of range, and
 *   pairs that contradict each other.
 */
export function resolveConfig(subject: string, ...layers: readonly BatchingConfig[]): ResolvedBatchingConfig {
  const merged = mergeLayers([DEFAULT_BATCHING_CONFIG, ...layers]);
  const { faults, isValid } = checkConfig(merged, RULES);
  const config = merged as unknown as ResolvedBatchingConfig;

  const { maxBatchSize, maxQueueSize, preferredBatchSize } = config;
  if (isValid('maxBatchSize') && isValid('maxQueueSize') && maxQueueSize < maxBatchSize) {
    faults.push({
      field: 'maxQueueSize',
      problem: `received ${maxQueueSize}, expected at least maxBatchSize (${maxBatchSize}), or no batch could ever be full`,
    });
  }
  if (isValid('maxBatchSize') && isValid('preferredBatchSize') && (preferredBatchSize ?? 1) > maxBatchSize) {
    faults.push({
      field: 'preferredBatchSize',
      problem: `received ${preferredBatchSize}, expected at most maxBatchSize (${maxBatchSize})`,
    });
  }

  if (faults.length > 0) throw new InvalidConfigError(subject, faults);
  return Object.freeze(config);
}

function mergeLayers(layers: readonly BatchingConfig[]): Record<string, unknown> {
  const given = layers.flatMap((layer) => Object.entries(layer).filter(([, value]) => value !== undefined));
  return Object.fromEntries(given);
}
