import type { BatchEnding } from './batch-runner.js';
import type { RequestBatch } from './request-batch.js';

/** How the requests of one batch fared, of those that still waited for it. */
export interface ScatterOutcome {
  readonly succeeded: number;
  readonly failed: number;
}

/**
 * Gives each request of a batch what is its own: result *i* to request *i*. An `Error` in place *i* rejects
 * request *i* alone; an error of the whole batch rejects all. Who has left in the meantime is passed over.
 */
export class ResponseScatterer<TRequest, TResponse> {
  scatter({ requests }: RequestBatch<TRequest, TResponse>, ending: BatchEnding<TResponse>): ScatterOutcome {
    let succeeded = 0;
    let failed = 0;
    requests.forEach((request, index) => {
      if (request.isSettled) return;
      const result = 'error' in ending ? ending.error : ending.results[index];
      if (result instanceof Error) {
        request.reject(result);
        failed += 1;
      } else {
        request.resolve(result as TResponse);
        succeeded += 1;
      }
    });
    return { succeeded, failed };
  }
}
