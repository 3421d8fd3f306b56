import { BatchingError } from './batching-error.js';
import { describeThrown } from './describe-thrown.js';
import { isRetryableCause } from './is-retryable-cause.js';

/** The processor threw; every request of its batch gets this error. `cause` is what it threw. */
export class BatchProcessingError extends BatchingError {
  readonly code = 'PROCESSING_FAILED';
  /** As the cause says of itself (`isRetryable`), otherwise false. */
  readonly isRetryable: boolean;
  /** What the processor threw, as it was thrown; need not be an `Error`. */
  override readonly cause: unknown;

  /**
   * Says which batch failed, and what the processor threw.
   *
   * @param batcherName For the message.
   * @param batchId Number of the batch, counted from 1.
   * @param batchSize How many requests it held.
   * @param cause What the processor threw.
   */
  constructor(batcherName: string, batchId: number, batchSize: number, cause: unknown) {
    super(
      `Batcher "${batcherName}": the processor failed on batch ${batchId} of ${batchSize} requests: ${describeThrown(cause)}`,
    );
    this.cause = cause;
    this.isRetryable = isRetryableCause(cause);
  }
}
