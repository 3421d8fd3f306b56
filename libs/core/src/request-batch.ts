import type { BatchContext } from './batch-processor.js';
import type { BatchInfo, DispatchReason } from './batch-info.js';
import type { QueuedRequest } from './queued-request.js';

/** The requests that one processor call answers. Formed once, when a slot takes it; never changed. */
export class RequestBatch<TRequest, TResponse> implements BatchContext {
  /** How long the processor took, in milliseconds; known when it has returned. */
  processingTimeMs = 0;
  /** How many callers still wait for this batch. */
  waitingCallers: number;
  private abortController: AbortController | undefined = undefined;

  constructor(
    readonly batchId: number,
    readonly requests: readonly QueuedRequest<TRequest, TResponse>[],
    readonly dispatchReason: DispatchReason,
    readonly dispatchedAtMs: number,
  ) {
    this.waitingCallers = requests.length;
    for (const request of requests) request.batch = this;
  }

  get batchSize(): number {
    return this.requests.length;
  }

  get payloads(): TRequest[] {
    return this.requests.map((request) => request.payload);
  }

  /** Made only for a processor that asks for it: most do not, and a signal costs more than a request. */
  get signal(): AbortSignal {
    this.abortController ??= new AbortController();
    if (this.waitingCallers === 0) this.abortController.abort();
    return this.abortController.signal;
  }

  /** A caller has stopped waiting before the batch was through. */
  callerLeft(): void {
    this.waitingCallers -= 1;
    if (this.waitingCallers === 0) this.abortController?.abort();
  }

  describeFor(request: QueuedRequest<TRequest, TResponse>): BatchInfo {
    return {
      batchId: this.batchId,
      batchSize: this.batchSize,
      queueTimeMs: this.dispatchedAtMs - request.enqueuedAtMs,
      processingTimeMs: this.processingTimeMs,
      dispatchReason: this.dispatchReason,
    };
  }
}
