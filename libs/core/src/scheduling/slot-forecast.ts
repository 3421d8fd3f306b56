import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { expectedBatchTimeMs } from './batch-size-choice.js';
import type { CostCurve } from './cost-curve.js';

/** A batch that runs for more than so many times what was foretold hangs; one that pauses for a while does not yet. */
const HANGING_FROM_TIMES = 10;

/** A batch that runs, as far as its end can be told. */
export interface RunningBatch {
  readonly batchSize: number;
  readonly startedAtMs: number;
}

/** Foretells when slots are free, by the learned S(n) and the batches that run. */
export class SlotForecast {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly curve: CostCurve,
    private readonly running: Iterable<RunningBatch> & {
      readonly size: number;
      readonly largestBatchSize: number;
    },
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
    let longestMs = 0;
    for (const { startedAtMs } of this.running) longestMs = Math.max(longestMs, nowMs - startedAtMs);
    return longestMs;
  }

  /** Whether a batch runs that hangs, so that nothing that was learned tells when its slot is free. */
  isAnyHanging(nowMs: number): boolean {
    for (const batch of this.running) if (this.isHanging(batch, nowMs)) return true;
    return false;
  }

  /**
   * In how many milliseconds each is free, soonest first. There are more of them than slots if batches were taken in
   * advance. A batch that takes longer than foretold may end at any moment; one that takes much longer hangs, and is
   * expected to take as long again as it has.
   */
  freeAfterMs(nowMs: number): number[] {
    return this.soonestFirst((batch) => {
      const elapsedMs = nowMs - batch.startedAtMs;
      return this.isHanging(batch, nowMs) ? elapsedMs : Math.max(0, this.foretoldMs(batch) - elapsedMs);
    });
  }

  /**
   * The same, for those who would wait for a slot that need not: a batch that is late is expected to be as late again.
   */
  likelyFreeAfterMs(nowMs: number): number[] {
    return this.soonestFirst((batch) => Math.abs(this.foretoldMs(batch) - (nowMs - batch.startedAtMs)));
  }

  private soonestFirst(endsAfterMs: (batch: RunningBatch) => number): number[] {
    const afterMs: number[] = [];
    for (const batch of this.running) afterMs.push(endsAfterMs(batch));
    while (afterMs.length < this.count) afterMs.push(0);
    return afterMs.sort((one, other) => one - other);
  }

  private isHanging(batch: RunningBatch, nowMs: number): boolean {
    return nowMs - batch.startedAtMs > HANGING_FROM_TIMES * this.foretoldMs(batch);
  }

  private foretoldMs({ batchSize }: RunningBatch): number {
    return expectedBatchTimeMs(batchSize, this.config, this.curve);
  }
}
