import type { ResolvedBatchingConfig } from '../batching-config.js';
import { OrdinaryRequests } from '../ordinary-requests.js';
import { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { QueuedRequest } from '../queued-request.js';
import type { BatchBuilder } from './batch-builder.js';
import { ConfiguredQueueRules } from './configured-queue-rules.js';

/** The queue of a batcher. */
export type RequestQueue<TRequest, TResponse> = BoundedRequestQueue<
  QueuedRequest<TRequest, TResponse>,
  OrdinaryRequests<TRequest, TResponse>
>;

/** An empty queue that goes by the configuration as it is each time. */
export function createRequestQueue<TRequest, TResponse>(
  config: ResolvedBatchingConfig,
  builder: Pick<BatchBuilder, 'dispatchAtOnceSize'>,
): RequestQueue<TRequest, TResponse> {
  return new BoundedRequestQueue(
    new ConfiguredQueueRules(config, builder),
    () => new OrdinaryRequests<TRequest, TResponse>(),
  );
}
