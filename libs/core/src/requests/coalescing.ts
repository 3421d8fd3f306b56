import type { QueuedRequest } from './queued-request.js';

/** Finds, for a request, the one of the same key that is under way, so that the two can share its place. */
export class Coalescing<TRequest, TResponse> {
  private readonly leaders = new Map<string | number, QueuedRequest<TRequest, TResponse>>();

  /** How many callers wait in places that others have taken. */
  followers = 0;
  private followersInAll = 0;

  /** How many keys there are under way. */
  get size(): number {
    return this.leaders.size;
  }

  /** A caller waits in the place of another from now on. */
  followerJoined(): void {
    this.followers += 1;
    this.followersInAll += 1;
  }

  /**
   * How many places were taken by the callers that were accepted: batches are made of places, not of callers.
   *
   * @param callers How many were accepted in all.
   */
  placesOf(callers: number): number {
    return callers - this.followersInAll;
  }

  /** The request of this key that is under way and that somebody still waits for. */
  find(key: string | number): QueuedRequest<TRequest, TResponse> | undefined {
    return this.leaders.get(key);
  }

  /** From now on this request is found by its key. */
  lead(key: string | number, request: QueuedRequest<TRequest, TResponse>): void {
    this.leaders.set(key, request);
  }

  /** They are through: they have no followers to come any more. */
  forgetAll(requests: readonly QueuedRequest<TRequest, TResponse>[]): void {
    if (this.size === 0) return;
    for (const request of requests) this.forget(request);
  }

  /** The request's place is given up, or its result is there: the next one of its key stands by itself. */
  forget(request: QueuedRequest<TRequest, TResponse>): void {
    const { coalescingKey } = request;
    if (coalescingKey !== undefined && this.leaders.get(coalescingKey) === request) {
      this.leaders.delete(coalescingKey);
    }
  }
}
