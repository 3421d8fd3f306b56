import { BatchingError } from './batching-error.js';

/** The batcher drains or is closed: it takes no new request, or could not finish this one in time. */
export class BatcherClosedError extends BatchingError {
  readonly code = 'BATCHER_CLOSED';
  readonly isRetryable = true;

  /**
   * Says that the batcher shuts down, and what that means for the request.
   *
   * @param batcherName For the message.
   * @param detail What became of the request, as a sentence.
   */
  constructor(batcherName: string, detail: string) {
    super(`Batcher "${batcherName}" is shutting down: ${detail} Send the request to another instance.`);
  }
}
