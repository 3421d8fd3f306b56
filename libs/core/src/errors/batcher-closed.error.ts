import { BatchingError } from './batching-error.js';

/** The batcher drains or is closed: it takes no new request, or could not finish this one in time. */
export class BatcherClosedError extends BatchingError {
  readonly code = 'BATCHER_CLOSED';
  readonly isRetryable = true;

  constructor(batcherName: string, detail: string) {
    super(`Batcher "${batcherName}" is shutting down: ${detail} Send the request to another instance.`);
  }
}
