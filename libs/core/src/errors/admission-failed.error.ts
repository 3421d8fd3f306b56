import { BatchingError } from './batching-error.js';

/**
 * The request could not be looked at, since a function of the app is wrong that looks at each one on its arrival:
 * `costOf`, `bucketOf`, `keyOf`, `validateRequest`, or an option of `@Batched()`. It has returned something of another
 * kind than it must, or (but for `validateRequest`, which is there to throw) thrown a `TypeError` or `ReferenceError`,
 * which is then the `cause`. The request may be in order; its caller can do nothing.
 */
export class AdmissionFailedError extends BatchingError {
  readonly code = 'ADMISSION_FAILED';
  readonly isRetryable = false;
}
