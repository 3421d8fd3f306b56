import type { Arrival } from '../requests/arrival.js';
import { BatchRunner, type BatchEnding } from '../execution/batch-runner.js';
import type { BatchProcessor } from '../processor/batch-processor.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { Alarm, Clock } from '../time/clock.js';
import { Coalescing } from '../requests/coalescing.js';
import { OrdinaryColumns } from '../requests/ordinary-columns.js';
import type { Answer, QueuedRequest } from '../requests/queued-request.js';
import type { RequestBatch } from '../execution/request-batch.js';
import { ResponseScatterer } from '../execution/response-scatterer.js';
import type { StatisticsRecorder } from '../statistics/statistics-recorder.js';
import { BatchBuilder } from './batch-builder.js';
import { DeadlineWatch } from './deadline-watch.js';
import { EventLoopTurn } from './event-loop-turn.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import { LongestBatch } from './longest-batch.js';
import { OutOfTurn } from './out-of-turn.js';
import { RequestDepartures } from './request-departures.js';
import { createRequestQueue, type RequestQueue } from './request-queue.js';
import { SlotFiller } from './slot-filler.js';
import { SlotForecast } from './slot-forecast.js';

/** What a scheduler works with. */
export interface SchedulerParts<TRequest, TResponse> {
  readonly batcherName: string;
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly clock: Clock;
  readonly processor: BatchProcessor<TRequest, TResponse>;
  readonly learned: LearnedBehavior;
  readonly recorder: StatisticsRecorder;
  /** Called after each decision, when everything that follows from it has been started. */
  readonly onDecided: (nowMs: number) => void;
}

/**
 * Moves requests from the queue into slots. It holds one alarm and no loop: it acts when a request comes, a batch
 * ends, a caller leaves or the alarm rings. What to do then is `BatchBuilder`'s decision.
 */
export class BatchScheduler<TRequest, TResponse> {
  readonly queue: RequestQueue<TRequest, TResponse>;
  readonly runner: BatchRunner<TRequest, TResponse>;
  readonly coalescing = new Coalescing<TRequest, TResponse>();
  readonly departures: RequestDepartures<TRequest, TResponse>;
  /** From now on nobody waits for company. */
  isExpedited = false;
  /** From then on nothing is started any more; on the clock's scale. */
  closeAtMs = Infinity;
  readonly slots: SlotForecast;
  readonly outOfTurn: OutOfTurn<QueuedRequest<TRequest, TResponse>>;
  private readonly ordinary = new OrdinaryColumns<TRequest, TResponse>();
  private readonly builder: BatchBuilder;
  private readonly longestBatch: LongestBatch;
  private readonly scatterer = new ResponseScatterer<TRequest, TResponse>();
  private readonly deadlines: DeadlineWatch<TRequest, TResponse>;
  private readonly filler: SlotFiller<TRequest, TResponse>;
  private readonly alarm: Alarm;
  private readonly turn: EventLoopTurn;
  /** Whether a batch could go, as the latest decision left it; a slot becomes free only by leading to another one. */
  private isSlotFree = true;
  private isDeciding = false;
  private isHeldBack = false;
  private isDecisionHeldBack = false;
  private waitUntilMs = Infinity;
  private alarmAtMs = Infinity;

  constructor(private readonly parts: SchedulerParts<TRequest, TResponse>) {
    const { batcherName, config, clock, processor, learned, recorder } = parts;
    this.builder = new BatchBuilder(config, learned);
    this.queue = createRequestQueue(config, this.builder, this.ordinary);
    this.runner = new BatchRunner(batcherName, processor, clock, (batch, ending) =>
      this.onBatchEnded(batch, ending),
    );
    this.deadlines = new DeadlineWatch(this.queue, this.runner.running);
    this.slots = new SlotForecast(config, learned, this.runner.running, processor);
    const { builder, queue, runner, deadlines, coalescing, slots } = this;
    this.longestBatch = new LongestBatch(config, learned);
    const { longestBatch } = this;
    this.outOfTurn = new OutOfTurn({ config, queue, learned, deadlines, slots, longestBatch });
    const { running } = runner;
    this.departures = new RequestDepartures({ batcherName, queue, running, deadlines, coalescing, recorder });
    this.alarm = clock.createAlarm(() => this.decide());
    this.turn = new EventLoopTurn(clock, () => {
      // Where nothing runs and there is no slot, nobody else would note that there is something to do.
      if (this.filler.startableBatches > 0 || running.size === 0) this.decide();
    });
    const { departures, turn, outOfTurn } = this;
    this.filler = new SlotFiller({
      config,
      processor,
      learned,
      recorder,
      builder,
      queue,
      runner,
      deadlines,
      departures,
      slots,
      outOfTurn,
      longestBatch,
      turn,
      placesTaken: () => this.placesTaken,
    });
  }

  /** Lets a request wait. The caller has made sure that there is room. */
  enqueue(request: QueuedRequest<TRequest, TResponse>): void {
    const bucket = this.queue.enqueue(request);
    if (request.timeoutMs !== Infinity) this.watchQueuedDeadline(request, request.deadlineAtMs);
    this.decideSoon(bucket.size);
  }

