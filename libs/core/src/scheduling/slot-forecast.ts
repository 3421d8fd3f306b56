import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { BatchProcessor } from '../processor/batch-processor.js';
import { expectedBatchTimeMs, paddedBatchSize } from './batch-size-choice.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { BucketKey } from '../queue/queue-entry.js';

/** A batch counts as hanging once it has run for this multiple of its forecast. One that only pauses stays below it. */
const HANGING_FROM_TIMES = 10;

/** A batch that runs, as far as its end can be told. */
export interface RunningBatch {
  readonly batchSize: number;
  readonly bucketKey: BucketKey;
  readonly startedAtMs: number;
}

/** Foretells when slots are free, by the learned S(n) and the batches that run. */
export class SlotForecast {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly learned: LearnedBehavior,
    private readonly running: Iterable<RunningBatch> & {
      readonly size: number;
      readonly largestBatchSize: number;
      readonly oldestStartedAtMs: number;
    },
    private readonly processor: Pick<BatchProcessor<never, never>, 'batchesInAdvance'> = {},
  ) {}

  /** How many there are. A processor whose workers are all gone is going to have one again. */
  get count(): number {
    return Math.max(1, this.config.maxConcurrentBatches);
  }

  /** How many are free now. */
  get free(): number {
    return Math.max(0, this.config.maxConcurrentBatches - this.running.size);
  }

  /** No batch that runs is larger. */
  get largestRunning(): number {
    return this.running.largestBatchSize;
  }

  /** For how long the batch has run that has run longest, in milliseconds; 0 if none runs. */
  longestRunningMs(nowMs: number): number {
    return Math.max(0, nowMs - this.running.oldestStartedAtMs);
  }

  /** Whether a batch hangs, whichever of them it is, so that nothing that was learned tells when its slot is free. */
  isAnyHanging(nowMs: number): boolean {
    const longestMs = this.learned.buckets.longestMs(
      paddedBatchSize(this.running.largestBatchSize, this.config),
    );
    return this.longestRunningMs(nowMs) > HANGING_FROM_TIMES * longestMs;
  }

  /**
   * In how many milliseconds each is free, soonest first. There are more of them than slots if batches were taken in
   * advance. A batch that takes longer than foretold may end at any moment; one that takes much longer hangs, and is
   * expected to take as long again as it has.
   */
  freeAfterMs(nowMs: number): number[] {
    return this.soonestFirst((batch) => this.endsAfterMs(batch, nowMs));
  }

  /** In how many milliseconds a batch that runs ends. */
  endsAfterMs(batch: RunningBatch, nowMs: number): number {
    const elapsedMs = nowMs - batch.startedAtMs;
    const foretoldMs = this.foretoldMs(batch);
    return elapsedMs > HANGING_FROM_TIMES * foretoldMs ? elapsedMs : Math.max(0, foretoldMs - elapsedMs);
  }

  /**
   * As `freeAfterMs`, for whoever need not wait for another slot and would lose by it: a batch that is late is expected
   * to take as long again as it is late.
   */
  likelyFreeAfterMs(nowMs: number): number[] {
    return this.soonestFirst((batch) => Math.abs(this.foretoldMs(batch) - (nowMs - batch.startedAtMs)));
  }

  private soonestFirst(endsAfterMs: (batch: RunningBatch) => number): number[] {
    const afterMs: number[] = [];
    for (const batch of this.running) afterMs.push(endsAfterMs(batch));
    while (afterMs.length < this.count) afterMs.push(0);
    afterMs.sort((one, other) => one - other);
    // Where there were more slots before, those that end first leave no slot free.
    const most = this.count + (this.processor.batchesInAdvance ?? 0);
    return afterMs.length > most ? afterMs.slice(-most) : afterMs;
  }

  private foretoldMs({ batchSize, bucketKey }: RunningBatch): number {
    return expectedBatchTimeMs(batchSize, this.config, this.learned.buckets.of(bucketKey).curve);
  }
}
