import { BatchingError } from 'nestjs-batching/core';

/** A worker took longer than `runTimeoutMs` for a call. It has been given up and replaced. */
export class RunTimeoutError extends BatchingError {
  readonly code = 'RUN_TIMED_OUT';
  /** What made it hang may be the request itself. */
  readonly isRetryable = false;

  /**
   * Says how long was allowed.
   *
   * @param subject Whose worker: `model "digits"`.
   */
  constructor(
    subject: string,
    /** What was allowed, in milliseconds. */
    readonly runTimeoutMs: number,
  ) {
    super(
      `The worker of ${subject} took longer than the ${runTimeoutMs} ms of runTimeoutMs; it has been given up.`,
    );
  }
}
