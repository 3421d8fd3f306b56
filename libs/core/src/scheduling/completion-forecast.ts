import type { ResolvedBatchingConfig } from '../batching-config.js';
import type { RequestsAhead } from '../queue/bounded-request-queue.js';
import { largestBatchSize, safeBatchTimeMs } from './batch-size-choice.js';
import type { CostCurve } from './cost-curve.js';

/** A batch that runs, as far as its end can be told. */
export interface RunningBatch {
  readonly batchSize: number;
  readonly startedAtMs: number;
}

/** Foretells when a request would be answered, by the learned S(n), the batches that run, and the queue ahead. */
export class CompletionForecast {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly curve: CostCurve,
    private readonly running: Iterable<RunningBatch> & { readonly largestBatchSize: number },
  ) {}

  /**
   * No request that comes now has to wait longer for its answer, wherever it stands: as if it came last of
   * `waiting` requests in `buckets` buckets, one batch after the other. Told without a look at any of them.
   */
  answerWithinMs(waiting: number, buckets: number): number {
    const most = largestBatchSize(this.config);
    const batches = Math.floor(waiting / most) + buckets + 2;
    return this.timeMs(Math.max(most, this.running.largestBatchSize)) + batches * this.timeMs(most);
  }

  /**
   * How long a request that comes now has to wait for its answer, in milliseconds. Full batches go first, each in
   * the slot that is free first; the request rides in the last, with the rest.
   */
  answerAfterMs({ inBucket, inOtherBuckets, otherBuckets }: RequestsAhead, nowMs: number): number {
    const most = largestBatchSize(this.config);
    const otherBatches = Math.max(otherBuckets, Math.ceil(inOtherBuckets / most));
    const batchesAhead = Math.floor(inBucket / most) + otherBatches;
    return this.startAfterMs(batchesAhead, nowMs) + this.timeMs((inBucket % most) + 1);
  }

  /** How long until as many requests as wait now have been served, in whole milliseconds, at least 1. */
  drainAfterMs(queueSize: number, nowMs: number): number {
    const { maxWaitTimeMs } = this.config;
    const most = largestBatchSize(this.config);
    const batches = Math.max(1, Math.ceil(queueSize / most));
    if (!this.curve.isKnown) {
      const rounds = Math.ceil(batches / this.slots);
      return Math.max(1, Math.ceil(rounds * maxWaitTimeMs));
    }
    // The last batch may be small and end before the full one that started just before it.
    const lastEndsMs = this.startAfterMs(batches - 1, nowMs) + this.timeMs(queueSize - (batches - 1) * most);
    const fullOneEndsMs = batches > 1 ? this.startAfterMs(batches - 2, nowMs) + this.timeMs(most) : 0;
    return Math.max(1, Math.ceil(Math.max(lastEndsMs, fullOneEndsMs)));
  }

  /** When a slot is free for the batch that `batchesAhead` others go before. */
  private startAfterMs(batchesAhead: number, nowMs: number): number {
    const { slots } = this;
    const freeAfterMs = this.slotsFreeAfterMs(nowMs);
    // Those beyond the slots have been taken in advance; they go first.
    const inTurn = batchesAhead + Math.max(0, freeAfterMs.length - slots);
    const rounds = Math.floor(inTurn / slots);
    return (freeAfterMs[inTurn % slots] ?? 0) + rounds * this.timeMs(largestBatchSize(this.config));
  }

  /** When each slot is free, soonest first; a batch that takes longer than foretold may end at any moment. */
  private slotsFreeAfterMs(nowMs: number): number[] {
    const afterMs: number[] = [];
    for (const { batchSize, startedAtMs } of this.running) {
      afterMs.push(Math.max(0, startedAtMs + this.timeMs(batchSize) - nowMs));
    }
    while (afterMs.length < this.slots) afterMs.push(0);
    return afterMs.sort((one, other) => one - other);
  }

  /** A processor whose workers are all gone is going to have one again. */
  private get slots(): number {
    return Math.max(1, this.config.maxConcurrentBatches);
  }

  private timeMs(size: number): number {
    return safeBatchTimeMs(size, this.config, this.curve);
  }
}
