import { HttpException } from '@nestjs/common';
import { BatchingError, DeadlineExceededError } from 'nestjs-batching/core';

/** The status for a client that left before its answer, as nginx logs it. Nobody is there to read it. */
const CLIENT_CLOSED_REQUEST = 499;

/** What an HTTP client gets of a `BatchingError`: its code, its message, and when to try again. */
export class BatchingHttpException extends HttpException {
  /** What `Retry-After` says, in whole seconds; undefined if a retry is not known to help. */
  readonly retryAfterSeconds: number | undefined;

  /**
   * Gives the error its status, its body and its `Retry-After`.
   *
   * @param error Becomes the `cause`. Its message reaches the client unless the status is 500.
   */
  constructor(error: BatchingError) {
    const statusCode = statusOf(error);
    const { code, retryAfterMs } = error;
    // What went wrong inside is for the log, not for the client.
    const message = statusCode === 500 ? 'The request could not be processed.' : error.message;
    super(
      { statusCode, code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
      statusCode,
      {
        cause: error,
      },
    );
    this.retryAfterSeconds =
      statusCode === 503
        ? Math.max(1, Math.ceil((retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1000))
        : undefined;
  }
}

/** A 503 always says when to come back; where nothing is known, in a second. */
const DEFAULT_RETRY_AFTER_MS = 1000;

function statusOf(error: BatchingError): number {
  switch (error.code) {
    case 'INVALID_REQUEST':
      return 400;
    case 'REQUEST_TOO_LARGE':
      return 413;
    case 'ABORTED':
      return CLIENT_CLOSED_REQUEST;
    case 'QUEUE_FULL':
    case 'BATCHER_CLOSED':
    case 'CIRCUIT_OPEN':
    case 'WORKER_ENDED':
      return 503;
    case 'RUN_TIMED_OUT':
      return 504;
    case 'DEADLINE_EXCEEDED':
      return error instanceof DeadlineExceededError && error.phase === 'admission' ? 503 : 504;
    default:
      return 500;
  }
}
