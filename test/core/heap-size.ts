import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** Collects all that nobody can reach any more. */
export const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void;

/** What is kept, in megabytes, when of the others only the young have been collected, as it mostly happens. */
export function heapMbOfYoung(): number {
  collectGarbage({ type: 'minor' });
  collectGarbage({ type: 'minor' });
  return process.memoryUsage().heapUsed / 2 ** 20;
}

/** What is kept, in megabytes, when everything else has been collected. */
export function heapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}
