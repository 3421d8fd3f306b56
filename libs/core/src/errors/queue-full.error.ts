import { BatchingError } from './batching-error.js';

/** Why there is no place for a request. */
export type QueueFullReason =
  /** The queue holds `maxQueueSize` requests. */
  | 'queue'
  /** The queue holds `maxQueueSizePerTenant` requests of this tenant. */
  | 'tenant'
  /** Another of its key is under way, but as many as `maxQueueSize` share the places of others already. */
  | 'shared'
  /** It was accepted, but the queue is full and one of higher priority has taken its place. */
  | 'displaced';

const WHY: Record<QueueFullReason, (limit: number) => string> = {
  queue: (limit) => `its queue holds all of the ${limit} requests that maxQueueSize allows`,
  tenant: (limit) =>
    `its queue holds all of the ${limit} requests that maxQueueSizePerTenant allows for this tenant`,
  shared: (limit) =>
    `as many callers as maxQueueSize allows (${limit}) wait in the places of others with the same key`,
  displaced: (limit) =>
    `its queue holds all of the ${limit} requests that maxQueueSize allows, and one of higher priority needed the place`,
};

/** There is no place for the request. It was refused at once, or lost its place to one of higher priority. */
export class QueueFullError extends BatchingError {
  readonly code = 'QUEUE_FULL';
  readonly isRetryable = true;
  /** When the requests now ahead are expected to be through, in milliseconds. */
  override readonly retryAfterMs: number;

  /**
   * Says which bound was reached, and when to try again.
   *
   * @param batcherName For the message.
   * @param limit The bound that was reached, in requests.
   * @param retryAfterMs When a place is expected to be free, in milliseconds.
   */
  constructor(
    batcherName: string,
    limit: number,
    retryAfterMs: number,
    /** Which bound was reached, or that another request took the place. Default `queue`. */
    readonly reason: QueueFullReason = 'queue',
  ) {
    super(
      `Batcher "${batcherName}" refused the request: ${WHY[reason](limit)}. Try again in about ${retryAfterMs} ms.`,
    );
    this.retryAfterMs = retryAfterMs;
  }
}
