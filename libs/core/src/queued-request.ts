import type { BatchedResponse } from './batch-info.js';
import type { RequestBatch } from './request-batch.js';

/** Who must know when a caller takes a request back. */
export interface RequestOwner<TRequest, TResponse> {
  abort(request: QueuedRequest<TRequest, TResponse>): void;
}

/**
 * One caller's payload on its way through the batcher. It is settled exactly once: whoever comes second finds
 * `isSettled` and leaves it alone.
 *
 * It listens to its own signal (`handleEvent`), so a request costs no closure.
 */
export class QueuedRequest<TRequest, TResponse> implements EventListenerObject {
  isSettled = false;
  /** The batch that took it; until then it is in the queue. */
  batch: RequestBatch<TRequest, TResponse> | undefined = undefined;
  /** Its place in the queue; kept by the queue. */
  queuePosition = -1;
  /** Its place among the deadlines; kept by them. -1: not there. */
  deadlineIndex = -1;
  /** On the clock's scale; Infinity if the caller waits as long as it takes. */
  readonly deadlineAtMs: number;
  readonly promise: Promise<TResponse | BatchedResponse<TResponse>>;
  private readonly settleResponse: Resolve<TResponse>;
  private readonly settleError: (error: unknown) => void;

  constructor(
    private readonly owner: RequestOwner<TRequest, TResponse>,
    readonly payload: TRequest,
    readonly enqueuedAtMs: number,
    /** How long the caller waits; Infinity if as long as it takes. */
    readonly timeoutMs: number,
    readonly signal: AbortSignal | undefined,
    /** Whether the caller wants to know about the batch, too. */
    private readonly wantsBatchInfo: boolean,
  ) {
    this.deadlineAtMs = enqueuedAtMs + timeoutMs;
    this.promise = new Promise(captureSettlers);
    this.settleResponse = capturedResolve as Resolve<TResponse>;
    this.settleError = capturedReject;
    signal?.addEventListener('abort', this, { once: true });
  }

  resolve(response: TResponse): void {
    this.settle();
    this.settleResponse(
      this.wantsBatchInfo && this.batch !== undefined
        ? { response, batch: this.batch.describeFor(this) }
        : response,
    );
  }

  reject(error: unknown): void {
    this.settle();
    this.settleError(error);
  }

  handleEvent(): void {
    this.owner.abort(this);
  }

  private settle(): void {
    this.isSettled = true;
    // A signal may outlive many requests; it must not keep them.
    this.signal?.removeEventListener('abort', this);
  }
}

type Resolve<TResponse> = (response: TResponse | BatchedResponse<TResponse>) => void;

/** The `handleEvent` side of the DOM's listener type, which Node's types lack. */
interface EventListenerObject {
  handleEvent(event: Event): void;
}

// A promise runs its executor before its constructor returns, so one executor serves all requests.
let capturedResolve: (response: never) => void;
let capturedReject: (error: unknown) => void;

function captureSettlers(resolve: (response: never) => void, reject: (error: unknown) => void): void {
  capturedResolve = resolve;
  capturedReject = reject;
}
