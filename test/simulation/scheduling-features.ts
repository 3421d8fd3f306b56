import type { BatchingConfig, ResolvedBatchingConfig } from 'nestjs-batching/core';
import type { SeededRandom } from 'nestjs-batching/testing';
import { COSTLIEST, type Call } from './call.js';
import { pick } from './pick.js';

/** What every scenario says of priorities. */
type ScheduledAlways = Pick<ResolvedBatchingConfig, 'priorityLevels' | 'priorityAgingMs' | 'queueFullPolicy'>;

/** What a scenario uses of priorities, tenants, buckets, costs and sizes. */
export interface SchedulingFeatures {
  readonly config: BatchingConfig<Call> & ScheduledAlways;
  /** How many buckets the requests fall into; 1 if there is no such thing. */
  readonly bucketCount: number;
}

/** The sizes that features have to go with. */
export interface SizeLimits {
  readonly maxBatchSize: number;
  readonly maxQueueSize: number;
}

/** Workloads carry priorities 0 to 2. */
const PRIORITY_LEVELS = 3;

/** Draws the features that a scenario uses. Each is missing in some seeds, so that each is met with and without. */
export function drawFeatures(
  random: SeededRandom,
  limits: SizeLimits,
  tenants: readonly string[],
): SchedulingFeatures {
  const bucketCount = pick(random, [1, 3]);
  const always: ScheduledAlways = {
    priorityLevels: PRIORITY_LEVELS,
    priorityAgingMs: pick(random, [0, 10, 200, 1000]),
    queueFullPolicy: pick(random, ['displace', 'displace', 'refuse']),
  };
  const config: BatchingConfig<Call> = {
    tenantWeights: drawWeights(random, tenants),
    maxQueueSizePerTenant: pick(random, [undefined, undefined, Math.ceil(limits.maxQueueSize / 3)]),
    ...drawCosts(random, limits),
    ...drawSizes(random, limits),
    ...(bucketCount > 1 ? { bucketOf: ({ bucket }: Call) => bucket } : {}),
  };
  return { config: { ...config, ...always }, bucketCount };
}

function drawWeights(random: SeededRandom, tenants: readonly string[]): Record<string, number> {
  if (random.chance(0.5)) return {};
  return Object.fromEntries(tenants.map((tenant) => [tenant, pick(random, [0.1, 0.5, 1, 3])]));
}

/** The budget always holds the costliest request: one that could never be served is not what is simulated. */
function drawCosts(random: SeededRandom, { maxBatchSize }: SizeLimits): BatchingConfig<Call> {
  if (random.chance(0.5)) return {};
  const costOf = ({ cost }: Call): number => cost;
  const share = pick(random, [undefined, 0.3, 0.6, 2]);
  if (share === undefined) return { costOf };
  const maxBatchCost = Math.max(COSTLIEST, Math.ceil(share * maxBatchSize * COSTLIEST));
  return { costOf, maxBatchCost, costModel: pick(random, ['sum', 'padded']) };
}

function drawSizes(random: SeededRandom, { maxBatchSize }: SizeLimits): BatchingConfig<Call> {
  if (random.chance(0.5)) return {};
  const half = Math.ceil(maxBatchSize / 2);
  const allowedBatchSizes = pick<readonly number[]>(random, [
    [maxBatchSize],
    [maxBatchSize, 1],
    [half, maxBatchSize],
    [1, half],
    [1, Math.ceil(maxBatchSize / 4), half, maxBatchSize],
  ]);
  return { allowedBatchSizes, padding: pick(random, [undefined, 'up', 'down']) };
}
