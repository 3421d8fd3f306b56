import type { BatchingRule, EndedBatch, RuleSetting, Server } from '../rule.js';

const INCREASE = 1;
const BACK_OFF = 0.9;

/**
 * Additive increase, multiplicative decrease. Clipper (Crankshaw et al., NSDI 2017): the largest size grows by
 * a fixed amount while batches of that size stay below the latency objective, and shrinks by a tenth when one
 * exceeds it. Otherwise greedy. Requests whose deadline is over are not sent to the model any more.
 */
export class AdditiveIncreaseRule implements BatchingRule {
  private readonly objectiveMs: number;
  private readonly mostRequests: number;
  private largestSize = 1;

  constructor({ limitMs, maxBatchSize }: RuleSetting) {
    this.objectiveMs = limitMs;
    this.mostRequests = maxBatchSize;
  }

  act(server: Server): void {
    while (server.freeSlots > 0) {
      while (server.nowMs >= server.oldestArrivedAtMs + this.objectiveMs) server.dropOldest();
      if (server.waitingCount === 0) return;
      server.run(Math.min(server.waitingCount, Math.floor(this.largestSize)));
    }
  }

  learn({ size, durationMs }: EndedBatch): void {
    if (durationMs > this.objectiveMs) {
      this.largestSize = Math.max(1, this.largestSize * BACK_OFF);
    } else if (size >= Math.floor(this.largestSize)) {
      this.largestSize = Math.min(this.mostRequests, this.largestSize + INCREASE);
    }
  }
}
