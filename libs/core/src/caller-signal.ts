import type { QueuedRequest } from './queued-request.js';

/** Who must know when a caller takes a request back. */
export interface RequestOwner<TRequest, TResponse> {
  abort(request: QueuedRequest<TRequest, TResponse>, reason: unknown): void;
}

/**
 * The signal by which a caller may take back what it sent with one call, however many requests that are: one
 * listener for all of them, since a signal looks through all its listeners when one comes or goes.
 */
export class CallerSignal<TRequest, TResponse> implements EventListenerObject {
  private readonly requests: QueuedRequest<TRequest, TResponse>[] = [];
  private unsettled = 0;

  constructor(
    private readonly owner: RequestOwner<TRequest, TResponse>,
    private readonly signal: AbortSignal,
  ) {}

  /** Another request of the call. */
  add(request: QueuedRequest<TRequest, TResponse>): void {
    if (this.unsettled === 0) this.signal.addEventListener('abort', this, { once: true });
    this.requests.push(request);
    this.unsettled += 1;
  }

  /** One of them is settled. A signal may outlive many calls; it must not keep them. */
  requestSettled(): void {
    this.unsettled -= 1;
    if (this.unsettled === 0) this.signal.removeEventListener('abort', this);
  }

  handleEvent(): void {
    for (const request of this.requests) {
      if (!request.isSettled) this.owner.abort(request, this.signal.reason);
    }
  }
}

/** The `handleEvent` side of the DOM's listener type, which Node's types lack. */
interface EventListenerObject {
  handleEvent(event: Event): void;
}
