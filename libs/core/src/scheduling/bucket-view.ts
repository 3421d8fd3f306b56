import type { ResolvedBatchingConfig } from '../batching-config.js';
import type { Bucket } from '../queue/bucket.js';
import type { QueuedRequest } from '../queued-request.js';
import { isBatchCostReached } from './batch-cost.js';
import type { BatchingView } from './batch-builder.js';
import type { DeadlineWatch } from './deadline-watch.js';

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
  private bucket!: Bucket<QueuedRequest<TRequest, TResponse>>;

  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly deadlines: DeadlineWatch<TRequest, TResponse>,
  ) {}

  pointAt(bucket: Bucket<QueuedRequest<TRequest, TResponse>>): void {
    this.bucket = bucket;
  }

  get queueSize(): number {
    return this.bucket.size;
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
