import type { QueuedRequest } from './queued-request.js';

/** One place in queue or batch for several callers whose requests are the same. */
export class SharedPlace<TRequest, TResponse> {
  /** How many callers still need the place. */
  callers = 1;
  /** Who waits in the place besides its leader. */
  readonly followers: QueuedRequest<TRequest, TResponse>[] = [];

  /** @param leader Whose payload runs for all of them. */
  constructor(readonly leader: QueuedRequest<TRequest, TResponse>) {}

  join(follower: QueuedRequest<TRequest, TResponse>): void {
    follower.sharedPlace = this;
    this.callers += 1;
    this.followers.push(follower);
  }
}
