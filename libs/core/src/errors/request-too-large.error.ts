import { BatchingError } from './batching-error.js';

/** The request can never be served, however long it waited: it exceeds what one batch, or the queue, can hold. */
export class RequestTooLargeError extends BatchingError {
  readonly code = 'REQUEST_TOO_LARGE';
  readonly isRetryable = false;

  /** @param limit The option that stands against it: `maxBatchCost`, `maxQueueSize`. */
  constructor(batcherName: string, what: string, limit: string, allowed: number) {
    super(
      `Batcher "${batcherName}" refused the request: ${what}, and ${limit} allows ${allowed}. ` +
        `Send less at once, or raise ${limit}.`,
    );
  }
}
