import type { BatchedResponse } from '../processor/batch-info.js';
import type { Arrival } from './arrival.js';
import type { CallerWishes } from './caller-wishes.js';
import { createPromise, Rejection, type Settle } from './promised-answer.js';
import type { BucketKey, QueueEntry } from '../queue/queue-entry.js';
import type { RequestBatch } from '../execution/request-batch.js';
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
 * There may be very many of them, so it holds little, and most of it itself: what few requests need is an object of its
 * own.
 */
export class QueuedRequest<TRequest, TResponse> implements QueueEntry, RequestTerms {
  readonly timeoutMs: number;
  readonly priority: number;
  readonly tenant: string | undefined;
  readonly cost: number;
  readonly bucketKey: BucketKey;
  readonly coalescingKey: string | number | undefined;
  /** When it came; set when it is accepted. @internal */
  arrival: Arrival = NOT_YET;
  /** What its caller wants besides the answer; undefined if nothing. */
  private wishes: CallerWishes<TRequest, TResponse> | undefined = undefined;
  /** The batch that took it; until then it is in the queue. */
  batch: RequestBatch<TRequest, TResponse> | undefined = undefined;
  queuePosition = -1;
  previousOfTenant = -1;
  nextOfTenant = -1;
  arrivalNumber = 0;
  /** With whom it shares a place; undefined while it stands alone. @internal */
  sharedPlace: SharedPlace<TRequest, TResponse> | undefined = undefined;
  /** Settles the caller's promise; set when that is made, and gone when it is settled. @internal */
  settle: Settle<Answer<TResponse>> | undefined = undefined;

  /** @param terms On what terms it waits. */
  constructor(
    /** What the caller sent. */
    readonly payload: TRequest,
    terms: RequestTerms,
  ) {
    this.timeoutMs = terms.timeoutMs;
    this.priority = terms.priority;
    this.tenant = terms.tenant;
    this.cost = terms.cost;
    this.bucketKey = terms.bucketKey;
    this.coalescingKey = terms.coalescingKey;
  }

  /**
   * From now on its caller waits. To be called once, before anything else is done with it.
   *
   * @param arrival When it came.
   * @param wishes What its caller wants besides the answer; undefined if nothing.
   * @returns The promise that its caller waits for.
   * @internal
   */
  accept(
    arrival: Arrival,
    wishes: CallerWishes<TRequest, TResponse> | undefined,
  ): Promise<Answer<TResponse>> {
    this.arrival = arrival;
    if (wishes !== undefined) {
      this.wishes = wishes;
      wishes.signal?.add(this);
    }
    return createPromise(this);
  }

  /** Whether its caller has got a response or an error. */
  get isSettled(): boolean {
    return this.settle === undefined;
  }

  /** When it came, on the clock's scale. */
  get enqueuedAtMs(): number {
    return this.arrival.timeMs;
  }

  /** Since when somebody who still waits in its place has waited, on the clock's scale. */
  get waitingSinceMs(): number {
    const { sharedPlace } = this;
    return sharedPlace === undefined || !this.isSettled
      ? this.enqueuedAtMs
      : sharedPlace.followersWaitingSinceMs;
  }

  /** Its deadline on the clock's scale; Infinity if the caller waits as long as it takes. */
  get deadlineAtMs(): number {
    return this.enqueuedAtMs + this.timeoutMs;
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

  /** The nearest deadline of its callers that is not before `timeMs`, or their latest; on the clock's scale. */
  nearestDeadlineFromMs(timeMs: number): number {
    if (this.sharedPlace === undefined) return this.deadlineAtMs;
    let nearestMs = this.latestDeadlineAtMs;
    this.forEachCaller(({ isSettled, deadlineAtMs }) => {
      if (!isSettled && deadlineAtMs >= timeMs && deadlineAtMs < nearestMs) nearestMs = deadlineAtMs;
    });
    return nearestMs;
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
    if (this.wishes?.wantsBatchInfo !== true) this.end(response);
    else this.end({ response, batch: this.place.batch!.describeFor(this) });
  }

  /** Gives the caller an error. Once; see `isSettled`. */
  reject(error: unknown): void {
    this.end(new Rejection(error));
  }

  private end(answer: Answer<TResponse> | Rejection): void {
    const settle = this.settle!;
    this.settle = undefined;
    if (this.wishes !== undefined) this.wishes.signal?.requestSettled(this);
    settle(answer);
  }
}

const NOBODY: readonly never[] = [];
/**
 * Of a request that has not been accepted. A fraction, as times are: with a whole number it would have another shape.
 */
const NOT_YET: Arrival = { timeMs: 0.5 };
