import { Admission } from './admission.js';
import { BatchBuilder, type BatchingView } from './batch-builder.js';
import type { BatchedResponse, DispatchReason } from './batch-info.js';
import {
  toBatchProcessor,
  type BatchProcessor,
  type BatchProcessorLike,
  type ProcessorHealth,
} from './batch-processor.js';
import { BatchRunner, type BatchEnding } from './batch-runner.js';
import type { BatchingConfig, ResolvedBatchingConfig } from './batching-config.js';
import { BoundedRequestQueue } from './bounded-request-queue.js';
import type { Alarm, Clock } from './clock.js';
import { describeValue } from './config-rules.js';
import { DeadlineHeap } from './deadline-heap.js';
import { DrainEstimate } from './drain-estimate.js';
import {
  BatcherClosedError,
  BatchingError,
  DeadlineExceededError,
  QueueFullError,
  RequestAbortedError,
} from './errors/index.js';
import { QueuedRequest, type RequestOwner } from './queued-request.js';
import type { QueueStatistics } from './queue-statistics.js';
import { RequestBatch } from './request-batch.js';
import type { RequestOptions } from './request-options.js';
import { resolveConfig } from './resolve-config.js';
import { ResponseScatterer } from './response-scatterer.js';
import { StatisticsRecorder, type RequestOutcome } from './statistics-recorder.js';
import { systemClock } from './system-clock.js';

/** `open` takes requests; `draining` only finishes what it has accepted; `closed` holds nothing any more. */
export type BatcherState = 'open' | 'draining' | 'closed';

export interface DynamicBatcherOptions {
  /** The batcher's name in messages. Default `default`. */
  readonly name?: string;
  /** Where time comes from. Default: the system's clock. */
  readonly clock?: Clock;
}

/** How a drain ended. */
export interface DrainResult {
  /** Whether every accepted request got its answer. */
  readonly isComplete: boolean;
  /** How many requests were rejected with `BatcherClosedError` because time was over. */
  readonly rejectedRequests: number;
}

/**
 * Turns many concurrent single requests into few processor calls.
 *
 * It promises: every accepted request settles exactly once; result *i* goes to request *i*; no batch exceeds
 * `maxBatchSize`, the queue never `maxQueueSize`, and never more than `maxConcurrentBatches` run; a batch is
 * formed when a slot takes it, not before, and what was aborted or is out of time by then never reaches the
 * processor; requests run in the order in which they came.
 *
 * It holds promises, one alarm and no loop: it acts when a request comes, a batch ends, a caller leaves or the
 * alarm rings. What to do then is `BatchBuilder`'s decision.
 *
 * When not to use it: if the processor is not cheaper per batch than per item, it only adds a hop.
 */
export class DynamicBatcher<TRequest, TResponse> implements RequestOwner<TRequest, TResponse> {
  readonly name: string;
  readonly config: ResolvedBatchingConfig;
  private readonly clock: Clock;
  private readonly processor: BatchProcessor<TRequest, TResponse>;
  private readonly admission: Admission<TRequest>;
  private readonly builder: BatchBuilder;
  private readonly runner: BatchRunner<TRequest, TResponse>;
  private readonly scatterer = new ResponseScatterer<TRequest, TResponse>();
  private readonly queue: BoundedRequestQueue<QueuedRequest<TRequest, TResponse>>;
  private readonly deadlines = new DeadlineHeap<QueuedRequest<TRequest, TResponse>>();
  private readonly recorder = new StatisticsRecorder();
  private readonly drainEstimate: DrainEstimate;
  private readonly alarm: Alarm;
  private currentState: BatcherState = 'open';
  private isExpedited = false;
  private isDecisionDeferred = false;
  private isDeciding = false;
  private waitUntilMs = Infinity;
  private closeAtMs = Infinity;
  private lastBatchId = 0;
  private resolveDrained!: (result: DrainResult) => void;
  private readonly drained = new Promise<DrainResult>((resolve) => (this.resolveDrained = resolve));

  /**
   * @param config What is not given has its default; of several, a later one wins.
   * @param processor Runs the batches.
   * @throws InvalidConfigError that lists every fault of the configuration.
   */
  constructor(
    config: BatchingConfig | readonly BatchingConfig[],
    processor: BatchProcessorLike<TRequest, TResponse>,
    { name = 'default', clock = systemClock }: DynamicBatcherOptions = {},
  ) {
    this.name = name;
    this.config = resolveConfig(`batcher "${name}"`, ...[config].flat());
    this.clock = clock;
    this.processor = toBatchProcessor(processor);
    this.admission = new Admission(name, this.config, this.processor);
    this.builder = new BatchBuilder(this.config);
    this.runner = new BatchRunner(name, this.processor, clock, (batch, ending) =>
      this.onBatchEnded(batch, ending),
    );
    this.queue = new BoundedRequestQueue(this.config.maxQueueSize);
    this.drainEstimate = new DrainEstimate(this.config);
    this.alarm = clock.createAlarm(() => this.decide());
  }

