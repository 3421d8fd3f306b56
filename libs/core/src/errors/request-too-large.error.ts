import { BatchingError } from './batching-error.js';

/** The request can never be served, however long it waited: it exceeds what one batch, or the queue, can hold. */
export class RequestTooLargeError extends BatchingError {
  readonly code = 'REQUEST_TOO_LARGE';
  readonly isRetryable = false;

  /**
   * Says what the request takes, what is allowed, and which option to raise.
   *
   * @param batcherName For the message.
   * @param what What the request takes, as the beginning of a sentence.
   * @param limit The option that stands against it: `maxBatchCost`, `maxQueueSize`.
   * @param allowed How much that option allows.
   */
  constructor(batcherName: string, what: string, limit: string, allowed: number) {
    super(
      `Batcher "${batcherName}" refused the request: ${what}, and ${limit} allows ${allowed}. ` +
        `Send less at once, or raise ${limit}.`,
    );
  }
}
