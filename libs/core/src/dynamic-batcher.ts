import { Admission } from './intake/admission.js';
import type { BatchedResponse } from './processor/batch-info.js';
import {
  toBatchProcessor,
  type BatchProcessor,
  type BatchProcessorLike,
  type ProcessorHealth,
} from './processor/batch-processor.js';
import type { BatchingConfig, ResolvedBatchingConfig } from './config/batching-config.js';
import type { Clock } from './time/clock.js';
import {
  drainTimeoutMsOf,
  resolveBatcherOptions,
  type DrainOptions,
  type DynamicBatcherOptions,
} from './config/dynamic-batcher-options.js';
import { BatcherClosedError, BatchingError, QueueFullError, RequestAbortedError } from './errors/index.js';
import type { RequestOwner } from './requests/caller-signal.js';
import type { QueuedRequest } from './requests/queued-request.js';
import { KEPT_SHAPES } from './kept-shapes.js';
import { LiveConfig } from './config/live-config.js';
import type { QueueStatistics } from './statistics/queue-statistics.js';
import { RequestIntake } from './intake/request-intake.js';
import { NO_OPTIONS, type RequestOptions } from './requests/request-options.js';
import { explainBatching, type BatchingExplanation } from './scheduling/explanation.js';
import { BatchScheduler } from './scheduling/batch-scheduler.js';
import { LearnedBehavior } from './learned/learned-behavior.js';
import { StatisticsRecorder } from './statistics/statistics-recorder.js';

/** `open` takes requests; `draining` only finishes what it has accepted; `closed` holds nothing any more. */
export type BatcherState = 'open' | 'draining' | 'closed';

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
 * `maxBatchSize` or `maxBatchCost`, the queue never `maxQueueSize`, and never more than `maxConcurrentBatches` run;
 * a batch is formed when a slot takes it, not before, and what was aborted or is out of time by then never reaches
 * the processor; within a bucket, priority and tenant, requests run in the order in which they came.
 *
 * When not to use it: if the processor is not cheaper per batch than per item, it only adds a hop.
 */
export class DynamicBatcher<TRequest, TResponse> implements RequestOwner<TRequest, TResponse> {
  /** Alive as long as the class is. @internal */
  static readonly keptShapes = KEPT_SHAPES;
  /** By this name messages and health checks speak of it. */
  readonly name: string;
  private readonly clock: Clock;
  private readonly processor: BatchProcessor<TRequest, TResponse>;
  private readonly configuration: LiveConfig;
  /** What all parts read; changed in place. */
  private readonly live: ResolvedBatchingConfig;
  private readonly admission: Admission<TRequest, TResponse>;
  private readonly intake: RequestIntake<TRequest, TResponse>;
  private readonly scheduler: BatchScheduler<TRequest, TResponse>;
  private readonly learned = new LearnedBehavior();
  private readonly recorder = new StatisticsRecorder();
  /** A processor may outlive many batchers; it must not keep them. */
  private readonly stopFollowing: (() => void) | void;
  private currentState: BatcherState = 'open';
  private resolveDrained!: (result: Promise<DrainResult>) => void;
  private readonly drained = new Promise<DrainResult>((resolve) => (this.resolveDrained = resolve));

