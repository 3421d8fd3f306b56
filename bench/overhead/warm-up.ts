import { callInLoops, type Call } from './callers.js';

/** How many requests go before the measured ones, so that the time to compile fresh code is no request's cost. */
const WARM_UP_REQUESTS = 200_000;

/**
 * All that is compared stays, as the batcher of an application does as long as that runs. When the last object of a
 * class is gone, V8 forgets what it knows of the class, and the next turn would begin with compiling everything anew.
 */
const kept: Call[] = [];

/** Lets the compiler do its work for what is fresh, and keeps it alive. */
export async function warmUp(call: Call, callers: number): Promise<void> {
  kept.push(call);
  await callInLoops(call, callers, Math.ceil(WARM_UP_REQUESTS / callers));
}
