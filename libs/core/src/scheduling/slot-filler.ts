import type { BatchRunner } from '../execution/batch-runner.js';
import type { BatchProcessor } from '../processor/batch-processor.js';
import type { DispatchReason } from '../processor/batch-info.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { OrdinaryRequests } from '../requests/ordinary-requests.js';
import type { Bucket } from '../queue/bucket.js';
import type { QueuedRequest } from '../requests/queued-request.js';
import { RequestBatch, sizeOf } from '../execution/request-batch.js';
import type { StatisticsRecorder } from '../statistics/statistics-recorder.js';
import type { BatchBuilder, BatchDecision } from './batch-builder.js';
import { BatchFormer } from './batch-former.js';
import { paddedBatchSize } from './batch-size-choice.js';
import { BucketView } from './bucket-view.js';
import type { DeadlineWatch } from './deadline-watch.js';
import type { EventLoopTurn } from './event-loop-turn.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { LongestBatch } from './longest-batch.js';
import type { OutOfTurn } from './out-of-turn.js';
import { Overtaking } from './overtaking.js';
import type { RequestDepartures } from './request-departures.js';
import type { RequestQueue } from './request-queue.js';
import type { SlotForecast } from './slot-forecast.js';

/** What a slot filler works with. */
export interface SlotFillerParts<TRequest, TResponse> {
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly processor: Pick<BatchProcessor<TRequest, TResponse>, 'batchesInAdvance'>;
  readonly learned: LearnedBehavior;
  readonly recorder: StatisticsRecorder;
  readonly builder: BatchBuilder;
  readonly queue: RequestQueue<TRequest, TResponse>;
  readonly runner: BatchRunner<TRequest, TResponse>;
  readonly deadlines: DeadlineWatch<TRequest, TResponse>;
  readonly departures: RequestDepartures<TRequest, TResponse>;
  readonly slots: SlotForecast;
  readonly longestBatch: LongestBatch;
  readonly outOfTurn: OutOfTurn<QueuedRequest<TRequest, TResponse>>;
  readonly turn: EventLoopTurn;
  /** How many places have been taken in all. */
  readonly placesTaken: () => number;
}

/** Under what circumstances slots are filled. */
export interface FillTerms {
  /** Nobody waits for company any more. */
  readonly isExpedited: boolean;
  /** From then on nothing is started; on the clock's scale. */
  readonly closeAtMs: number;
}

/** Not a time to wait until: the batch has gone. */
const DISPATCHED = -Infinity;

/**
 * Starts what shall start now, bucket after bucket, as long as there is a slot. What goes, and when, is
 * `BatchBuilder`'s decision; who rides, `BatchFormer`'s.
 */
export class SlotFiller<TRequest, TResponse> {
  private readonly former: BatchFormer<
    QueuedRequest<TRequest, TResponse>,
    OrdinaryRequests<TRequest, TResponse>
  >;
  private readonly overtaking: Overtaking;
  private readonly view: BucketView<TRequest, TResponse>;
  private lastBatchId = 0;

  constructor(private readonly parts: SlotFillerParts<TRequest, TResponse>) {
    const { config, queue, learned, deadlines, slots, longestBatch } = parts;
    this.former = new BatchFormer(config, queue, learned, deadlines, slots, longestBatch);
    this.overtaking = new Overtaking(config, learned.curve, deadlines, slots);
    this.view = new BucketView(config, queue, deadlines, slots);
  }

  /** How many slots nothing runs in; below 0 if the processor has lost workers, or takes batches in advance. */
  get freeSlots(): number {
    return this.parts.config.maxConcurrentBatches - this.parts.runner.running.size;
  }

  /** How many batches could go now, those included that the processor takes in advance. */
  get startableBatches(): number {
    return this.freeSlots + (this.parts.processor.batchesInAdvance ?? 0);
  }