  /**
   * As `enqueue`, for one of which nothing special was said and that needs no entry. Tells the promise of its answer.
   */
  enqueueOrdinary(payload: TRequest, arrival: Arrival): Promise<Answer<TResponse>> {
    const answer = this.ordinary.add(payload, arrival, this.queue.enqueueOrdinary());
    this.decideSoon(this.ordinary.size);
    return answer;
  }

  /** Lets a request share the place of another, in the queue or in a running batch. */
  joinPlace(leader: QueuedRequest<TRequest, TResponse>, follower: QueuedRequest<TRequest, TResponse>): void {
    leader.takeAlong(follower);
    this.coalescing.followerJoined();
    if (follower.timeoutMs !== Infinity) this.watchDeadline(follower);
    // To be decided again: the follower's deadline may be nearer than the time until which the place was to wait.
    if (leader.batch === undefined) this.turn.open();
    else this.parts.recorder.callerJoinedBatch();
  }

  /** The time at which a request comes, to within one turn of the event loop. */
  get arrival(): Arrival {
    return this.turn.arrival;
  }

  /** How many places have been taken in all: who shares another's has taken none. */
  get placesTaken(): number {
    return this.coalescing.placesOf(this.parts.recorder.requests.accepted);
  }

  /** Looks at the configuration anew, and at all that waits. */
  configChanged(): void {
    this.builder.configChanged();
    this.longestBatch.configChanged();
    this.queue.rulesChanged();
    // There may be more of them; and what ended while there was none has freed none.
    if (this.filler.freeSlots > 0) this.parts.learned.slotFreed();
    this.decide();
  }

  /** Whether nothing waits and nothing runs. */
  get isIdle(): boolean {
    return this.queue.isEmpty && this.runner.running.size === 0;
  }

  /** Decides on all that `act` changes when it is through, so that no processor is called in between. */
  together<TResult>(act: () => TResult): TResult {
    this.isHeldBack = true;
    try {
      return act();
    } finally {
      this.isHeldBack = false;
      if (this.isDecisionHeldBack) this.decide();
    }
  }

  /** @param nowMs The time, if it is known. */
  decide(nowMs?: number): void {
    this.isDecisionHeldBack = this.isHeldBack;
    // A processor may call the batcher while it is being started; the loop below sees what that changed.
    if (this.isHeldBack || this.isDeciding) return;
    this.isDeciding = true;
    this.waitUntilMs = this.filler.fill(nowMs, this);
    this.isSlotFree = this.filler.startableBatches > 0;
    this.filler.noteFilled();
    this.parts.onDecided(this.turn.timeMs);
    this.setAlarm();
    this.isDeciding = false;
  }

  /** Decides now, unless that is due anyway when this turn of the event loop ends. */
  decideUnlessDue(): void {
    if (!this.turn.isOpen) this.decide();
  }

  /** Requests that come in the same turn of the event loop ride together; a full batch need not wait for it. */
  private decideSoon(size: number): void {
    if (this.isSlotFree && size >= this.builder.dispatchAtOnceSize && !this.isLeftForOtherSlots(size))
      this.decide();
    else if (!this.turn.isOpen) this.turn.open();
  }

  /**
   * Whether a full batch had better wait for the end of the turn: slots that share what comes (`maySplit`) wait for all
   * of it, unless it fills every free slot already, or the queue is full.
   */
  private isLeftForOtherSlots(size: number): boolean {
    const { maySplit, dispatchAtOnceSize } = this.builder;
    if (!maySplit || size !== this.queue.size || this.queue.isFull) return false;
    return size < this.filler.freeSlots * dispatchAtOnceSize;
  }

  private onBatchEnded(batch: RequestBatch<TRequest, TResponse>, ending: BatchEnding<TResponse>): void {
    const { learned, recorder } = this.parts;
    const isFailed = ending.error !== undefined;
    if (batch.started !== undefined) recorder.batchBegan(batch);
    recorder.batchEnded(batch, isFailed);
    // A batch that failed may have done so before it did anything: its time says nothing.
    if (!isFailed) {
      const { paddedBatchSize, processingTimeMs, endedAtMs, bucketKey } = batch;
      learned.observeBatch(paddedBatchSize, processingTimeMs, endedAtMs, bucketKey);
    }
    if (this.filler.freeSlots > 0) learned.slotFreed();
    this.deadlines.batchEnded(batch);
    this.coalescing.forgetAll(batch.requests);
    const { succeeded, failed, followers } = this.scatterer.scatter(batch, ending);
    recorder.requestsAnswered(succeeded, failed);
    this.coalescing.followers -= followers;
    this.decide(batch.endedAtMs);
  }

  private watchQueuedDeadline(request: QueuedRequest<TRequest, TResponse>, deadlineAtMs: number): void {
    this.deadlines.addQueued(request, deadlineAtMs);
    if (deadlineAtMs < this.alarmAtMs) this.setAlarm();
  }

  private watchDeadline(request: QueuedRequest<TRequest, TResponse>): void {
    this.deadlines.add(request);
    if (request.deadlineAtMs < this.alarmAtMs) this.setAlarm();
  }

  private setAlarm(): void {
    this.alarmAtMs = Math.min(this.waitUntilMs, this.deadlines.earliestMs, this.closeAtMs);
    if (this.alarmAtMs === Infinity) this.alarm.clear();
    else this.alarm.set(this.alarmAtMs);
  }
}
