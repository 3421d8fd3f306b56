import { BatchingError } from './batching-error.js';

/** The queue holds `maxQueueSize` requests; this one was refused at once, nothing of it was kept. */
export class QueueFullError extends BatchingError {
  readonly code = 'QUEUE_FULL';
  readonly isRetryable = true;
  /** When the requests now ahead are expected to be through, in milliseconds. */
  override readonly retryAfterMs: number;

  constructor(batcherName: string, maxQueueSize: number, retryAfterMs: number) {
    super(
      `Batcher "${batcherName}" refused the request: its queue holds all of the ${maxQueueSize} requests that ` +
        `maxQueueSize allows. Try again in about ${retryAfterMs} ms.`,
    );
    this.retryAfterMs = retryAfterMs;
  }
}
