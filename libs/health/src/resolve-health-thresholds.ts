import {
  checkConfig,
  describeValue,
  integerBetween,
  InvalidConfigError,
  numberBetween,
  oneOf,
  withNumbers,
  type ConfigRule,
  type ConfigRules,
} from 'nestjs-batching/core';
import {
  READINESS_THRESHOLDS,
  type HealthLevels,
  type HealthThresholds,
  type ResolvedHealthThresholds,
} from './health-thresholds.js';

const ONE_DAY_MS = 86_400_000;
const LEVEL_NAMES = ['degraded', 'down'];
const NUMERIC_FIELDS: readonly (keyof HealthThresholds)[] = [
  'failuresKeepDownForMs',
  'workerRestartsWithinMs',
];
const MANY = 1_000_000;

const duration = numberBetween(Number.MIN_VALUE, ONE_DAY_MS, 'milliseconds');

const RULES: ConfigRules<ResolvedHealthThresholds> = {
  notReady: falseOr(oneOf(LEVEL_NAMES)),
  shuttingDown: falseOr(oneOf(LEVEL_NAMES)),
  queueFillRatio: falseOr(levelsOf(numberBetween(Number.MIN_VALUE, 1, 'a share of maxQueueSize'))),
  oldestWaitMs: falseOr(levelsOf(duration)),
  consecutiveFailedBatches: falseOr(levelsOf(integerBetween(1, MANY))),
  failuresKeepDownForMs: numberBetween(0, ONE_DAY_MS, 'milliseconds'),
  busyWithoutSuccessMs: falseOr(levelsOf(duration)),
  workerRestarts: falseOr(levelsOf(integerBetween(1, MANY))),
  workerRestartsWithinMs: duration,
  missingWorkers: falseOr(levelsOf(integerBetween(1, MANY))),
  cpuFallback: falseOr(oneOf(LEVEL_NAMES)),
};

/**
 * Decides every field: a later layer wins over an earlier one, and both over `READINESS_THRESHOLDS`; a field that is
 * `undefined` counts as not given, and a string that holds a number counts as that number (environment variables).
 *
 * @param subject What is configured, for the message.
 * @throws InvalidConfigError that lists every fault.
 */
export function resolveHealthThresholds(
  subject: string,
  ...layers: readonly HealthThresholds[]
): ResolvedHealthThresholds {
  const given = layers.flatMap((layer) => Object.entries(layer).filter(([, value]) => value !== undefined));
  const merged = readNumbers({ ...READINESS_THRESHOLDS, ...Object.fromEntries(given) });
  const { faults, isValid } = checkConfig(merged, RULES);
  for (const [field, value] of Object.entries(merged)) {
    const problem = isValid(field as keyof HealthThresholds) ? problemOfOrder(value) : undefined;
    if (problem !== undefined) faults.push({ field, problem });
  }
  if (faults.length > 0) throw new InvalidConfigError(subject, faults);
  return Object.freeze(merged);
}

/** The thresholds with numbers in place of strings that hold one, by themselves or as a level. */
function readNumbers(thresholds: object): ResolvedHealthThresholds {
  const entries = Object.entries(withNumbers({ ...thresholds }, NUMERIC_FIELDS)).map(([field, value]) => [
    field,
    isObject(value) ? withNumbers(value, LEVEL_NAMES) : value,
  ]);
  // Whether they are thresholds at all, the rules say next.
  return Object.fromEntries(entries) as ResolvedHealthThresholds;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function falseOr(rule: ConfigRule): ConfigRule {
  return (value) => {
    const allowed = value === false ? undefined : rule(value);
    return allowed === undefined ? undefined : `${allowed}, or false`;
  };
}

/** What is down must be degraded before. */
function problemOfOrder(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  const { degraded, down } = value as HealthLevels;
  if (degraded === undefined || down === undefined || degraded < down) return undefined;
  return `degraded (${degraded}) must be below down (${down})`;
}

/** At least one of the levels, each by the same rule. */
function levelsOf(rule: ConfigRule): ConfigRule {
  return (value) => {
    if (typeof value !== 'object' || value === null) return 'an object with degraded, down or both';
    const levels = Object.entries(value as Record<string, unknown>).filter(([, at]) => at !== undefined);
    const unknown = levels.find(([name]) => !LEVEL_NAMES.includes(name));
    if (levels.length === 0 || unknown !== undefined) {
      const found = unknown === undefined ? 'neither is given' : `${unknown[0]} is neither`;
      return `an object with degraded, down or both (${found})`;
    }
    const wrong = levels.find(([, at]) => rule(at) !== undefined);
    if (wrong === undefined) return undefined;
    return `each level to be ${rule(wrong[1])} (${wrong[0]} is ${describeValue(wrong[1])})`;
  };
}
