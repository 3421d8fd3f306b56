import type { DispatchReason } from '../processor/batch-info.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { adaptiveWaitUntilMs } from './adaptive-wait.js';
import { chooseBatchSize, largestBatchSize, paddedBatchSize, safeBatchTimeMs } from './batch-size-choice.js';
import type { CostCurve } from '../learned/cost-curve.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { BucketKey } from '../queue/queue-entry.js';
import { shareOfSlot } from './slot-share.js';

/** What the decision depends on, besides the configuration and what has been learned. */
export interface BatchingView {
  /** Which bucket it is about; undefined if buckets are not in use. */
  readonly bucketKey: BucketKey;
  /** How many requests of the bucket wait. */
  readonly queueSize: number;
  /** Whether they cost as much as a batch may cost. */
  readonly isCostReached: boolean;
  /** When the oldest of them came, on the clock's scale; Infinity if none waits. */
  readonly oldestEnqueuedAtMs: number;
  /** The nearest deadline of all that wait, if it is one of theirs, on the clock's scale; Infinity otherwise. */
  readonly nearestDeadlineAtMs: number;
  /** How many batches could start now. */
  readonly freeSlots: number;
  /** Since when that has been one at least, on the clock's scale; -Infinity if it has always been so. */
  readonly slotFreeSinceMs: number;
  /** When the last batch went, on the clock's scale; -Infinity if none has. */
  readonly lastDispatchAtMs: number;
  /** The time now, on the clock's scale. */
  readonly nowMs: number;
  /** Whether nobody shall wait for company any more. */
  readonly isExpedited: boolean;
  /** Whether nobody waits but they, and there is room for more. */
  readonly isAlone: boolean;
  /** Whether no company can come, since there is no room for it. */
  readonly isQueueFull: boolean;
  /** In how many milliseconds each of the other slots is free, soonest first; none if that makes no difference. */
  readonly otherSlotsFreeAfterMs: readonly number[];
  /** How many requests wait in them. */
  readonly otherRequests: number;
  /** How many other buckets may hold a deadline, which is not before the nearest one then. */
  readonly otherBucketsInHurry: number;
  /** Whether somebody's deadline is before this time, on the clock's scale. */
  isAnyDeadlineBefore(timeMs: number): boolean;
}

/**
 * What to do now. It stays so until somebody comes or leaves, a batch ends, the rules change, or the time named is
 * there.
 */
export type BatchDecision =
  | {
      /** A batch goes now. */
      readonly action: 'dispatch';
      /** How many requests it takes; integer from 1. */
      readonly size: number;
      /** Why it goes now. */
      readonly reason: DispatchReason;
    }
  | {
      /** Company is awaited although a slot is free. */
      readonly action: 'wait';
      /** When to decide again at the latest, on the clock's scale. */
      readonly untilMs: number;
    }
  | {
      /** Nothing waits, or no slot is free. */
      readonly action: 'idle';
    };

/**
 * An alarm may ring this much late (timers count whole milliseconds); a batch that goes for a deadline allows for it.
 */
const ALARM_MARGIN_MS = 1;

const IDLE: BatchDecision = Object.freeze({ action: 'idle' });

/**
 * Decides when a batch runs and how large it is. To decide reads no clock and changes nothing: the answer follows from
 * the view, the configuration and what has been learned, so every rule can be tested by itself and simulated in virtual
 * time.
 */
export class BatchBuilder {
  /** A batch of this size runs at once, whatever the strategy, provided that a slot is free. */
  dispatchAtOnceSize = 0;
  /** Whether a batch leaves some of those who wait to other slots, if that answers all of them sooner. */
  maySplit = false;

