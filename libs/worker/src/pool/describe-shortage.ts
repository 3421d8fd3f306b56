import type { PoolStatus } from './worker-pool.js';

/**
 * Why a pool without a live worker takes no calls, and whether that will pass by itself.
 *
 * @param worker What one of them is called: `worker of the model`.
 */
export function describeShortage(
  { workers, quarantined, heldUp = 0, lastEndReason }: PoolStatus,
  worker: string,
): string {
  const outlook =
    heldUp < workers
      ? 'another one is being started'
      : `none is started before one of the ${quarantined} that hang has ended`;
  return `No ${worker} is alive; ${outlook}. The last one: ${lastEndReason}.`;
}
