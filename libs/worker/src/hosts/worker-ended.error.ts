import { BatchingError, describeThrown } from 'nestjs-batching/core';

/** A worker has ended although nobody asked it to; what it was running is lost. */
export class WorkerEndedError extends BatchingError {
  readonly code = 'WORKER_ENDED';
  /** The request need not be at fault: another worker may answer it. */
  readonly isRetryable = true;

  /**
   * Says why the worker is gone.
   *
   * @param subject Whose worker: `model "digits"`.
   * @param reason What has become of it, in words.
   */
  constructor(
    subject: string,
    readonly reason: string,
  ) {
    super(`The worker of ${subject} cannot answer: ${reason}. Try again: another one takes its place.`);
  }
}

/** Why a worker could not be started, in words that can follow `because`: of one that has ended, what became of it. */
export function endReasonOf(error: unknown): string {
  return error instanceof WorkerEndedError ? error.reason : describeThrown(error);
}
