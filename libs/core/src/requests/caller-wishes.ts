import type { CallerSignal } from './caller-signal.js';

/** What the caller of a request wants besides its answer. Most want nothing. */
export interface CallerWishes<TRequest, TResponse> {
  /** By what it may take back what it sent; undefined if it has no signal. */
  readonly signal: CallerSignal<TRequest, TResponse> | undefined;
  /** Whether it wants to know about the batch, too. */
  readonly wantsBatchInfo: boolean;
}
