import { BatchingError } from './batching-error.js';

/**
 * The processor did not return one result per request. No result of the batch is given to anyone, since
 * nobody could say whose it is.
 */
export class ResponseCountMismatchError extends BatchingError {
  readonly code = 'RESPONSE_COUNT_MISMATCH';
  readonly isRetryable = false;

  /**
   * Says how many results came, and how many were expected.
   *
   * @param batcherName For the message.
   * @param batchSize How many results there should have been.
   * @param received What the processor returned instead of an array of that length.
   */
  constructor(batcherName: string, batchSize: number, received: unknown) {
    const what = Array.isArray(received) ? `${received.length} results` : describeNonArray(received);
    super(
      `Batcher "${batcherName}": its processor returned ${what} for a batch of ${batchSize} requests. ` +
        `It must return an array of exactly ${batchSize}, result i for request i ` +
        `(an Error in place i rejects request i alone).`,
    );
  }
}

function describeNonArray(received: unknown): string {
  return received === null || received === undefined
    ? String(received)
    : `a value of type ${typeof received}`;
}
