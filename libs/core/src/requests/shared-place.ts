import type { QueuedRequest } from './queued-request.js';

/** The most followers who have left that stay in the list: taking so few out costs more than keeping them. */
const MOST_KEPT_AFTER_LEAVING = 16;

/** One place in queue or batch for several callers whose requests are the same. */
export class SharedPlace<TRequest, TResponse> {
  /** How many callers still need the place. */
  callers = 1;
  /** Whether one of higher priority than the place's own shares it, or has shared it. */
  isRaised = false;
  /** Who waits in the place besides its leader. */
  followers: QueuedRequest<TRequest, TResponse>[] = [];
  /** How many followers at the front of the list are known to be settled. */
  private left = 0;

  /** @param leader Whose payload runs for all of them. */
  constructor(readonly leader: QueuedRequest<TRequest, TResponse>) {}

  /** When the first of the followers came that still waits, on the clock's scale; Infinity if none does. */
  get followersWaitingSinceMs(): number {
    while (this.followers[this.left]?.isSettled === true) this.left += 1;
    return this.followers[this.left]?.enqueuedAtMs ?? Infinity;
  }

  join(follower: QueuedRequest<TRequest, TResponse>): void {
    follower.sharedPlace = this;
    this.callers += 1;
    if (follower.priority < this.leader.priority) this.isRaised = true;
    this.followers.push(follower);
  }

  /** One of its callers needs the place no more. Who has left is kept only as long as most are here. */
  callerLeft(): void {
    this.callers -= 1;
    if (this.followers.length <= MOST_KEPT_AFTER_LEAVING + 2 * this.callers) return;
    // Anew, since somebody may be passing through them.
    this.followers = this.followers.filter(({ isSettled }) => !isSettled);
    this.left = 0;
  }
}
