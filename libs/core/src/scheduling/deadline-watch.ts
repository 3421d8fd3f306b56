import { IndexedHeap } from '../queue/indexed-heap.js';
import type { BucketKey } from '../queue/queue-entry.js';
import type { QueuedRequest } from '../queued-request.js';
import type { RequestBatch } from '../request-batch.js';

/** Knows the deadlines of all that is under way: of those that wait, and of those whose batch runs. */
export class DeadlineWatch<TRequest, TResponse> {
  private readonly queued = new IndexedHeap<QueuedRequest<TRequest, TResponse>>();
  private readonly running = new IndexedHeap<QueuedRequest<TRequest, TResponse>>();

  /** The nearest deadline, on the clock's scale; Infinity if there is none. */
  get nearestAtMs(): number {
    return Math.min(this.queued.firstKey, this.running.firstKey);
  }

  /** Who has the nearest deadline among those that wait. */
  get nearestQueued(): QueuedRequest<TRequest, TResponse> | undefined {
    return this.queued.first;
  }

  /** The nearest deadline among those that wait, on the clock's scale; Infinity if there is none. */
  get nearestQueuedAtMs(): number {
    return this.queued.firstKey;
  }

  /** The nearest deadline, if it is in this bucket: another bucket's turn comes when that one has gone. */
  nearestQueuedAtMsIn(bucketKey: BucketKey): number {
    return this.queued.first?.place.bucketKey === bucketKey ? this.queued.firstKey : Infinity;
  }

  get isEmpty(): boolean {
    return this.queued.size === 0 && this.running.size === 0;
  }

  /** Keeps a request in view, if it has a deadline. */
  add(request: QueuedRequest<TRequest, TResponse>): void {
    if (request.heapKey !== Infinity) this.heapOf(request).add(request);
  }

  /** Its time does not matter any more; nothing happens if it never did. */
  remove(request: QueuedRequest<TRequest, TResponse>): void {
    if (request.heapIndex !== -1) this.heapOf(request).remove(request);
  }

  /** The requests of a batch that has just been formed wait no more. */
  moveToRunning({ requests }: RequestBatch<TRequest, TResponse>): void {
    if (this.queued.size === 0) return;
    for (const place of requests) {
      place.forEachCaller((caller) => {
        if (caller.heapIndex === -1) return;
        this.queued.remove(caller);
        this.running.add(caller);
      });
    }
  }

  /** A request whose time is over; undefined if there is none. It stays in view until it is removed. */
  findExpired(nowMs: number): QueuedRequest<TRequest, TResponse> | undefined {
    if (this.queued.firstKey <= nowMs) return this.queued.first;
    return this.running.firstKey <= nowMs ? this.running.first : undefined;
  }

  private heapOf(
    request: QueuedRequest<TRequest, TResponse>,
  ): IndexedHeap<QueuedRequest<TRequest, TResponse>> {
    return request.place.batch === undefined ? this.queued : this.running;
  }
}
