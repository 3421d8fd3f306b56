import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { Bucket } from '../queue/bucket.js';
import type { BucketKey, QueueEntry } from '../queue/queue-entry.js';
import { largestBatchSize, safeBatchTimeMs } from './batch-size-choice.js';
import type { DeadlineWatch } from './deadline-watch.js';
import type { TimedCandidate } from './in-time-choice.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { LongestBatch } from './longest-batch.js';
import type { SlotForecast } from './slot-forecast.js';

/** What it goes by. */
export interface OutOfTurnParts<TEntry extends QueueEntry> {
  readonly config: ResolvedBatchingConfig;
  readonly queue: Pick<
    BoundedRequestQueue<TEntry, never>,
    'bucketCount' | 'bucketOf' | 'mostUrgentBucket' | 'otherBuckets'
  >;
  readonly learned: LearnedBehavior;
  readonly deadlines: Pick<DeadlineWatch<never, never>, 'earliestQueuedMs' | 'isAnyQueuedBefore'>;
  readonly longestBatch: LongestBatch;
  readonly slots: Pick<SlotForecast, 'free' | 'likelyFreeAfterMs'>;
}

/**
 * Buckets take turns by when their requests came; but who came later may have less time. So one that holds no more than
 * a batch goes out of turn if it would be late otherwise, before one whose first request has more time, or that
 * holds more than a batch: that one takes turn after turn. It must take no longer than the batch before which it goes:
 * for one long batch many short ones would be late. Every other batch goes in turn, whatever the deadlines: so nobody
 * waits more than twice as long for it.
 */
export class OutOfTurn<TEntry extends QueueEntry & TimedCandidate> {
  /** Whether the latest batch has gone out of turn. */
  private isTurnDue = false;

  constructor(private readonly parts: OutOfTurnParts<TEntry>) {}

  /** @param isOutOfTurn Whether the batch that goes now is one of a bucket that has been found here. */
  noteDispatch(isOutOfTurn: boolean): void {
    this.isTurnDue = isOutOfTurn;
  }

  /** The bucket that shall go before the most urgent one, which would take the last free slot. */
  find(urgent: Bucket<TEntry>, nowMs: number): Bucket<TEntry> | undefined {
    const { queue, learned, deadlines, slots } = this.parts;
    if (queue.bucketCount < 2 || this.isTurnDue || slots.free !== 1 || !learned.curve.isKnown)
      return undefined;
    if (this.parts.longestBatch.isFarBefore(deadlines.earliestQueuedMs, nowMs)) return undefined;
    const urgentMs = this.timeMs(urgent.size, urgent, nowMs);
    if (!deadlines.isAnyQueuedBefore(nowMs + urgentMs + this.parts.longestBatch.timeMs)) return undefined;
    const { next } = urgent;
    const leadsUntilMs = urgent.size > this.most ? Infinity : next!.latestDeadlineAtMs;
    const [, otherFreeAfterMs = Infinity] = slots.likelyFreeAfterMs(nowMs);
    const laterMs = nowMs + Math.min(urgentMs, otherFreeAfterMs);
    let found: Bucket<TEntry> | undefined;
    let foundAtMs = leadsUntilMs;
    for (const bucket of queue.otherBuckets(urgent)) {
      if (bucket.size > this.most) continue;
      const nearestMs = this.nearestDeadlineAtMs(
        bucket,
        next!.priority,
        nowMs + this.timeMs(1, bucket, nowMs),
      );
      const ownMs = this.timeMs(bucket.size, bucket, nowMs);
      if (ownMs > urgentMs || nearestMs >= foundAtMs || nearestMs >= laterMs + ownMs) continue;
      found = bucket;
      foundAtMs = nearestMs;
    }
    return found;
  }

  /**
   * How many batches of other buckets go before one of these newcomers if it goes out of turn; Infinity if it may not.
   *
   * @param count How many come.
   */
  batchesAhead(
    { bucketKey, priority }: { readonly bucketKey: BucketKey; readonly priority: number },
    count: number,
    deadlineAtMs: number,
    nowMs: number,
  ): number {
    const { queue } = this.parts;
    const own = queue.bucketOf({ bucketKey });
    const urgent = queue.mostUrgentBucket;
    if (urgent === undefined || urgent === own || priority > urgent.next!.priority) return Infinity;
    const size = (own?.size ?? 0) + count;
    if (size > this.most) return Infinity;
    if (this.timeMs(size, { key: bucketKey }, nowMs) > this.timeMs(urgent.size, urgent, nowMs))
      return Infinity;
    let hurried = 0;
    for (const bucket of queue.otherBuckets(own)) {
      if (bucket.size <= this.most && bucket.next!.latestDeadlineAtMs < deadlineAtMs) hurried += 1;
    }
    return 2 * hurried + (this.isTurnDue ? 1 : 0);
  }

  /** Of those in a bucket that are of this priority or a higher one, and not before `fromMs`. */
  private nearestDeadlineAtMs(bucket: Bucket<TEntry>, priority: number, fromMs: number): number {
    let nearestMs = Infinity;
    bucket.forEachUpTo(priority, ({ latestDeadlineAtMs }) => {
      if (latestDeadlineAtMs >= fromMs && latestDeadlineAtMs < nearestMs) nearestMs = latestDeadlineAtMs;
    });
    return nearestMs;
  }

  private get most(): number {
    return largestBatchSize(this.parts.config);
  }

  private timeMs(size: number, { key }: Pick<Bucket<TEntry>, 'key'>, nowMs: number): number {
    const { config, learned } = this.parts;
    return safeBatchTimeMs(Math.min(size, this.most), config, learned.lenientlyOf(key, nowMs).curve);
  }
}