  /**
   * Starts what shall start now.
   *
   * @param knownNowMs The time, if it is known.
   * @returns Until when to wait for company after that, on the clock's scale; Infinity: not at all.
   */
  fill(knownNowMs: number | undefined, terms: FillTerms): number {
    const { queue, learned, deadlines, departures, turn } = this.parts;
    let nowMs = knownNowMs === undefined ? turn.readClock() : turn.noteTime(knownNowMs);
    this.view.noteFreeSlots(this.freeSlots, nowMs);
    // The processor may take its time before it returns a promise, so each batch looks at the clock anew.
    for (; ; nowMs = turn.readClock()) {
      learned.arrivals.observe(this.parts.placesTaken(), nowMs);
      deadlines.expire(nowMs, departures.expire);
      const urgent = queue.mostUrgentBucket;
      if (urgent === undefined || nowMs >= terms.closeAtMs) return Infinity;
      if (this.freeSlots <= 0) {
        if (!this.dispatchInAdvance(urgent, nowMs, terms)) return Infinity;
        continue;
      }
      const hurried = this.parts.outOfTurn.find(urgent, nowMs);
      if (hurried !== undefined && this.tryToDispatch(hurried, nowMs, terms) === DISPATCHED) {
        this.parts.outOfTurn.noteDispatch(true);
        continue;
      }
      const untilMs = this.tryToDispatch(urgent, nowMs, terms);
      const otherUntilMs = untilMs === DISPATCHED ? DISPATCHED : this.tryOthers(nowMs, terms);
      if (otherUntilMs !== DISPATCHED) return Math.min(untilMs, otherUntilMs);
      if (this.startableBatches <= 0) return Infinity;
    }
  }

  /** All that shall start now has been started. */
  noteFilled(): void {
    this.view.noteFreeSlots(this.freeSlots, this.parts.turn.timeMs);
  }

  /**
   * A full batch gains nothing by waiting for a slot but newcomers that may overtake, so a processor that likes to get
   * it ready may have it, where nobody can.
   */
  private dispatchInAdvance(
    bucket: Bucket<QueuedRequest<TRequest, TResponse>>,
    nowMs: number,
    terms: FillTerms,
  ): boolean {
    if (this.startableBatches <= 0 || this.parts.config.maxConcurrentBatches === 0) return false;
    const decision = this.decideFor(bucket, nowMs, terms, 1);
    if (decision.action !== 'dispatch' || decision.reason !== 'full') return false;
    if (this.overtaking.isPossible(bucket, decision.size, nowMs)) return false;
    this.dispatch(bucket, decision.size, 'full', nowMs);
    return true;
  }

  /** The most urgent bucket waits for company: one that does not need to may use the slot meanwhile. */
  private tryOthers(nowMs: number, terms: FillTerms): number {
    const { queue, deadlines } = this.parts;
    const hurried = deadlines.nearestQueued;
    const hurriedBucket = hurried === undefined ? undefined : queue.bucketOf(hurried.place);
    let earliestMs = Infinity;
    for (const bucket of [hurriedBucket, ...queue.otherCandidates]) {
      const untilMs = bucket === undefined ? Infinity : this.tryToDispatch(bucket, nowMs, terms);
      if (untilMs === DISPATCHED) return DISPATCHED;
      earliestMs = Math.min(earliestMs, untilMs);
    }
    return earliestMs;
  }

  /** Until when the bucket waits for company, if it does not go now. */
  private tryToDispatch(
    bucket: Bucket<QueuedRequest<TRequest, TResponse>>,
    nowMs: number,
    terms: FillTerms,
  ): number {
    const decision = this.decideFor(bucket, nowMs, terms, this.freeSlots);
    if (decision.action === 'wait') return decision.untilMs;
    if (decision.action === 'idle') return Infinity;
    this.dispatch(bucket, decision.size, decision.reason, nowMs);
    return DISPATCHED;
  }

  private decideFor(
    bucket: Bucket<QueuedRequest<TRequest, TResponse>>,
    nowMs: number,
    { isExpedited }: FillTerms,
    freeSlots: number,
  ): BatchDecision {
    this.view.pointAt(bucket, freeSlots, nowMs, isExpedited);
    return this.parts.builder.decide(this.view);
  }

  private dispatch(
    bucket: Bucket<QueuedRequest<TRequest, TResponse>>,
    size: number,
    reason: DispatchReason,
    nowMs: number,
  ): void {
    const { config, processor, learned, recorder, departures, deadlines, runner, outOfTurn } = this.parts;
    const { riding, lost, isCutByCost } = this.former.form(bucket, size, nowMs);
    for (const request of lost) departures.giveUpLost(request);
    if (sizeOf(riding) === 0) return;
    this.view.lastDispatchAtMs = nowMs;
    outOfTurn.noteDispatch(false);
    const padded = paddedBatchSize(sizeOf(riding), config);
    const trueReason = isCutByCost === true ? 'full' : reason;
    const batch = new RequestBatch(++this.lastBatchId, riding, trueReason, nowMs, padded);
    deadlines.moveToRunning(batch);
    recorder.batchDispatched(batch);
    // One that goes in advance tells later when it begins.
    if (!processor.batchesInAdvance) recorder.batchBegan(batch);
    runner.run(batch);
    if (this.freeSlots <= 0) learned.slotsTaken(nowMs);
  }
}
