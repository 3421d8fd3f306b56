import { BatchingError } from './batching-error.js';

/** The processor threw; every request of its batch gets this error. `cause` is what it threw. */
export class BatchProcessingError extends BatchingError {
  readonly code = 'PROCESSING_FAILED';
  /** As the cause says of itself (`isRetryable`), otherwise false. */
  readonly isRetryable: boolean;
  override readonly cause: unknown;

  constructor(batcherName: string, batchId: number, batchSize: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `Batcher "${batcherName}": the processor failed on batch ${batchId} of ${batchSize} requests: ${reason}`,
    );
    this.cause = cause;
    this.isRetryable =
      typeof cause === 'object' && cause !== null && 'isRetryable' in cause && cause.isRetryable === true;
  }
}