  /**
   * @param config What is not given has its default; of several, a later one wins.
   * @param processor Runs the batches.
   * @param options Its name, and where time comes from.
   * @throws InvalidConfigError that lists every fault of the configuration.
   */
  constructor(
    config: BatchingConfig<TRequest> | readonly BatchingConfig<TRequest>[],
    processor: BatchProcessorLike<TRequest, TResponse>,
    options: DynamicBatcherOptions = {},
  ) {
    const { name, clock } = resolveBatcherOptions(options);
    this.name = name;
    this.clock = clock;
    const subject = `batcher "${name}"`;
    this.processor = toBatchProcessor(processor, subject);
    this.configuration = new LiveConfig(subject, [config].flat(), this.processor);
    this.live = this.configuration.live;
    const parts = {
      batcherName: name,
      config: this.live,
      clock,
      processor: this.processor,
      learned: this.learned,
      recorder: this.recorder,
    };
    this.scheduler = new BatchScheduler({ ...parts, onDecided: (nowMs) => this.onDecided(nowMs) });
    this.admission = new Admission<TRequest, TResponse>(name, this.live, this.processor);
    this.intake = new RequestIntake({
      ...parts,
      admission: this.admission,
      scheduler: this.scheduler,
      owner: this,
    });
    // What nobody names follows the processor.
    this.stopFollowing = this.processor.onLimitsChanged?.(() => this.reconfigure([]));
  }

  /** Whether it takes requests, finishes what it has accepted, or is through. */
  get state(): BatcherState {
    return this.currentState;
  }

  /**
   * What is configured now, with every field decided. What the processor allows at the moment, such as fewer batches at
   * a time while workers are gone, stands in `getStatistics()`.
   */
  get config(): ResolvedBatchingConfig {
    return this.configuration.config;
  }

