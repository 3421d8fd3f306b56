import { monitorEventLoopDelay } from 'node:perf_hooks';

import { round } from './round.js';

const TIMER_MS = 1;

/** How late the event loop was while something ran, and what came of that. */
export interface WatchedDelay<TResult> {
  readonly result: TResult;
  /** What a timer of 1 ms took, at the 99th percentile, in milliseconds. */
  readonly p99Ms: number;
}

export async function watchDelay<TResult>(run: () => Promise<TResult>): Promise<WatchedDelay<TResult>> {
  const histogram = monitorEventLoopDelay({ resolution: TIMER_MS });
  histogram.enable();
  const result = await run();
  histogram.disable();
  return { result, p99Ms: round(histogram.percentile(99) / 1e6, 3) };
}
