import type { ResolvedBatchingConfig } from '../batching-config.js';
import { safeBatchTimeMs } from './batch-size-choice.js';
import type { CostCurve } from './cost-curve.js';

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

  /**
   * In how many milliseconds each is free, soonest first; a batch that takes longer than foretold may end at any
   * moment. There are more of them than slots if batches were taken in advance.
   */
  freeAfterMs(nowMs: number): number[] {
    const afterMs: number[] = [];
    for (const { batchSize, startedAtMs } of this.running) {
      afterMs.push(Math.max(0, startedAtMs + safeBatchTimeMs(batchSize, this.config, this.curve) - nowMs));
    }
    while (afterMs.length < this.count) afterMs.push(0);
    return afterMs.sort((one, other) => one - other);
  }
}
