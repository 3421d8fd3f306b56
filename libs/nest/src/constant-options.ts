import {
  describeValue,
  integerBetween,
  type ConfigRule,
  type ResolvedBatchingConfig,
} from 'nestjs-batching/core';
import type { BatchedOptions } from './batched.metadata.js';

/**
 * What is wrong with those options of a `@Batched()` method that are the same for every call: each of its callers would
 * be refused. What a function tells is looked at when a call is there.
 */
export function problemsOfConstants(
  options: BatchedOptions,
  { priorityLevels }: Pick<ResolvedBatchingConfig, 'priorityLevels'>,
): string[] {
  const rules: Record<'timeoutMs' | 'priority' | 'tenant', ConfigRule> = {
    timeoutMs: (value) =>
      typeof value === 'number' && value > 0 ? undefined : 'a number of milliseconds above 0',
    priority: (value) => {
      const allowed = integerBetween(0, priorityLevels - 1)(value);
      if (allowed === undefined) return undefined;
      return priorityLevels === 1 ? "0, since the batcher's priorityLevels is 1" : allowed;
    },
    tenant: (value) => (typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty'),
  };
  return (Object.keys(rules) as (keyof typeof rules)[]).flatMap((option) => {
    const value = options[option];
    if (value === undefined || typeof value === 'function') return [];
    const allowed = rules[option](value);
    return allowed === undefined
      ? []
      : [`received the ${option} ${describeValue(value)}, expected ${allowed}`];
  });
}
