import type { BatchingRule, RuleSetting, Server } from '../rule.js';

/** The default of `max-concurrent-requests`; one more is refused. */
const MAX_CONCURRENT_REQUESTS = 512;

/**
 * Greedy with one batch prepared ahead. Text Embeddings Inference: a batching task takes what is there at once
 * and hands it over through a channel that holds one batch, so the next batch is closed while the present one
 * runs. It hides the time that the preparation takes, which is nothing here.
 *
 * With deadlines its bound on requests counts; without them all rules have the same queue.
 */
export class OneSlotPrefetchRule implements BatchingRule {
  readonly maxWaiting: number;
  private readonly mostInFlight: number;

  constructor({ slots, limitMs }: RuleSetting) {
    this.maxWaiting = Number.isFinite(limitMs) ? MAX_CONCURRENT_REQUESTS : Infinity;
    this.mostInFlight = slots + 1;
  }

  act(server: Server): void {
    while (server.batchesInFlight < this.mostInFlight && server.waitingCount > 0) {
      server.run(Math.min(server.waitingCount, server.maxBatchSize));
    }
  }
}
