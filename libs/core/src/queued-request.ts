import type { BatchedResponse } from './batch-info.js';
import type { CallerSignal } from './caller-signal.js';
import { createPromise } from './promised-answer.js';
import type { BucketKey, QueueEntry } from './queue/queue-entry.js';
import type { RequestBatch } from './request-batch.js';
import type { RequestTerms } from './request-terms.js';
import { SharedPlace } from './shared-place.js';

/** What a caller waits for: its response, with the batch that it rode in if it asked for that. */
export type Answer<TResponse> = TResponse | BatchedResponse<TResponse>;

/**
 * One caller's payload on its way through the batcher. It is settled exactly once: whoever comes second finds
 * `isSettled` and leaves it alone.
 *
 * It stands in the queue by itself, or shares the place of another with the same key. A place is needed as long as
 * one of its callers is.
 *
 * There may be very many of them, so it holds little: what few requests need is an object of its own.
 */
export class QueuedRequest<TRequest, TResponse> implements QueueEntry {
  /** Whether its caller has got a response or an error. */
  isSettled = false;
  /** The batch that took it; until then it is in the queue. */
  batch: RequestBatch<TRequest, TResponse> | undefined = undefined;
  queuePosition = -1;
  arrivalNumber = 0;
  /** With whom it shares a place; undefined while it stands alone. @internal */
  sharedPlace: SharedPlace<TRequest, TResponse> | undefined = undefined;
  /** Resolves the caller's promise; set by `promiseAnswer`, like the next one. @internal */
  settleResponse!: (answer: Answer<TResponse>) => void;
  /** Rejects the caller's promise. @internal */
  settleError!: (error: unknown) => void;

  /**
   * @param signal By what its caller may take it back.
   * @param wantsBatchInfo Whether the caller wants to know about the batch, too.
   */
  constructor(
    /** What the caller sent. */
    readonly payload: TRequest,
    /** On what terms it waits. Most requests share one object of them. */
    readonly terms: RequestTerms,
    /** When it came, on the clock's scale. */
    readonly enqueuedAtMs: number,
    private readonly signal: CallerSignal<TRequest, TResponse> | undefined,
    private readonly wantsBatchInfo: boolean,
  ) {
    if (signal !== undefined) signal.add(this);
  }

  /** The promise that its caller waits for. To be asked for once, at first. @internal */
  promiseAnswer(): Promise<Answer<TResponse>> {
    return createPromise(this);
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
  get deadlineAtMs(): number {
    return this.enqueuedAtMs + this.terms.timeoutMs;
  }

  /** The request that has a place in queue or batch for this one: itself, or the one that it shares with. */
  get place(): QueuedRequest<TRequest, TResponse> {
    return this.sharedPlace === undefined ? this : this.sharedPlace.leader;
  }

  /** Whether it may have to give up its place to one of higher priority: not if such a one shares it. */
  get isDisplaceable(): boolean {
    return this.sharedPlace?.isRaised !== true;
  }

  /** How many callers still need its place. */
  get callers(): number {
    if (this.sharedPlace !== undefined) return this.sharedPlace.callers;
    return this.isSettled ? 0 : 1;
  }

  /** Who waits in its place besides itself. */
  get followers(): readonly QueuedRequest<TRequest, TResponse>[] {
    return this.sharedPlace?.leader === this ? this.sharedPlace.followers : NOBODY;
  }

  /** The latest time at which an answer is of use to any of its callers, on the clock's scale. */
  get latestDeadlineAtMs(): number {
    let latestMs = this.isSettled ? -Infinity : this.deadlineAtMs;
    if (this.sharedPlace === undefined) return latestMs;
    for (const follower of this.followers) {
      if (!follower.isSettled) latestMs = Math.max(latestMs, follower.deadlineAtMs);
    }
    return latestMs;
  }

  /** Shares its place with another caller. */
  takeAlong(follower: QueuedRequest<TRequest, TResponse>): void {
    this.sharedPlace ??= new SharedPlace(this);
    this.sharedPlace.join(follower);
    this.batch?.callerJoined();
  }

  /** Itself, and all that share its place. */
  forEachCaller(visit: (caller: QueuedRequest<TRequest, TResponse>) => void): void {
    visit(this);
    if (this.sharedPlace !== undefined) for (const follower of this.followers) visit(follower);
  }

  /** Gives the caller its response, with the batch if it asked for that. Once; see `isSettled`. */
  resolve(response: TResponse): void {
    this.settle();
    if (!this.wantsBatchInfo) this.settleResponse(response);
    else this.settleResponse({ response, batch: this.place.batch!.describeFor(this) });
  }

  /** Gives the caller an error. Once; see `isSettled`. */
  reject(error: unknown): void {
    this.settle();
    this.settleError(error);
  }

  private settle(): void {
    this.isSettled = true;
    if (this.signal !== undefined) this.signal.requestSettled();
  }
}

const NOBODY: readonly never[] = [];
