import type { DispatchReason } from './batch-info.js';
import type { ResolvedBatchingConfig } from './batching-config.js';

/** What the decision depends on, besides the configuration. */
export interface BatchingView {
  /** How many requests wait. */
  readonly queueSize: number;
  /** When the oldest of them came, on the clock's scale; Infinity if none waits. */
  readonly oldestEnqueuedAtMs: number;
  /** How many batches could start now. */
  readonly freeSlots: number;
  /** The time now, on the clock's scale. */
  readonly nowMs: number;
  /** Whether nobody shall wait for company any more. */
  readonly isExpedited: boolean;
}

/** What to do now. Only an arrival, a finished batch or the time named can change it. */
export type BatchDecision =
  | { readonly action: 'dispatch'; readonly size: number; readonly reason: DispatchReason }
  | { readonly action: 'wait'; readonly untilMs: number }
  | { readonly action: 'idle' };

const IDLE: BatchDecision = Object.freeze({ action: 'idle' });

/**
 * Decides when a batch runs and how large it is. Pure: the same view gives the same answer, no clock is read
 * and nothing is changed, so every rule can be tested by itself and simulated in virtual time.
 */
export class BatchBuilder {
  constructor(private readonly config: ResolvedBatchingConfig) {}

  /** So many requests run at once, whatever the strategy, provided that a slot is free. */
  get dispatchAtOnceSize(): number {
    return this.config.preferredBatchSize ?? this.config.maxBatchSize;
  }

  decide({ queueSize, oldestEnqueuedAtMs, freeSlots, nowMs, isExpedited }: BatchingView): BatchDecision {
    if (queueSize === 0 || freeSlots === 0) return IDLE;

    const { maxBatchSize, preferredBatchSize, timeoutStrategy } = this.config;
    if (queueSize >= maxBatchSize) return dispatch(maxBatchSize, 'full');
    if (isExpedited) return dispatch(queueSize, 'drain');
    if (preferredBatchSize !== undefined && queueSize >= preferredBatchSize) {
      return dispatch(queueSize, 'preferred');
    }
    if (timeoutStrategy === 'adaptive') return dispatch(queueSize, 'adaptive');

    const untilMs = oldestEnqueuedAtMs + this.longestWaitMs;
    return nowMs >= untilMs ? dispatch(queueSize, 'waited') : { action: 'wait', untilMs };
  }

  private get longestWaitMs(): number {
    const { timeoutStrategy, maxWaitTimeMs } = this.config;
    return timeoutStrategy === 'wait-for-full' ? 2 * maxWaitTimeMs : maxWaitTimeMs;
  }
}

function dispatch(size: number, reason: DispatchReason): BatchDecision {
  return { action: 'dispatch', size, reason };
}
