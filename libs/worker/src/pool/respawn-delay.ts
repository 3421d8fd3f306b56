/** Without a shortest delay, the delay grows from this, in milliseconds, once a replacement has failed, too. */
const FIRST_STEP_MS = 1;

/**
 * How long to wait before a worker that has ended is replaced, in milliseconds: capped exponential backoff.
 *
 * @param failures How often in a row a worker has ended without having answered anything; from 0.
 */
export function respawnDelayMs(failures: number, shortestMs: number, longestMs: number): number {
  if (failures === 0) return Math.min(longestMs, shortestMs);
  // The power is cut first: it would become infinite.
  return Math.min(longestMs, Math.max(FIRST_STEP_MS, shortestMs) * 2 ** Math.min(failures, 30));
}
