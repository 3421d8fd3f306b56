import { CONTESTANTS } from '../../bench/policies/contestants.js';
import type { NamedCurve } from '../../bench/policies/grid.js';
import type { Measurement } from '../../bench/policies/measurement.js';
import { FULL_EFFORT, runPoint } from '../../bench/policies/run-point.js';

/** S(n) = 20 + n/2 ms. */
export const GPU_CURVE: NamedCurve = { name: 'gpu', fixedMs: 20, perRequestMs: 0.5 };

/** What the rule of that name makes of Poisson arrivals, on slots with that curve; the same arrivals for every rule. */
export function measureRule(
  name: string,
  ratePerSecond: number,
  { slots = 1, limitMs = Infinity }: { readonly slots?: number; readonly limitMs?: number } = {},
): Promise<Measurement> {
  const contestant = CONTESTANTS.find((candidate) => candidate.name === name);
  if (contestant === undefined) throw new Error(`There is no ${name}.`);
  return runPoint(contestant, { curve: GPU_CURVE, slots, limitMs }, ratePerSecond, 11, FULL_EFFORT);
}