  get state(): BatcherState {
    return this.currentState;
  }

  /**
   * Sends one request along with others and answers with its own result.
   *
   * The promise rejects (the call itself never throws) with `QueueFullError`, `BatcherClosedError`,
   * `InvalidRequestError`, `RequestAbortedError` or `DeadlineExceededError`; with the processor's `Error` for
   * this request; or, if the batch failed as a whole, with `BatchProcessingError` or
   * `ResponseCountMismatchError`.
   */
  process(request: TRequest, options?: RequestOptions): Promise<TResponse> {
    return this.admit(request, false, options) as Promise<TResponse>;
  }

  /** Like `process`, and tells of the batch that the response rode in. */
  processWithInfo(request: TRequest, options?: RequestOptions): Promise<BatchedResponse<TResponse>> {
    return this.admit(request, true, options) as Promise<BatchedResponse<TResponse>>;
  }

  getStatistics(): QueueStatistics {
    const { oldest } = this.queue;
    return {
      currentQueueSize: this.queue.size,
      maxQueueSize: this.config.maxQueueSize,
      isQueueFull: this.queue.isFull,
      isQueueEmpty: this.queue.isEmpty,
      oldestWaitMs: oldest === undefined ? 0 : this.clock.now() - oldest.enqueuedAtMs,
      maxConcurrentBatches: this.config.maxConcurrentBatches,
      ...this.recorder.summarize(),
    };
  }

  /** How the processor says it fares; one that does not say counts as ready. */
  getProcessorHealth(): ProcessorHealth {
    return this.processor.getHealth?.() ?? { isReady: true };
  }

  /** From now on nobody waits for company: a free slot takes what is there. For the time before a drain. */
  expedite(): void {
    this.isExpedited = true;
    this.decide();
  }

