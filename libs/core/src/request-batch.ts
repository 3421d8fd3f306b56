import type { BatchContext } from './batch-processor.js';
import type { BatchInfo, DispatchReason } from './batch-info.js';
import type { QueuedRequest } from './queued-request.js';

/** The requests that one processor call answers. Formed once, when a slot takes it; never changed. */
export class RequestBatch<TRequest, TResponse> implements BatchContext {
  /** When the processor was through, on the clock's scale; known then. */
  endedAtMs = 0;
  /** When the processor began with it, on the clock's scale: when it was dispatched, or later if that was in advance. */
  startedAtMs: number;
  /** Set for a processor that takes batches in advance. */
  started: (() => void) | undefined = undefined;
  /** How many callers still wait for it. */
  waitingCallers = 0;
  /** How many of them have a deadline. Like the next one it is kept by the watch over running batches. */
  callersWithDeadline = 0;
  /** Their nearest deadline, or an earlier time, on the clock's scale; Infinity if none has one. */
  nearestDeadlineAtMs = Infinity;
  private abortController: AbortController | undefined = undefined;
  /** What its callers sent, in the order of `requests`: what the processor is given. */
  readonly payloads: TRequest[];
  private placesNeeded: number;

  /**
   * @param batchId Number of the batch, counted from 1 in each batcher.
   * @param requests What rides in it, in the order in which the processor gets it.
   * @param dispatchReason Why it goes now.
   * @param dispatchedAtMs When a slot took it, on the clock's scale.
   * @param paddedBatchSize The size at which it shall run. Default: as many as it holds.
   */
  constructor(
    readonly batchId: number,
    readonly requests: readonly QueuedRequest<TRequest, TResponse>[],
    readonly dispatchReason: DispatchReason,
    readonly dispatchedAtMs: number,
    readonly paddedBatchSize: number = requests.length,
  ) {
    this.startedAtMs = dispatchedAtMs;
    const count = requests.length;
    this.placesNeeded = count;
    const payloads = new Array<TRequest>(count);
    let waitingCallers = 0;
    for (let index = 0; index < count; index += 1) {
      const request = requests[index]!;
      request.batch = this;
      payloads[index] = request.payload;
      waitingCallers += request.callers;
    }
    this.payloads = payloads;
    this.waitingCallers = waitingCallers;
  }

  /** How long the processor took, in milliseconds; known when it is through. */
  get processingTimeMs(): number {
    return this.endedAtMs - this.startedAtMs;
  }

  /** How many requests it holds; those that share a place count once. */
  get batchSize(): number {
    return this.requests.length;
  }

  /** Made only for a processor that asks for it: most do not, and a signal costs more than a request. */
  get signal(): AbortSignal {
    this.abortController ??= new AbortController();
    if (this.placesNeeded === 0) this.abortController.abort();
    return this.abortController.signal;
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
    if (this.placesNeeded === 0) this.abortController?.abort();
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
}
