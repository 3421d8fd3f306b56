import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { OrdinaryRequests } from '../requests/ordinary-requests.js';
import { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { OrdinaryLine } from '../queue/ordinary-line.js';
import type { QueuedRequest } from '../requests/queued-request.js';
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
  ordinary: OrdinaryLine<QueuedRequest<TRequest, TResponse>, OrdinaryRequests<TRequest, TResponse>>,
): RequestQueue<TRequest, TResponse> {
  return new BoundedRequestQueue(new ConfiguredQueueRules(config, builder), ordinary);
}