  /**
   * Refuses new requests and finishes the accepted ones. What is not answered after `timeoutMs` is rejected
   * with `BatcherClosedError`. When called again, the shorter time counts.
   *
   * @param options.timeoutMs Milliseconds, 0 or more. Default: `drainTimeoutMs` of the configuration.
   * @throws RangeError if `timeoutMs` is no such number.
   */
  drain({ timeoutMs = this.config.drainTimeoutMs }: { timeoutMs?: number } = {}): Promise<DrainResult> {
    if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
      throw new RangeError(
        `drain: received the timeoutMs ${describeValue(timeoutMs)}, expected milliseconds, 0 or more.`,
      );
    }
    if (this.currentState !== 'closed') {
      this.currentState = 'draining';
      this.isExpedited = true;
      this.closeAtMs = Math.min(this.closeAtMs, this.clock.now() + timeoutMs);
      this.decide();
    }
    return this.drained;
  }

  /** Refuses new requests and rejects all that are not answered yet, at once. */
  async close(): Promise<void> {
    await this.drain({ timeoutMs: 0 });
  }

  /** `await using`: drains within `drainTimeoutMs`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain();
  }

  /** The caller has taken a request back. Called by the request itself. */
  abort(request: QueuedRequest<TRequest, TResponse>): void {
    this.giveUp(request, 'aborted', new RequestAbortedError(this.name, request.signal?.reason));
    // What else comes in this turn shall still ride with what is here.
    if (!this.isDecisionDeferred) this.decide();
  }

  private admit(
    payload: TRequest,
    wantsBatchInfo: boolean,
    options: RequestOptions = NO_OPTIONS,
  ): QueuedRequest<TRequest, TResponse>['promise'] {
    try {
      if (this.currentState !== 'open') throw new BatcherClosedError(this.name, 'it takes no new requests.');
      const timeoutMs = this.admission.timeoutMsOf(options);
      this.admission.validate(payload);
      if (this.queue.isFull) {
        const retryAfterMs = this.drainEstimate.retryAfterMs(this.queue.size);
        throw new QueueFullError(this.name, this.config.maxQueueSize, retryAfterMs);
      }
      return this.enqueue(payload, options.signal, timeoutMs, wantsBatchInfo).promise;
    } catch (error) {
      this.recorder.requestRefused(error instanceof BatchingError ? error.code : 'UNKNOWN');
      return Promise.reject(error);
    }
  }

  private enqueue(
    payload: TRequest,
    signal: AbortSignal | undefined,
    timeoutMs: number,
    wantsBatchInfo: boolean,
  ): QueuedRequest<TRequest, TResponse> {
    const nowMs = this.clock.now();
    const request = new QueuedRequest(this, payload, nowMs, timeoutMs, signal, wantsBatchInfo);
    this.queue.enqueue(request);
    this.recorder.requestAccepted();
    if (request.deadlineAtMs !== Infinity) {
      this.deadlines.add(request);
      if (this.deadlines.nearest === request) this.setAlarm();
    }
    if (this.freeSlots > 0) this.decideSoon();
    return request;
  }

  /** Requests that come in the same turn of the event loop ride together; a full batch need not wait for it. */
  private decideSoon(): void {
    if (this.queue.size >= this.builder.dispatchAtOnceSize) {
      this.decide();
    } else if (!this.isDecisionDeferred) {
      this.isDecisionDeferred = true;
      this.clock.defer(this.onTurnEnded);
    }
  }

  private readonly onTurnEnded = (): void => {
    this.isDecisionDeferred = false;
    this.decide();
  };

  private decide(): void {
    // A processor may call the batcher while it is being started; the loop below sees what that changed.
    if (this.isDeciding) return;
    this.isDeciding = true;
    this.waitUntilMs = this.fillSlots();
    this.finishDrain();
    this.setAlarm();
    this.isDeciding = false;
  }

  /** Starts what shall start now, and tells until when to wait for company after that (Infinity: not at all). */
  private fillSlots(): number {
    for (;;) {
      // The processor may take its time before it returns a promise, so each batch looks at the clock anew.
      const nowMs = this.clock.now();
      this.expire(nowMs);
      if (nowMs >= this.closeAtMs) return Infinity;
      const decision = this.builder.decide(this.viewAt(nowMs));
      if (decision.action === 'wait') return decision.untilMs;
      if (decision.action === 'idle') return Infinity;
      this.dispatch(decision.size, decision.reason, nowMs);
    }
  }

  private viewAt(nowMs: number): BatchingView {
    return {
      queueSize: this.queue.size,
      oldestEnqueuedAtMs: this.queue.oldest?.enqueuedAtMs ?? Infinity,
      freeSlots: this.freeSlots,
      nowMs,
      isExpedited: this.isExpedited,
    };
  }

  private get freeSlots(): number {
    return this.config.maxConcurrentBatches - this.runner.running.size;
  }

  private dispatch(size: number, reason: DispatchReason, nowMs: number): void {
    this.lastBatchId += 1;
    const batch = new RequestBatch(this.lastBatchId, this.queue.dequeue(size), reason, nowMs);
    this.recorder.batchDispatched(batch);
    this.runner.run(batch);
  }

  private onBatchEnded(batch: RequestBatch<TRequest, TResponse>, ending: BatchEnding<TResponse>): void {
    this.recorder.batchEnded(batch, 'error' in ending);
    this.drainEstimate.observe(batch.processingTimeMs);
    for (const request of batch.requests) this.deadlines.remove(request);
    const { succeeded, failed } = this.scatterer.scatter(batch, ending);
    this.recorder.requestsSettled('succeeded', succeeded);
    this.recorder.requestsSettled('failed', failed);
    this.decide();
  }

  private expire(nowMs: number): void {
    let request = this.deadlines.nearest;
    while (request !== undefined && request.deadlineAtMs <= nowMs) {
      const phase = request.batch === undefined ? 'queue' : 'execution';
      this.giveUp(request, 'expired', new DeadlineExceededError(this.name, phase, request.timeoutMs));
      request = this.deadlines.nearest;
    }
  }

  /** Answers a request that is not going to get its result, and frees its place. */
  private giveUp(
    request: QueuedRequest<TRequest, TResponse>,
    outcome: RequestOutcome,
    error: BatchingError,
  ): void {
    if (request.isSettled) return;
    this.queue.remove(request);
    this.deadlines.remove(request);
    this.recorder.requestsSettled(outcome);
    request.reject(error);
    if (request.batch === undefined) return;
    this.recorder.callerLeftBatch();
    request.batch.callerLeft();
  }

  private finishDrain(): void {
    if (this.currentState !== 'draining') return;
    if (this.clock.now() >= this.closeAtMs) this.rejectAll();
    else if (!this.queue.isEmpty || this.runner.running.size > 0) return;
    this.currentState = 'closed';
    this.closeAtMs = Infinity;
    const rejectedRequests = this.recorder.requests.closed;
    this.resolveDrained({ isComplete: rejectedRequests === 0, rejectedRequests });
  }

  private rejectAll(): void {
    const error = new BatcherClosedError(this.name, 'the request could not be answered in time.');
    for (const request of this.queue.dequeue(this.queue.size)) this.giveUp(request, 'closed', error);
    for (const { requests } of this.runner.running) {
      for (const request of requests) this.giveUp(request, 'closed', error);
    }
  }

  private setAlarm(): void {
    const atMs = Math.min(this.waitUntilMs, this.deadlines.nearestAtMs, this.closeAtMs);
    if (atMs === Infinity) this.alarm.clear();
    else this.alarm.set(atMs);
  }
}

const NO_OPTIONS: RequestOptions = Object.freeze({});
