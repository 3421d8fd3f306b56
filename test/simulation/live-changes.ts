import type { ResolvedBatchingConfig } from 'nestjs-batching/core';
import type { SeededRandom } from 'nestjs-batching/testing';
import { pick } from './pick.js';

/** What is changed while requests are under way. Each of these can be put back to what it was. */
type LiveOption =
  | 'maxConcurrentBatches'
  | 'maxQueueSize'
  | 'maxWaitTimeMs'
  | 'timeoutStrategy'
  | 'priorityAgingMs'
  | 'queueFullPolicy';

export type LiveConfig = Pick<ResolvedBatchingConfig, LiveOption>;

/** One change of a few options. */
export function drawChange(
  random: SeededRandom,
  { maxBatchSize, maxQueueSize }: { readonly maxBatchSize: number; readonly maxQueueSize: number },
): Partial<LiveConfig> {
  const change: LiveConfig = {
    maxConcurrentBatches: pick(random, [1, 2, 4]),
    maxQueueSize: pick(random, [maxBatchSize, maxQueueSize, 2 * maxQueueSize]),
    maxWaitTimeMs: pick(random, [0, 2, 5, 20]),
    timeoutStrategy: pick(random, ['adaptive', 'dispatch-partial', 'wait-for-full']),
    priorityAgingMs: pick(random, [0, 10, 200, 1000]),
    queueFullPolicy: pick(random, ['displace', 'refuse']),
  };
  const changed = Object.entries(change).filter(() => random.chance(0.4));
  return Object.fromEntries(changed);
}

/** What puts everything back that `drawChange` may have changed. */
export function undoChanges({
  maxConcurrentBatches,
  maxQueueSize,
  maxWaitTimeMs,
  timeoutStrategy,
  priorityAgingMs,
  queueFullPolicy,
}: LiveConfig): LiveConfig {
  return {
    maxConcurrentBatches,
    maxQueueSize,
    maxWaitTimeMs,
    timeoutStrategy,
    priorityAgingMs,
    queueFullPolicy,
  };
}
