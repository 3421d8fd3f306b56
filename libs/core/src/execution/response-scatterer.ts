import type { BatchEnding } from './batch-runner.js';
import { isError } from '../errors/is-error.js';
import type { OrdinaryRequests } from '../requests/ordinary-requests.js';
import { resultAt } from '../processor/processor-results.js';
import type { QueuedRequest } from '../requests/queued-request.js';
import type { RequestBatch } from './request-batch.js';

/** How the callers of one batch fared, of those that still waited for it. */
export interface ScatterOutcome {
  readonly succeeded: number;
  readonly failed: number;
  /** How many of them waited in another one's place. */
  readonly followers: number;
}

/**
 * Gives each request of a batch what is its own: result *i* to request *i*, and to all that share its place. An
 * `Error` in place *i* rejects request *i* alone; an error of the whole batch rejects all. Who has left in the
 * meantime is passed over.
 */
export class ResponseScatterer<TRequest, TResponse> {
  private succeeded = 0;
  private failed = 0;
  private followers = 0;

  scatter(
    { ordinary, requests }: RequestBatch<TRequest, TResponse>,
    ending: BatchEnding<TResponse>,
  ): ScatterOutcome {
    return ordinary === undefined ? this.scatterEach(requests, ending) : scatterOrdinary(ordinary, ending);
  }

  private scatterEach(
    requests: readonly QueuedRequest<TRequest, TResponse>[],
    ending: BatchEnding<TResponse>,
  ): ScatterOutcome {
    this.succeeded = 0;
    this.failed = 0;
    this.followers = 0;
    const { results, error: errorOfAll } = ending;
    for (let index = 0; index < requests.length; index += 1) {
      const request = requests[index]!;
      const result = results === undefined ? errorOfAll : resultAt(results, index);
      this.give(request, result);
      if (request.sharedPlace === undefined) continue;
      for (const follower of request.followers) {
        if (!follower.isSettled) this.followers += 1;
        this.give(follower, result);
      }
    }
    return { succeeded: this.succeeded, failed: this.failed, followers: this.followers };
  }

  private give(request: QueuedRequest<TRequest, TResponse>, result: TResponse | Error): void {
    if (request.isSettled) return;
    if (isError(result)) {
      request.reject(result);
      this.failed += 1;
    } else {
      request.resolve(result);
      this.succeeded += 1;
    }
  }
}

/** None of them shares its place, or has left before the others. */
function scatterOrdinary<TRequest, TResponse>(
  requests: OrdinaryRequests<TRequest, TResponse>,
  { results, error }: BatchEnding<TResponse>,
): ScatterOutcome {
  const { size } = requests;
  if (results === undefined) {
    requests.reject(error);
    return { succeeded: 0, failed: size, followers: 0 };
  }
  const failed = requests.answer(results);
  return { succeeded: size - failed, failed, followers: 0 };
}
