import { DeadlineExceededError, type BatchingError } from 'nestjs-batching/core';

/** The status for a client that left before its answer, as nginx logs it. Nobody is there to read it. */
const CLIENT_CLOSED_REQUEST = 499;

const WORKER_HAS_ENDED = 'The worker that had the request has ended. Try again: another one takes its place.';

/** The status of an HTTP answer that tells this error. */
export function statusOf(error: BatchingError): number {
  switch (error.code) {
    case 'INVALID_REQUEST':
      return 400;
    case 'REQUEST_TOO_LARGE':
      return 413;
    case 'ABORTED':
      return CLIENT_CLOSED_REQUEST;
    case 'QUEUE_FULL':
    case 'BATCHER_CLOSED':
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

/** Whether the server is to blame. What went wrong is then for its log, not for the caller, over any transport. */
export function isServerFault(error: BatchingError): boolean {
  return statusOf(error) === 500;
}

/** What the caller may read of an error, over any transport. */
export function messageForCaller(error: BatchingError): string {
  // Why a worker ended may be what its code threw; whoever started the worker logs that.
  if (error.code === 'WORKER_ENDED') return WORKER_HAS_ENDED;
  return isServerFault(error) ? 'The request could not be processed.' : error.message;
}
