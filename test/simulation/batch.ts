import type { Call } from './call.js';

/** One run of the processor. */
export interface Batch {
  readonly id: number;
  readonly calls: readonly Call[];
  /** The size at which the processor was told to run it. */
  readonly paddedSize: number;
  readonly startedAtMs: number;
  /** Others that ran when it started. */
  readonly runningBefore: number;
  /** Since when at least one slot had been free when it started. */
  readonly slotFreeSinceMs: number;
  /** What the processor made of it; undefined until it ends, and if it fails as a whole. */
  results: readonly unknown[] | undefined;
}
