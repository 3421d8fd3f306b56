import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { QueueFullError, RequestTooLargeError, type QueueFullReason } from '../errors/index.js';
import { withoutStack } from '../errors/without-stack.js';
import type { RequestTerms } from '../requests/request-terms.js';
import type { BatchScheduler } from '../scheduling/batch-scheduler.js';
import type { CompletionForecast } from './completion-forecast.js';

/** What room is told by. */
export interface QueueRoomParts<TRequest, TResponse> {
  readonly batcherName: string;
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly scheduler: BatchScheduler<TRequest, TResponse>;
  readonly forecast: CompletionForecast;
}

/** Whether there is a place for those who come; a request over the bounds is refused at once, never parked. */
export class QueueRoom<TRequest, TResponse> {
  constructor(private readonly parts: QueueRoomParts<TRequest, TResponse>) {}

  /**
   * Sees to it that there is a place for one more: one of lower priority may have to give up its own.
   *
   * @throws QueueFullError if there is none.
   */
  makeRoom(terms: RequestTerms, nowMs: number): void {
    const { config, scheduler } = this.parts;
    if (config.maxQueueSizePerTenant !== undefined) this.assertTenantRoom(terms, 1, nowMs);
    if (scheduler.queue.isFull) this.displace(terms, nowMs);
  }

  /** @throws QueueFullError if nobody has to give up a place. */
  private displace(terms: RequestTerms, nowMs: number): void {
    const { batcherName, config, scheduler } = this.parts;
    const displaced =
      config.queueFullPolicy === 'displace' ? scheduler.queue.findDisplaceable(terms.priority) : undefined;
    if (displaced === undefined) throw this.queueFull('queue', config.maxQueueSize, nowMs);
    const retryAfterMs = this.retryAfterMs(nowMs);
    const error = new QueueFullError(batcherName, config.maxQueueSize, retryAfterMs, 'displaced');
    scheduler.departures.giveUpPlace(displaced, 'displaced', error);
  }

  /** @throws QueueFullError if there is no place for `count` requests at once; they displace nobody. */
  assertRoom(terms: RequestTerms, count: number, nowMs: number): void {
    const { config, scheduler } = this.parts;
    this.assertTenantRoom(terms, count, nowMs);
    if (scheduler.queue.size + count > config.maxQueueSize) {
      throw this.queueFull('queue', config.maxQueueSize, nowMs);
    }
  }

  /** @throws QueueFullError if more callers would wait in the places of others than places may be taken. */
  assertSharedRoom(followers: number, nowMs: number): void {
    const { config, scheduler } = this.parts;
    if (followers > 0 && scheduler.coalescing.followers + followers > config.maxQueueSize) {
      throw this.queueFull('shared', config.maxQueueSize, nowMs);
    }
  }

  /** @throws RequestTooLargeError if one call brings more than could ever find room, however long it waited. */
  assertNotTooMany({ tenant }: RequestTerms, places: number, followers: number): void {
    const { batcherName, config } = this.parts;
    const { maxQueueSize, maxQueueSizePerTenant = Infinity } = config;
    const what = `it brings ${places + followers} requests at once`;
    if (Math.max(places, followers) > maxQueueSize) {
      throw new RequestTooLargeError(batcherName, what, 'maxQueueSize', maxQueueSize);
    }
    if (tenant !== undefined && places > maxQueueSizePerTenant) {
      throw new RequestTooLargeError(batcherName, what, 'maxQueueSizePerTenant', maxQueueSizePerTenant);
    }
  }

  private assertTenantRoom({ tenant }: RequestTerms, count: number, nowMs: number): void {
    const { config, scheduler } = this.parts;
    const { maxQueueSizePerTenant } = config;
    if (tenant === undefined || maxQueueSizePerTenant === undefined) return;
    if (scheduler.queue.sizeOfTenant(tenant) + count > maxQueueSizePerTenant) {
      throw this.queueFull('tenant', maxQueueSizePerTenant, nowMs);
    }
  }

  private queueFull(reason: QueueFullReason, limit: number, nowMs: number): QueueFullError {
    const { batcherName } = this.parts;
    return withoutStack(() => new QueueFullError(batcherName, limit, this.retryAfterMs(nowMs), reason));
  }

  /** When as many requests as wait now will have been served, in milliseconds; what a refused caller is told. */
  private retryAfterMs(nowMs: number): number {
    const { forecast, scheduler } = this.parts;
    return forecast.drainAfterMs(scheduler.queue.size, scheduler.queue.bucketCount, nowMs);
  }
}
