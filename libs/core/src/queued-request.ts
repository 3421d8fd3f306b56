import type { BatchedResponse } from './batch-info.js';
import type { HeapEntry } from './queue/indexed-heap.js';
import type { BucketKey, QueueEntry } from './queue/queue-entry.js';
import type { RequestBatch } from './request-batch.js';
import type { RequestTerms } from './request-terms.js';

/** Who must know when a caller takes a request back. */
export interface RequestOwner<TRequest, TResponse> {
  abort(request: QueuedRequest<TRequest, TResponse>): void;
}

/** What a caller waits for: its response, with the batch that it rode in if it asked for that. */
export type Answer<TResponse> = TResponse | BatchedResponse<TResponse>;

/**
 * One caller's payload on its way through the batcher. It is settled exactly once: whoever comes second finds
 * `isSettled` and leaves it alone.
 *
 * It stands in the queue by itself, or shares the place of another with the same key (`leader`). A place is needed
 * as long as one of its callers is.
 *
 * There may be very many of them, so it holds little, and it listens to its own signal (`handleEvent`) without a
 * closure.
 */
export class QueuedRequest<TRequest, TResponse> implements QueueEntry, HeapEntry, EventListenerObject {
  isSettled = false;
  /** The batch that took it; until then it is in the queue. */
  batch: RequestBatch<TRequest, TResponse> | undefined = undefined;
  queuePosition = -1;
  heapIndex = -1;
  /** How many callers still need this place, itself included. */
  callers = 1;
  /** In whose place it waits, if not in its own. */
  leader: QueuedRequest<TRequest, TResponse> | undefined = undefined;
  /** Who waits in its place besides itself. */
  followers: QueuedRequest<TRequest, TResponse>[] | undefined = undefined;

  /**
   * @param settleResponse Resolves the caller's promise.
   * @param settleError Rejects the caller's promise.
   * @param wantsBatchInfo Whether the caller wants to know about the batch, too.
   */
  constructor(
    private readonly owner: RequestOwner<TRequest, TResponse>,
    readonly payload: TRequest,
    /** On what terms it waits. Most requests share one object of them. */
    readonly terms: RequestTerms,
    readonly enqueuedAtMs: number,
    readonly signal: AbortSignal | undefined,
    private readonly settleResponse: (answer: Answer<TResponse>) => void,
    private readonly settleError: (error: unknown) => void,
    private readonly wantsBatchInfo: boolean,
  ) {
    if (signal !== undefined) signal.addEventListener('abort', this, { once: true });
  }

  get priority(): number {
    return this.terms.priority;
  }

  get tenant(): string | undefined {
    return this.terms.tenant;
  }

  get cost(): number {
    return this.terms.cost;
  }

  get bucketKey(): BucketKey {
    return this.terms.bucketKey;
  }

  /** Its deadline on the clock's scale; Infinity if the caller waits as long as it takes. */
  get heapKey(): number {
    return this.enqueuedAtMs + this.terms.timeoutMs;
  }

  /** The request that has a place in queue or batch for this one: itself, or the one that it shares with. */
  get place(): QueuedRequest<TRequest, TResponse> {
    return this.leader ?? this;
  }

  /** The latest time at which an answer is of use to any of its callers, on the clock's scale. */
  get latestDeadlineAtMs(): number {
    let latestMs = this.isSettled ? -Infinity : this.heapKey;
    for (const follower of this.followers ?? []) {
      if (!follower.isSettled) latestMs = Math.max(latestMs, follower.heapKey);
    }
    return latestMs;
  }

  /** Shares its place with another caller. */
  takeAlong(follower: QueuedRequest<TRequest, TResponse>): void {
    follower.leader = this;
    this.callers += 1;
    (this.followers ??= []).push(follower);
  }

  /** Itself, and all that share its place. */
  forEachCaller(visit: (caller: QueuedRequest<TRequest, TResponse>) => void): void {
    visit(this);
    if (this.followers !== undefined) for (const follower of this.followers) visit(follower);
  }

  resolve(response: TResponse): void {
    this.settle();
    const { batch } = this.place;
    this.settleResponse(
      this.wantsBatchInfo && batch !== undefined ? { response, batch: batch.describeFor(this) } : response,
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
    if (this.signal !== undefined) this.signal.removeEventListener('abort', this);
  }
}

/** The `handleEvent` side of the DOM's listener type, which Node's types lack. */
interface EventListenerObject {
  handleEvent(event: Event): void;
}
