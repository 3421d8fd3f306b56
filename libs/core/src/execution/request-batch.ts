import { AbortState } from '../processor/abort-state.js';
import type { BatchContext } from '../processor/batch-processor.js';
import type { BatchInfo, DispatchReason } from '../processor/batch-info.js';
import type { DurationHistogram } from '../statistics/duration-histogram.js';
import type { BucketKey } from '../queue/queue-entry.js';
import { OrdinaryRequests } from '../requests/ordinary-requests.js';
import type { QueuedRequest } from '../requests/queued-request.js';

/** What rides in a batch: ordinary requests together, or any requests one by one. */
export type BatchRiders<TRequest, TResponse> =
  OrdinaryRequests<TRequest, TResponse> | readonly QueuedRequest<TRequest, TResponse>[];

const NONE: readonly never[] = [];

/**
 * The requests that one processor call answers, decided once, when a slot takes them; and what has become of them
 * since.
 */
export class RequestBatch<TRequest, TResponse> implements BatchContext {
  /** When the processor was through, on the clock's scale; NaN until then. */
  endedAtMs = NaN;
  /**
   * When the processor began with it, on the clock's scale: when it was dispatched, or later if that was in advance.
   */
  startedAtMs: number;
  /** Set for a processor that takes batches in advance. */
  started: (() => void) | undefined = undefined;
  /** How many callers still wait for it. */
  waitingCallers = 0;
  /** How many of them have a deadline. Like the next one it is kept by the watch over running batches. */
  callersWithDeadline = 0;
  /** Their nearest deadline, or an earlier time, on the clock's scale; Infinity if none has one. */
  nearestDeadlineAtMs = Infinity;
  private abortState: AbortState | undefined = undefined;
  /** What its callers sent, in their order: what the processor is given. */
  readonly payloads: TRequest[];
  /** How many requests it holds; those that share a place count once. */
  readonly batchSize: number;
  /** Its requests, if all of them are ordinary and nobody has dealt with one of them by itself. @internal */
  ordinary: OrdinaryRequests<TRequest, TResponse> | undefined;
  /** Its requests otherwise. */
  requests: readonly QueuedRequest<TRequest, TResponse>[];
  private placesNeeded: number;

  /**
   * @param batchId Number of the batch, counted from 1 in each batcher.
   * @param riding The requests, in the order in which the processor gets them.
   * @param dispatchReason Why it goes now.
   * @param dispatchedAtMs When a slot took it, on the clock's scale.
   * @param paddedBatchSize The size at which it shall run. Default: as many as it holds.
   */
  constructor(
    readonly batchId: number,
    riding: BatchRiders<TRequest, TResponse>,
    readonly dispatchReason: DispatchReason,
    readonly dispatchedAtMs: number,
    readonly paddedBatchSize: number = sizeOf(riding),
  ) {
    this.startedAtMs = dispatchedAtMs;
    this.batchSize = sizeOf(riding);
    this.placesNeeded = this.batchSize;
    if (riding instanceof OrdinaryRequests) {
      this.ordinary = riding;
      this.requests = NONE;
      this.payloads = riding.payloads;
      this.waitingCallers = this.batchSize;
    } else {
      this.ordinary = undefined;
      this.requests = riding;
      this.payloads = this.takeAboard(riding);
    }
  }

  /** Which bucket its requests are of; undefined if they name none. */
  get bucketKey(): BucketKey {
    return this.requests.length === 0 ? undefined : this.requests[0]!.bucketKey;
  }

  /** How long the processor took, in milliseconds; known when it is through. */
  get processingTimeMs(): number {
    return this.endedAtMs - this.startedAtMs;
  }

  /** Made only for a processor that asks for it: most do not, and a signal costs more than a request. */
  get signal(): AbortSignal {
    return this.abortNotice.signal;
  }

  get abortNotice(): AbortState {
    this.abortState ??= new AbortState();
    if (this.placesNeeded === 0) this.abortState.abort();
    return this.abortState;
  }

  /** One caller more waits for it. */
  callerJoined(): void {
    this.waitingCallers += 1;
  }

  /** One caller fewer waits for it. */
  callerLeft(): void {
    this.waitingCallers -= 1;
  }

  /** Nobody waits for one of the requests any more, before the batch is through. */
  placeGivenUp(): void {
    this.placesNeeded -= 1;
    if (this.placesNeeded === 0) this.abortState?.abort();
  }

  /** Its requests, each to be dealt with by itself. */
  separate(): readonly QueuedRequest<TRequest, TResponse>[] {
    if (this.ordinary !== undefined) {
      this.requests = this.ordinary.toEntries();
      this.ordinary = undefined;
      for (const request of this.requests) request.batch = this;
    }
    return this.requests;
  }

  /**
   * Records how long its requests waited until it began. Many came at the same time, and are counted together.
   * @internal
   */
  recordQueueTimes(histogram: Pick<DurationHistogram, 'record'>): void {
    if (this.ordinary === undefined) this.recordEachQueueTime(histogram);
    else {
      this.ordinary.forEachArrival((atMs, count) => histogram.record(this.startedAtMs - atMs, count));
    }
  }

  /** What its callers are told of it, with the time that this request waited. */
  describeFor(request: QueuedRequest<TRequest, TResponse>): BatchInfo {
    return {
      batchId: this.batchId,
      batchSize: this.batchSize,
      // Who joined a request that was running already has not waited at all.
      queueTimeMs: Math.max(0, this.startedAtMs - request.enqueuedAtMs),
      processingTimeMs: this.processingTimeMs,
      dispatchReason: this.dispatchReason,
    };
  }

  private recordEachQueueTime(histogram: Pick<DurationHistogram, 'record'>): void {
    const { requests, startedAtMs } = this;
    let sinceMs = NaN;
    let count = 0;
    for (const { waitingSinceMs } of requests) {
      if (waitingSinceMs !== sinceMs) {
        if (count > 0) histogram.record(startedAtMs - sinceMs, count);
        sinceMs = waitingSinceMs;
        count = 0;
      }
      count += 1;
    }
    if (count > 0) histogram.record(startedAtMs - sinceMs, count);
  }

  private takeAboard(requests: readonly QueuedRequest<TRequest, TResponse>[]): TRequest[] {
    const count = requests.length;
    const payloads = new Array<TRequest>(count);
    let waitingCallers = 0;
    for (let index = 0; index < count; index += 1) {
      const request = requests[index]!;
      request.batch = this;
      payloads[index] = request.payload;
      waitingCallers += request.callers;
    }
    this.waitingCallers = waitingCallers;
    return payloads;
  }
}

/** How many requests ride. */
export function sizeOf<TRequest, TResponse>(riding: BatchRiders<TRequest, TResponse>): number {
  return riding instanceof OrdinaryRequests ? riding.size : riding.length;
}