  /**
   * Decides for one batcher.
   *
   * @param config Read at each decision, so that it may change; call `configChanged` when it has.
   * @param learned What the adaptive strategy and deadlines go by; somebody else keeps it up to date.
   */
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly learned: LearnedBehavior,
  ) {
    this.configChanged();
  }

  /** Looks at the configuration anew. */
  configChanged(): void {
    const { preferredBatchSize = Infinity, timeoutStrategy, maxConcurrentBatches } = this.config;
    this.dispatchAtOnceSize = Math.min(preferredBatchSize, largestBatchSize(this.config));
    this.maySplit =
      timeoutStrategy === 'adaptive' && maxConcurrentBatches > 1 && preferredBatchSize === Infinity;
  }

  /** Says whether a batch goes now, and of how many requests, or until when to wait. */
  decide(view: BatchingView): BatchDecision {
    const { queueSize, isCostReached, freeSlots, nowMs, isExpedited } = view;
    if (queueSize === 0 || freeSlots === 0) return IDLE;

    if (isCostReached || queueSize >= largestBatchSize(this.config)) return this.dispatchShare(view, 'full');
    if (isExpedited) return this.dispatch(view, queueSize, 'drain');
    const { preferredBatchSize } = this.config;
    if (preferredBatchSize !== undefined && queueSize >= preferredBatchSize) {
      return this.dispatch(view, queueSize, 'preferred');
    }

    const waitUntilMs = this.waitUntilMs(view);
    const latestStartMs = this.latestStartMs(view, waitUntilMs);
    if (nowMs < waitUntilMs && nowMs < latestStartMs) {
      if (view.isQueueFull) return this.dispatch(view, queueSize, 'adaptive');
      return { action: 'wait', untilMs: Math.min(waitUntilMs, latestStartMs) };
    }
    return this.dispatchShare(view, nowMs < waitUntilMs ? 'deadline' : this.reasonToStopWaiting(view));
  }

  /** Until when the strategy would wait for company, on the clock's scale. */
  private waitUntilMs(view: BatchingView): number {
    const { timeoutStrategy, maxWaitTimeMs } = this.config;
    const longestMs = timeoutStrategy === 'wait-for-full' ? 2 * maxWaitTimeMs : maxWaitTimeMs;
    if (timeoutStrategy !== 'adaptive') return view.oldestEnqueuedAtMs + longestMs;
    // Who has waited for a slot has not waited for company yet; elsewhere that is what the strategy's name promises.
    const sinceMs = Math.max(view.oldestEnqueuedAtMs, view.slotFreeSinceMs);
    return Math.min(sinceMs + longestMs, this.adaptiveWaitUntilMs(view));
  }

  private adaptiveWaitUntilMs(view: BatchingView): number {
    const { queueSize, lastDispatchAtMs } = view;
    return adaptiveWaitUntilMs({
      size: queueSize,
      slots: this.config.maxConcurrentBatches,
      lastDispatchAtMs,
      arrivalsPerMs: this.learned.arrivalsPerMsOf(view.bucketKey),
      curve: this.curveOf(view),
    });
  }

  /**
   * A batch with one request more has to start by then, at the size at which it would run, or the nearest deadline is
   * lost; or one that is hardly later, in another bucket. Before anything is known of the processor that may be any
   * time: so nobody waits who would lose a deadline by waiting alone. Were it lost without a batch, nothing would ever
   * be known.
   */
  private latestStartMs(view: BatchingView, waitUntilMs: number): number {
    const { nearestDeadlineAtMs, queueSize, otherBucketsInHurry } = view;
    if (nearestDeadlineAtMs === Infinity) return Infinity;
    const curve = this.curveOf(view);
    if (!curve.isKnown) return nearestDeadlineAtMs > waitUntilMs ? Infinity : -Infinity;
    const needsMs = otherBucketsInHurry > 0 ? this.timeWithOthersMs(view) : this.timeMs(queueSize + 1, curve);
    return nearestDeadlineAtMs - needsMs - ALARM_MARGIN_MS;
  }

  /**
   * Until the batches of the other buckets are through, too, if they go after this one, each in the first slot that is
   * free. Beside it goes whatever finds a slot, and that may be the largest of them. What they take is told by all
   * batches together, since which of them it will be is not known.
   */
  private timeWithOthersMs(view: BatchingView): number {
    const { queueSize, freeSlots, otherRequests, otherBucketsInHurry } = view;
    const { curve } = this.learned;
    const largestOther = otherRequests - otherBucketsInHurry + 1;
    const rounds = Math.ceil((1 + otherBucketsInHurry) / freeSlots) - 1;
    const besideMs = Math.max(
      this.timeMs(queueSize + 1, this.curveOf(view)),
      this.timeMs(largestOther + 1, curve),
    );
    return besideMs + rounds * this.timeMs(otherRequests / otherBucketsInHurry, curve);
  }

  private curveOf({ bucketKey }: BatchingView): CostCurve {
    return this.learned.buckets.of(bucketKey).curve;
  }

  private timeMs(size: number, curve: CostCurve): number {
    return safeBatchTimeMs(Math.min(size, largestBatchSize(this.config)), this.config, curve);
  }

  private reasonToStopWaiting(view: BatchingView): DispatchReason {
    const isAdaptive = this.config.timeoutStrategy === 'adaptive';
    return isAdaptive && view.nowMs >= this.adaptiveWaitUntilMs(view) ? 'adaptive' : 'waited';
  }

  /** Leaves some for the slots that are about to be free, where that answers all of them sooner. */
  private dispatchShare(view: BatchingView, reason: DispatchReason): BatchDecision {
    const { queueSize } = view;
    const share = this.shareOfSlot(view);
    return share < Math.min(queueSize, largestBatchSize(this.config))
      ? this.dispatch(view, share, 'adaptive')
      : this.dispatch(view, queueSize, reason);
  }

  private shareOfSlot(view: BatchingView): number {
    const { queueSize, nowMs } = view;
    const curve = this.curveOf(view);
    if (!this.maySplit || !curve.isKnown || !view.isAlone) return queueSize;
    const { size, othersStartAfterMs } = shareOfSlot({
      waiting: queueSize,
      slots: this.config.maxConcurrentBatches,
      otherSlotsFreeAfterMs: view.otherSlotsFreeAfterMs,
      arrivalsPerMs: this.learned.arrivalsPerMsOf(view.bucketKey),
      curve,
    });
    // Rather than with padding a batch runs with some more of those who wait.
    const share = paddedBatchSize(size, this.config);
    if (share >= queueSize) return queueSize;
    // Who is left behind shall not be late for it.
    const othersEndAtMs = nowMs + othersStartAfterMs + safeBatchTimeMs(share, this.config, curve);
    return view.isAnyDeadlineBefore(othersEndAtMs) ? queueSize : share;
  }

  /** A batch is cut down to an allowed size only if nobody is late for it. */
  private dispatch(view: BatchingView, available: number, reason: DispatchReason): BatchDecision {
    const most = Math.min(available, largestBatchSize(this.config));
    const curve = this.curveOf(view);
    const cut = chooseBatchSize(available, this.config, curve);
    const mayNotBeCut =
      cut < most && this.isLateBehind(view, cut, most, curve) && this.isServedBy(most, cut, curve);
    return { action: 'dispatch', size: mayNotBeCut ? most : cut, reason };
  }

  /** Whether somebody may be late if a batch of `size` goes now, and the rest of those `waiting` after it. */
  private isLateBehind(view: BatchingView, size: number, waiting: number, curve: CostCurve): boolean {
    const { nearestDeadlineAtMs, nowMs } = view;
    if (nearestDeadlineAtMs === Infinity || !curve.isKnown) return false;
    let batchesLeft = 0;
    for (let left = waiting - size; left > 0; batchesLeft += 1) {
      left -= chooseBatchSize(left, this.config, curve);
    }
    const batchMs = this.timeMs(size, curve);
    const [otherSlotFreeAfterMs = Infinity] = view.otherSlotsFreeAfterMs;
    const rounds = Math.ceil(batchesLeft / this.config.maxConcurrentBatches);
    return nearestDeadlineAtMs < nowMs + Math.min(batchMs, otherSlotFreeAfterMs) + rounds * batchMs;
  }

  /**
   * Whether padded batches of `most` keep up with arrivals, or serve more per time than those of the smaller size.
   * Otherwise saving all who are here would lose more of those who come after them.
   */
  private isServedBy(most: number, smaller: number, curve: CostCurve): boolean {
    const { arrivals } = this.learned;
    const servedPerMs = most / this.timeMs(most, curve);
    const slots = this.config.maxConcurrentBatches;
    return (
      arrivals.requestsPerMs <= slots * servedPerMs || servedPerMs >= smaller / this.timeMs(smaller, curve)
    );
  }
}
