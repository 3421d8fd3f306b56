/**
 * What to do while a slot is free and the batch is not full.
 *
 * - `dispatch-partial`: when the oldest request has waited `maxWaitTimeMs`, run what is there.
 * - `wait-for-full`: wait that long once more for a full batch, then run what is there.
 * - `adaptive`: run at once; a batch fills while the slots are busy.
 */
export type TimeoutStrategy = 'dispatch-partial' | 'wait-for-full' | 'adaptive';

export const TIMEOUT_STRATEGIES: readonly TimeoutStrategy[] = [
  'dispatch-partial',
  'wait-for-full',
  'adaptive',
];

/** How a batcher forms and runs its batches. Every field may be left out. */
export interface BatchingConfig {
  /** Most requests in one batch. Integer, 1 to 65,536. Default 32. */
  readonly maxBatchSize?: number | undefined;
  /**
   * How long the oldest request may wait for company while a slot is free, in milliseconds. 0 to 60,000.
   * Default 5. `adaptive` does not wait, so it has no use for it.
   */
  readonly maxWaitTimeMs?: number | undefined;
  /** A batch of this size runs at once, whatever the strategy. Integer, 1 to `maxBatchSize`. Default: none. */
  readonly preferredBatchSize?: number | undefined;
  /** Most requests that wait; one more is refused. Integer, `maxBatchSize` to 16,777,216. Default 1,024. */
  readonly maxQueueSize?: number | undefined;
  /** Most batches that run at the same time. Integer, 1 to 1,024. Default 1: what one GPU does. */
  readonly maxConcurrentBatches?: number | undefined;
  /** What to do while a slot is free and the batch is not full. Default `adaptive`. */
  readonly timeoutStrategy?: TimeoutStrategy | undefined;
  /**
   * Time that a caller has if the call does not say (`timeoutMs`), in milliseconds. Above 0, at most
   * 86,400,000 (a day). Default: no limit.
   */
  readonly defaultTimeoutMs?: number | undefined;
  /** How long `drain` takes at most if the call does not say, in milliseconds. 0 to 3,600,000. Default 10,000. */
  readonly drainTimeoutMs?: number | undefined;
}

/** A configuration with every field decided; frozen. */
export interface ResolvedBatchingConfig {
  readonly maxBatchSize: number;
  readonly maxWaitTimeMs: number;
  readonly preferredBatchSize: number | undefined;
  readonly maxQueueSize: number;
  readonly maxConcurrentBatches: number;
  readonly timeoutStrategy: TimeoutStrategy;
  readonly defaultTimeoutMs: number | undefined;
  readonly drainTimeoutMs: number;
}

export const DEFAULT_BATCHING_CONFIG: ResolvedBatchingConfig = Object.freeze({
  maxBatchSize: 32,
  maxWaitTimeMs: 5,
  preferredBatchSize: undefined,
  maxQueueSize: 1024,
  maxConcurrentBatches: 1,
  timeoutStrategy: 'adaptive',
  defaultTimeoutMs: undefined,
  drainTimeoutMs: 10_000,
});
