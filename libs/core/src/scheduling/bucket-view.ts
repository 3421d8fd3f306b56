import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { Bucket } from '../queue/bucket.js';
import type { BucketKey } from '../queue/queue-entry.js';
import type { QueuedRequest } from '../requests/queued-request.js';
import { isBatchCostReached } from './batch-cost.js';
import type { BatchingView } from './batch-builder.js';
import type { DeadlineWatch } from './deadline-watch.js';
import type { RequestQueue } from './request-queue.js';
import type { SlotForecast } from './slot-forecast.js';

const NONE: readonly never[] = [];

/**
 * A bucket as the decision sees it. There is one view, which is pointed at one bucket after the other; what is not
 * asked for is not looked for.
 */
export class BucketView<TRequest, TResponse> implements BatchingView {
  freeSlots = 0;
  lastDispatchAtMs = -Infinity;
  slotFreeSinceMs = -Infinity;
  nowMs = 0;
  isExpedited = false;
  private wasSlotFree = true;
  private bucket!: Bucket<QueuedRequest<TRequest, TResponse>>;

  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly queue: Pick<RequestQueue<TRequest, TResponse>, 'size' | 'isFull' | 'bucketCount'>,
    private readonly deadlines: DeadlineWatch<TRequest, TResponse>,
    private readonly slots: Pick<SlotForecast, 'free' | 'likelyFreeAfterMs'>,
  ) {}

  /**
   * Takes note of how many slots are free, as a decision begins and when it is through. Slots become free when a batch
   * ends, or when there are more of them.
   */
  noteFreeSlots(freeSlots: number, nowMs: number): void {
    const isSlotFree = freeSlots > 0;
    if (isSlotFree && !this.wasSlotFree) this.slotFreeSinceMs = nowMs;
    this.wasSlotFree = isSlotFree;
  }

  pointAt(
    bucket: Bucket<QueuedRequest<TRequest, TResponse>>,
    freeSlots: number,
    nowMs: number,
    isExpedited: boolean,
  ): void {
    this.bucket = bucket;
    this.freeSlots = freeSlots;
    this.nowMs = nowMs;
    this.isExpedited = isExpedited;
  }

  get bucketKey(): BucketKey {
    return this.bucket.key;
  }

  get queueSize(): number {
    return this.bucket.size;
  }

  get isAlone(): boolean {
    return this.bucket.size === this.queue.size && !this.queue.isFull;
  }

  get isQueueFull(): boolean {
    return this.queue.isFull;
  }

  /** A batch that goes in advance, while no slot is free, leaves nothing for others. */
  get otherSlotsFreeAfterMs(): readonly number[] {
    return this.slots.free > 0 ? this.slots.likelyFreeAfterMs(this.nowMs).slice(1) : NONE;
  }

  get otherRequests(): number {
    return this.queue.size - this.bucket.size;
  }

  private get otherBuckets(): number {
    return this.queue.bucketCount - 1;
  }

  get otherBucketsInHurry(): number {
    return Math.min(this.otherBuckets, this.deadlines.queuedCount - 1);
  }

  isAnyDeadlineBefore(timeMs: number): boolean {
    return this.deadlines.isAnyQueuedBefore(timeMs);
  }

  get isCostReached(): boolean {
    return isBatchCostReached(this.bucket, this.config);
  }

  get oldestEnqueuedAtMs(): number {
    return this.bucket.oldestAtMs;
  }

  get nearestDeadlineAtMs(): number {
    return this.deadlines.nearestQueuedAtMsIn(this.bucket.key);
  }
}
