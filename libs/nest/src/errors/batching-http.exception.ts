import { HttpException } from '@nestjs/common';
import { DeadlineExceededError, type BatchingError } from 'nestjs-batching/core';
import { messageForCaller, statusOf } from './error-for-caller.js';

/** A 503 says when to come back, unless that would not help; where nothing is known, in a second. */
const DEFAULT_RETRY_AFTER_MS = 1000;

/**
 * What an HTTP client, or one of a GraphQL server, gets of a `BatchingError`: its code, its message, and when to try
 * again.
 */
export class BatchingHttpException extends HttpException {
  /** What `Retry-After` says, in whole seconds; undefined if a retry is not known to help. */
  readonly retryAfterSeconds: number | undefined;

  /** What a GraphQL server tells beside the message: it has no status and no headers. */
  readonly extensions: Pick<BatchingError, 'code' | 'isRetryable' | 'retryAfterMs'>;

  /**
   * Gives the error its status, its body and its `Retry-After`.
   *
   * @param error Becomes the `cause`. Its message reaches the client unless the status is 500.
   * @param transport Over GraphQL the body has no `statusCode`: the driver for Apollo would take that for a reason to
   *   put a code of its own in the place of the error's.
   */
  constructor(error: BatchingError, transport: 'http' | 'graphql' = 'http') {
    const statusCode = statusOf(error);
    const { code, isRetryable, retryAfterMs } = error;
    const message = messageForCaller(error);
    const retryHint = retryAfterMs === undefined ? {} : { retryAfterMs };
    const status = transport === 'http' ? { statusCode } : {};
    super({ ...status, code, message, ...retryHint }, statusCode, { cause: error });
    this.extensions = { code, isRetryable, ...retryHint };
    this.retryAfterSeconds =
      statusCode === 503 && !isTooLateAnyway(error)
        ? Math.max(1, Math.ceil((retryAfterMs ?? DEFAULT_RETRY_AFTER_MS) / 1000))
        : undefined;
  }
}

/**
 * Who had some time left, and would be too late even alone in a batch, is so next time, too: more time is what helps.
 */
function isTooLateAnyway(error: BatchingError): boolean {
  return error instanceof DeadlineExceededError && error.timeoutMs > 0 && error.retryAfterMs === undefined;
}
