import { setTimeout as sleep } from 'node:timers/promises';

import { processorTimeNs } from './processor-time.js';

const LOOK_AGAIN_MS = 50;
/** An idle process uses less than that in between. */
const AT_REST_NS = 5e6;

/**
 * Collects all garbage, and waits until the collector's threads are through: they go on sweeping for a while after a
 * collection, the longer the larger the heap, and what they use would count as the time of what is measured next.
 * Does nothing unless Node was started with `--expose-gc`.
 */
export async function settleHeap(): Promise<void> {
  if (globalThis.gc === undefined) return;
  globalThis.gc();
  for (let usedNs = Infinity; usedNs > AT_REST_NS;) {
    const startedNs = processorTimeNs();
    await sleep(LOOK_AGAIN_MS);
    usedNs = processorTimeNs() - startedNs;
  }
}
