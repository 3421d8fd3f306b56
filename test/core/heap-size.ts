import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Less than this is no difference, in megabytes. */
const SETTLED_MB = 0.05;

/** Collects all that nobody can reach any more. */
export const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

/** What is kept, in megabytes, when of the others only the young have been collected, as it mostly happens. */
export function heapMbOfYoung(): number {
  collectGarbage({ type: 'minor' });
  collectGarbage({ type: 'minor' });
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/**
 * What is kept, in megabytes, when everything else has been collected. What one collection sets free by weak references,
 * such as what tests before this one have left, goes with a later one.
 */
export function heapMb(): number {
  let usedMb = collectAllMb();
  for (let laterMb = collectAllMb(); laterMb < usedMb - SETTLED_MB; laterMb = collectAllMb())
    usedMb = laterMb;
  return usedMb;
}

function collectAllMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
