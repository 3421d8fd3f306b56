import type { ResolvedBatchingConfig } from './batching-config.js';

/** How much the newest batch counts against all earlier ones together. */
const WEIGHT_OF_NEWEST = 0.2;

/** Tells a refused caller when a retry is worth it: how long the batches now ahead are expected to take. */
export class DrainEstimate {
  private meanProcessingTimeMs: number | undefined;

  constructor(private readonly config: ResolvedBatchingConfig) {}

  observe(processingTimeMs: number): void {
    const mean = this.meanProcessingTimeMs ?? processingTimeMs;
    this.meanProcessingTimeMs = mean + WEIGHT_OF_NEWEST * (processingTimeMs - mean);
  }

  /** Whole milliseconds, at least 1. Until a batch has been seen, `maxWaitTimeMs` stands for its duration. */
  retryAfterMs(queueSize: number): number {
    const { maxBatchSize, maxConcurrentBatches, maxWaitTimeMs } = this.config;
    const rounds = Math.ceil(Math.ceil(queueSize / maxBatchSize) / maxConcurrentBatches);
    return Math.max(1, Math.ceil(rounds * (this.meanProcessingTimeMs ?? maxWaitTimeMs)));
  }
}
