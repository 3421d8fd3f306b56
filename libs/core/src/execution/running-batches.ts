import type { RequestBatch } from './request-batch.js';

/**
 * The batches that run, each in a numbered slot. An array rather than a `Set`: a set that changes with every batch
 * leaves its old tables behind, which keep batches that have ended alive until the next full garbage collection.
 */
export class RunningBatches<TRequest, TResponse> implements Iterable<RequestBatch<TRequest, TResponse>> {
  size = 0;
  /** No batch that runs is larger. */
  largestBatchSize = 0;
  private readonly slots: (RequestBatch<TRequest, TResponse> | undefined)[] = [];
  private readonly freeSlots: number[] = [];

  /** Gives a batch a slot, and tells its number. */
  add(batch: RequestBatch<TRequest, TResponse>): number {
    const slot = this.freeSlots.pop() ?? this.slots.length;
    this.slots[slot] = batch;
    this.size += 1;
    if (batch.batchSize > this.largestBatchSize) this.largestBatchSize = batch.batchSize;
    return slot;
  }

  /** Frees a slot that was given. */
  free(slot: number): void {
    this.slots[slot] = undefined;
    this.freeSlots.push(slot);
    this.size -= 1;
    if (this.size === 0) this.largestBatchSize = 0;
  }

  /** When the one began that has run longest, on the clock's scale; Infinity if none runs. */
  get oldestStartedAtMs(): number {
    let oldestMs = Infinity;
    for (const batch of this.slots) {
      if (batch !== undefined && batch.startedAtMs < oldestMs) oldestMs = batch.startedAtMs;
    }
    return oldestMs;
  }

  *[Symbol.iterator](): Iterator<RequestBatch<TRequest, TResponse>> {
    for (const batch of this.slots) {
      if (batch !== undefined) yield batch;
    }
  }
}
