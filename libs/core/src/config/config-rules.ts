import { describeValue, isRecord, type ConfigFault } from '../errors/index.js';
import { nearestName } from './nearest-name.js';

/** Says what is allowed, or nothing if the value is. */
export type ConfigRule = (value: unknown) => string | undefined;

/** A rule for each field of a configuration; a field without one is an unknown option. */
export type ConfigRules<TConfig> = { readonly [Field in keyof TConfig]-?: ConfigRule };

/** What came of holding a configuration against its rules. */
export interface ConfigCheck<TConfig> {
  /** Every fault found; the caller adds those that concern more than one field. */
  readonly faults: ConfigFault[];
  /** Whether a field by itself is in order, so that it makes sense to compare it with others. */
  readonly isValid: (field: keyof TConfig & string) => boolean;
}

/** A number as an environment variable has it. */
const NUMBER_IN_A_STRING = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/**
 * The same fields, with numbers where there were strings that hold nothing else: environment variables are strings
 * (`'32'`). Every other value stays as it is, for the rules to judge.
 */
export function withNumbers(
  config: Readonly<Record<string, unknown>>,
  numericFields: readonly string[],
): Record<string, unknown> {
  const entries = Object.entries(config).map(([field, value]): [string, unknown] => {
    const isNumber =
      typeof value === 'string' && numericFields.includes(field) && NUMBER_IN_A_STRING.test(value);
    return [field, isNumber ? Number(value) : value];
  });
  return Object.fromEntries(entries);
}

/**
 * Holds each field of `config` against its rule, and reports the fields that no rule knows.
 *
 * @param besides Options that stand beside them and are looked at elsewhere; an unknown one may be meant for these.
 */
export function checkConfig<TConfig>(
  config: Readonly<Record<string, unknown>>,
  rules: ConfigRules<TConfig>,
  besides: readonly string[] = [],
): ConfigCheck<TConfig> {
  const known = Object.keys(rules) as (keyof TConfig & string)[];
  const faults: ConfigFault[] = [];
  for (const field of Object.keys(config)) {
    if (!Object.hasOwn(rules, field)) {
      faults.push({ field, problem: describeUnknownOption(field, [...known, ...besides]) });
    }
  }
  for (const field of known) {
    const allowed = rules[field](config[field]);
    if (allowed !== undefined) {
      faults.push({ field, problem: `received ${describeValue(config[field])}, expected ${allowed}` });
    }
  }
  const faulty = new Set(faults.map((fault) => fault.field));
  return { faults, isValid: (field) => !faulty.has(field) };
}

/** What to say of an option that nobody knows: that it is unknown, which one may be meant, or which there are. */
export function describeUnknownOption(field: string, known: readonly string[]): string {
  const meant = nearestName(field, known);
  const advice = meant === undefined ? `known options are ${known.join(', ')}` : `did you mean ${meant}?`;
  return `unknown option; ${advice}`;
}

/** For whole numbers; both ends count as allowed. */
export function integerBetween(lowest: number, highest: number): ConfigRule {
  return (value) =>
    Number.isInteger(value) && (value as number) >= lowest && (value as number) <= highest
      ? undefined
      : `an integer from ${lowest} to ${highest}`;
}

/**
 * For numbers, fractions too; both ends count as allowed.
 *
 * @param lowest `Number.MIN_VALUE` stands for "above 0".
 * @param unit For the message: `milliseconds`.
 */
export function numberBetween(lowest: number, highest: number, unit: string): ConfigRule {
  const range =
    lowest === Number.MIN_VALUE ? `above 0 and at most ${highest}` : `from ${lowest} to ${highest}`;
  return (value) =>
    typeof value === 'number' && value >= lowest && value <= highest
      ? undefined
      : `a number ${range} (${unit})`;
}

/** For strings of which only these are known. */
export function oneOf(allowed: readonly string[]): ConfigRule {
  return (value) =>
    typeof value === 'string' && allowed.includes(value)
      ? undefined
      : `one of ${allowed.map((choice) => `"${choice}"`).join(', ')}`;
}

/** For an option that is switched on or off. */
export function trueOrFalse(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : 'true or false';
}

/** The same rule for a field that may be left out or `undefined`. */
export function optional(rule: ConfigRule): ConfigRule {
  return (value) => {
    const allowed = value === undefined ? undefined : rule(value);
    return allowed === undefined ? undefined : `${allowed}, or nothing`;
  };
}

/** A list that is not empty, each of its entries by the same rule. */
export function arrayOf(rule: ConfigRule): ConfigRule {
  return (value) => {
    if (!Array.isArray(value) || value.length === 0) return 'a list that is not empty';
    const index = (value as unknown[]).findIndex((entry) => rule(entry) !== undefined);
    if (index === -1) return undefined;
    const wrong: unknown = value[index];
    return `each entry to be ${rule(wrong)} (one is ${describeValue(wrong)})`;
  };
}

/** An object, each of its values by the same rule. */
export function recordOf(rule: ConfigRule): ConfigRule {
  return (value) => {
    if (!isRecord(value)) return 'an object';
    const wrong = Object.entries(value).find(([, entry]) => rule(entry) !== undefined);
    if (wrong === undefined) return undefined;
    return `each value to be ${rule(wrong[1])} (${wrong[0]} is ${describeValue(wrong[1])})`;
  };
}

/**
 * For functions. What they take and return cannot be looked at, so it is only said.
 *
 * @param takes For the message: `a request`.
 * @param returns For the message: `a number above 0`.
 */
export function functionOf(takes: string, returns: string): ConfigRule {
  return (value) =>
    typeof value === 'function' ? undefined : `a function of ${takes} that returns ${returns}`;
}
