import type { BucketKey } from '../queue/queue-entry.js';
import type { QueuedRequest } from '../requests/queued-request.js';
import type { RequestBatch } from '../execution/request-batch.js';
import { QueuedDeadlines } from './queued-deadlines.js';

/**
 * Knows the deadlines of all that is under way: of those that wait, one by one, and of those whose batch runs, by
 * batch. Where a time that is possibly too early is good enough, nothing is looked for.
 */
export class DeadlineWatch<TRequest, TResponse> {
  private readonly queued: QueuedDeadlines<QueuedRequest<TRequest, TResponse>>;
  /** How many callers of running batches have a deadline, and a time before which none of these is. */
  private runningCallers = 0;
  private runningEarliestMs = Infinity;

  /**
   * @param queue All places that wait and that may have a deadline.
   * @param running The batches that run.
   */
  constructor(
    queue: { forEachEntry(visit: (place: QueuedRequest<TRequest, TResponse>) => void): void },
    private readonly running: Iterable<RequestBatch<TRequest, TResponse>>,
  ) {
    this.queued = new QueuedDeadlines(
      (request) => !request.isSettled && request.place.batch === undefined,
      (visit) => queue.forEachEntry((place) => place.forEachCaller(visit)),
    );
  }

  /** No deadline is before this time, on the clock's scale; Infinity if there is none. */
  get earliestMs(): number {
    return Math.min(this.queued.earliestMs, this.runningEarliestMs);
  }

  /** No deadline of those that wait is before this time, on the clock's scale; Infinity if there is none. */
  get earliestQueuedMs(): number {
    return this.queued.earliestMs;
  }

  /** How many that wait have a deadline. */
  get queuedCount(): number {
    return this.queued.size;
  }

  /** Who has the nearest deadline among those that wait. */
  get nearestQueued(): QueuedRequest<TRequest, TResponse> | undefined {
    return this.queued.first;
  }

  /** The nearest deadline, if it is in this bucket: another bucket's turn comes when that one has gone. */
  nearestQueuedAtMsIn(bucketKey: BucketKey): number {
    const { first } = this.queued;
    return first !== undefined && first.place.bucketKey === bucketKey ? first.deadlineAtMs : Infinity;
  }

  /** Whether one of those that wait has a deadline before this time. */
  isAnyQueuedBefore(timeMs: number): boolean {
    if (this.queued.earliestMs >= timeMs) return false;
    const { first } = this.queued;
    return first !== undefined && first.deadlineAtMs < timeMs;
  }

  get isEmpty(): boolean {
    return this.queued.size === 0 && this.runningCallers === 0;
  }

  /** Keeps a request in view, if it has a deadline. */
  add(request: QueuedRequest<TRequest, TResponse>): void {
    if (request.timeoutMs === Infinity) return;
    const { batch } = request.place;
    if (batch === undefined) this.addQueued(request, request.deadlineAtMs);
    else this.addRunning(batch, 1, request.deadlineAtMs);
  }

  /** As `add`, for one that has a deadline, this one, and whose place waits. */
  addQueued(request: QueuedRequest<TRequest, TResponse>, deadlineAtMs: number): void {
    this.queued.add(request, deadlineAtMs);
  }

  /** A request is given up: its time does not matter any more. */
  remove(request: QueuedRequest<TRequest, TResponse>): void {
    if (request.timeoutMs === Infinity) return;
    const { batch } = request.place;
    if (batch === undefined) this.queued.left(1);
    else if (batch.callersWithDeadline > 0) this.leaveRunning(batch, 1);
  }

  /** The requests of a batch that has just been formed wait no more. */
  moveToRunning(batch: RequestBatch<TRequest, TResponse>): void {
    if (this.queued.size === 0) return;
    // Ordinary requests have no deadlines; of those there are none here.
    let callers = 0;
    let nearestMs = Infinity;
    for (const place of batch.requests) {
      if (place.sharedPlace !== undefined) {
        place.forEachCaller((caller) => this.moveCaller(batch, caller));
      } else if (hasDeadline(place)) {
        callers += 1;
        nearestMs = Math.min(nearestMs, place.deadlineAtMs);
      }
    }
    if (callers === 0) return;
    this.queued.left(callers);
    this.addRunning(batch, callers, nearestMs);
  }

  /** Nobody's time matters any more in a batch that is through. */
  batchEnded(batch: RequestBatch<TRequest, TResponse>): void {
    if (batch.callersWithDeadline > 0) this.leaveRunning(batch, batch.callersWithDeadline);
  }

  /** Calls `giveUp` with each request whose time is over, which has to settle it, and remove it here. */
  expire(nowMs: number, giveUp: (request: QueuedRequest<TRequest, TResponse>) => void): void {
    if (this.earliestMs > nowMs) return;
    for (let first = this.queued.first; first !== undefined; first = this.queued.first) {
      if (first.deadlineAtMs > nowMs) break;
      giveUp(first);
    }
    if (this.runningEarliestMs <= nowMs) this.expireRunning(nowMs, giveUp);
  }

  private expireRunning(nowMs: number, giveUp: (request: QueuedRequest<TRequest, TResponse>) => void): void {
    this.runningEarliestMs = Infinity;
    for (const batch of this.running) {
      if (batch.nearestDeadlineAtMs <= nowMs) this.expireIn(batch, nowMs, giveUp);
      if (batch.callersWithDeadline > 0) {
        this.runningEarliestMs = Math.min(this.runningEarliestMs, batch.nearestDeadlineAtMs);
      }
    }
  }

  private expireIn(
    batch: RequestBatch<TRequest, TResponse>,
    nowMs: number,
    giveUp: (request: QueuedRequest<TRequest, TResponse>) => void,
  ): void {
    batch.nearestDeadlineAtMs = Infinity;
    let nearestMs = Infinity;
    for (const place of batch.requests) {
      place.forEachCaller((caller) => {
        if (caller.isSettled) return;
        if (caller.deadlineAtMs <= nowMs) giveUp(caller);
        else nearestMs = Math.min(nearestMs, caller.deadlineAtMs);
      });
    }
    // Who is given up may lead to another one's joining the batch.
    batch.nearestDeadlineAtMs = Math.min(batch.nearestDeadlineAtMs, nearestMs);
  }

  private moveCaller(
    batch: RequestBatch<TRequest, TResponse>,
    caller: QueuedRequest<TRequest, TResponse>,
  ): void {
    if (!hasDeadline(caller)) return;
    this.queued.left(1);
    this.addRunning(batch, 1, caller.deadlineAtMs);
  }

  private addRunning(batch: RequestBatch<TRequest, TResponse>, callers: number, nearestMs: number): void {
    batch.callersWithDeadline += callers;
    this.runningCallers += callers;
    if (nearestMs < batch.nearestDeadlineAtMs) batch.nearestDeadlineAtMs = nearestMs;
    if (nearestMs < this.runningEarliestMs) this.runningEarliestMs = nearestMs;
  }

  private leaveRunning(batch: RequestBatch<TRequest, TResponse>, callers: number): void {
    batch.callersWithDeadline -= callers;
    this.runningCallers -= callers;
    if (this.runningCallers === 0) this.runningEarliestMs = Infinity;
  }
}

/** Whether its time matters. */
function hasDeadline<TRequest, TResponse>(request: QueuedRequest<TRequest, TResponse>): boolean {
  return !request.isSettled && request.timeoutMs !== Infinity;
}