  /**
   * Sends one request along with others and answers with its own result.
   *
   * The promise rejects (the call itself never throws) with `QueueFullError`, `BatcherClosedError`,
   * `InvalidRequestError`, `RequestTooLargeError`, `RequestAbortedError` or `DeadlineExceededError`; with the
   * processor's `Error` for this request; or, if the batch failed as a whole, with `BatchProcessingError` or
   * `ResponseCountMismatchError`.
   */
  process(request: TRequest, options: RequestOptions = NO_OPTIONS): Promise<TResponse> {
    try {
      this.assertOpen();
      return this.intake.take(request, options, false) as Promise<TResponse>;
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** Like `process`, and tells of the batch that the response rode in. */
  processWithInfo(
    request: TRequest,
    options: RequestOptions = NO_OPTIONS,
  ): Promise<BatchedResponse<TResponse>> {
    try {
      this.assertOpen();
      return this.intake.take(request, options, true) as Promise<BatchedResponse<TResponse>>;
    } catch (error) {
      return this.refuse(error);
    }
  }

  /**
   * Sends many requests, which may ride in several batches. They are accepted all or none: the promise rejects,
   * with what `process` would reject with, if one of them is wrong or there is no room for all; they take nobody's
   * place, and more than `maxQueueSize` are a `RequestTooLargeError`. Otherwise it resolves with one settled result for
   * each, in their order.
   *
   * @param options Counts for each of them.
   */
  processMany(
    requests: readonly TRequest[],
    options: RequestOptions = NO_OPTIONS,
  ): Promise<PromiseSettledResult<TResponse>[]> {
    try {
      this.assertOpen();
      const taken = this.intake.takeAll(requests, options);
      return Promise.allSettled(taken as Promise<TResponse>[]);
    } catch (error) {
      return this.refuse(error);
    }
  }

  /**
   * A snapshot of queue, totals, durations and what has been learned. It takes some ten microseconds: something for
   * each second, not for each request.
   */
  getStatistics(): QueueStatistics {
    const { queue } = this.scheduler;
    const { curve, arrivals } = this.learned;
    const nowMs = this.clock.now();
    return {
      currentQueueSize: queue.size,
      maxQueueSize: this.live.maxQueueSize,
      isQueueFull: queue.isFull,
      isQueueEmpty: queue.isEmpty,
      oldestWaitMs: Math.max(0, nowMs - queue.oldestAtMs),
      maxConcurrentBatches: this.live.maxConcurrentBatches,
      buckets: queue.bucketCount,
      learned: {
        fixedTimeMs: curve.fixedTimeMs,
        timePerRequestMs: curve.timePerRequestMs,
        requestsPerSecond: 1000 * arrivals.requestsPerMsBy(this.scheduler.placesTaken, nowMs),
      },
      progress: this.recorder.progress.summarize(nowMs),
      ...this.recorder.summarize(),
    };
  }

  /** Says in words why batches are as small, or answers as late, as they are. */
  explain(): BatchingExplanation {
    return explainBatching(this.getStatistics(), this.live);
  }

  /** How the processor says it fares; one that does not say counts as ready, one that fails to as not ready. */
  getProcessorHealth(): ProcessorHealth {
    try {
      return this.processor.getHealth?.() ?? { isReady: true };
    } catch (error) {
      return { isReady: false, reason: `The processor's getHealth failed: ${String(error)}` };
    }
  }

  /**
   * Changes the configuration while requests are under way. What is not named stays as it is. It counts from the
   * next decision on; nothing that waits or runs is lost, not even if the queue is now larger than allowed.
   *
   * @param changes Of several, a later one wins.
   * @throws InvalidConfigError that lists every fault; nothing is changed then.
   */
  reconfigure(changes: BatchingConfig<TRequest> | readonly BatchingConfig<TRequest>[]): void {
    this.configuration.reconfigure([changes].flat());
    this.intake.configChanged();
    this.scheduler.configChanged();
  }

  /** From now on nobody waits for company: a free slot takes what is there. For the time before a drain. */
  expedite(): void {
    this.scheduler.isExpedited = true;
    this.scheduler.decide();
  }

  /**
   * Refuses new requests and finishes the accepted ones. What is not answered after `timeoutMs` is rejected
   * with `BatcherClosedError`. When called again, the shorter time counts.
   *
   * @throws TypeError if the options are no object, RangeError if their `timeoutMs` is no number from 0 on.
   */
  drain(options: DrainOptions = {}): Promise<DrainResult> {
    const timeoutMs = drainTimeoutMsOf(options, this.live.drainTimeoutMs);
    if (this.currentState !== 'closed') {
      this.currentState = 'draining';
      this.scheduler.closeAtMs = Math.min(this.scheduler.closeAtMs, this.clock.now() + timeoutMs);
      this.expedite();
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

  /** A caller has taken requests back, all of them before any other may run. Called by their signal. @internal */
  abort(requests: readonly QueuedRequest<TRequest, TResponse>[], reason: unknown): void {
    for (const request of requests) {
      this.scheduler.departures.giveUp(request, 'aborted', new RequestAbortedError(this.name, reason));
    }
    this.scheduler.decideUnlessDue();
  }

  private assertOpen(): void {
    if (this.currentState !== 'open') throw new BatcherClosedError(this.name, 'it takes no new requests.');
  }

  private refuse(error: unknown): Promise<never> {
    const isForTenant = error instanceof QueueFullError && error.reason === 'tenant';
    this.recorder.requestRefused(error instanceof BatchingError ? error.code : 'UNKNOWN', isForTenant);
    return Promise.reject(error);
  }

  private onDecided(nowMs: number): void {
    this.recorder.progress.workChanged(this.scheduler.isIdle, nowMs);
    if (this.currentState === 'draining') this.finishDrain(nowMs);
  }

  private finishDrain(nowMs: number): void {
    const isTimeOver = nowMs >= this.scheduler.closeAtMs;
    if (!isTimeOver && !this.scheduler.isIdle) return;
    if (isTimeOver) {
      const error = new BatcherClosedError(this.name, 'the request could not be answered in time.');
      this.scheduler.departures.giveUpAll(error);
    }
    this.currentState = 'closed';
    if (typeof this.stopFollowing === 'function') this.stopFollowing();
    this.scheduler.closeAtMs = Infinity;
    const rejectedRequests = this.recorder.requests.closed;
    // By a promise, which costs two more microtasks: callers who were just rejected, after one, hear of it first.
    this.resolveDrained(Promise.resolve({ isComplete: rejectedRequests === 0, rejectedRequests }));
  }
}
