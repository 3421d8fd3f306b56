import { BatchingError } from './batching-error.js';

/**
 * The request could not be looked at, since a function of the app is wrong that looks at each one on its arrival:
 * `validateRequest`, `costOf`, `bucketOf`, `keyOf`, or an option of `@Batched()`. It has returned what it must not, or thrown
 * a `TypeError` or `ReferenceError`, which is then the `cause`. The request may be in order; its caller can do nothing.
 */
export class AdmissionFailedError extends BatchingError {
  readonly code = 'ADMISSION_FAILED';
  readonly isRetryable = false;
}
