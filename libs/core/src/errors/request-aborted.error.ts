import { BatchingError } from './batching-error.js';

/** The caller's `signal` was aborted. `cause` is the signal's reason. */
export class RequestAbortedError extends BatchingError {
  readonly code = 'ABORTED';
  readonly isRetryable = false;

  /**
   * Keeps the signal's reason.
   *
   * @param batcherName For the message.
   * @param reason The reason of the signal; becomes `cause`.
   */
  constructor(batcherName: string, reason: unknown) {
    super(`Batcher "${batcherName}": the request was aborted by its caller.`, { cause: reason });
  }
}
