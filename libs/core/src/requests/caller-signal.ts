import type { QueuedRequest } from './queued-request.js';

/** Who must know when a caller takes requests back. */
export interface RequestOwner<TRequest, TResponse> {
  abort(requests: readonly QueuedRequest<TRequest, TResponse>[], reason: unknown): void;
}

/**
 * The signal by which a caller may take back what it sent, however many calls and requests that are: one listener for
 * all of them, since a signal looks through all its listeners when one comes or goes, and Node warns of many.
 */
export class CallerSignal<TRequest, TResponse> implements EventListenerObject {
  private readonly unsettled = new Set<QueuedRequest<TRequest, TResponse>>();

  constructor(
    private readonly owner: RequestOwner<TRequest, TResponse>,
    private readonly signal: AbortSignal,
  ) {}

  /** Another request that it counts for. */
  add(request: QueuedRequest<TRequest, TResponse>): void {
    if (this.unsettled.size === 0) this.signal.addEventListener('abort', this, { once: true });
    this.unsettled.add(request);
  }

  /** One of them is settled. A signal may outlive many calls; it must not keep them. */
  requestSettled(request: QueuedRequest<TRequest, TResponse>): void {
    this.unsettled.delete(request);
    if (this.unsettled.size === 0) this.signal.removeEventListener('abort', this);
  }

  handleEvent(): void {
    this.owner.abort([...this.unsettled], this.signal.reason);
  }
}

/** The `handleEvent` side of the DOM's listener type, which Node's types lack. */
interface EventListenerObject {
  handleEvent(event: Event): void;
}
