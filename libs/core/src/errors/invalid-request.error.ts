import { BatchingError } from './batching-error.js';

/** The request itself is wrong (shape, type, range). The message says what came and what is expected. */
export class InvalidRequestError extends BatchingError {
  readonly code = 'INVALID_REQUEST';
  readonly isRetryable = false;
}
