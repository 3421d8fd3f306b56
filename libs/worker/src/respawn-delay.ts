/**
 * How long to wait before a worker that has ended is replaced, in milliseconds: capped exponential backoff.
 *
 * @param failures How often in a row a worker has ended without having answered anything; from 0.
 */
export function respawnDelayMs(failures: number, shortestMs: number, longestMs: number): number {
  // The power is cut first: it would become infinite, and 0 times that is no number.
  return Math.min(longestMs, shortestMs * 2 ** Math.min(failures, 30));
}
