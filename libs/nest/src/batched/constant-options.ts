import {
  describeUnknownOption,
  describeValue,
  functionOf,
  integerBetween,
  type ConfigRule,
  type ResolvedBatchingConfig,
} from 'nestjs-batching/core';
import type { BatchedOptions } from './batched.metadata.js';

/**
 * What is wrong with those options of a `@Batched()` method that are the same for every call: each of its callers would
 * be refused. What a function tells is looked at when a call is there. Options that nobody knows would do nothing.
 */
export function problemsOfConstants(
  options: BatchedOptions,
  { priorityLevels }: Pick<ResolvedBatchingConfig, 'priorityLevels'>,
): string[] {
  const rules: Record<keyof BatchedOptions, ConfigRule> = {
    timeoutMs: (value) =>
      typeof value === 'number' && value > 0 ? undefined : 'a number of milliseconds above 0',
    priority: (value) => {
      const allowed = integerBetween(0, priorityLevels - 1)(value);
      if (allowed === undefined) return undefined;
      return priorityLevels === 1 ? "0, since the batcher's priorityLevels is 1" : allowed;
    },
    tenant: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty'),
    signal: (value) => (value instanceof AbortSignal ? undefined : 'an AbortSignal'),
    toBody: functionOf('a result and its batch', 'the body of the answer'),
  };
  const known = Object.keys(rules) as (keyof typeof rules)[];
  const unknown = Object.keys(options).filter((option) => !Object.hasOwn(rules, option));
  const problems = unknown.map((option) => `${option}: ${describeUnknownOption(option, known)}`);
  const faulty = known.flatMap((option) => {
    const value = options[option];
    if (value === undefined || typeof value === 'function') return [];
    const allowed = rules[option](value);
    return allowed === undefined
      ? []
      : [`received the ${option} ${describeValue(value)}, expected ${allowed}`];
  });
  return [...problems, ...faulty];
}
