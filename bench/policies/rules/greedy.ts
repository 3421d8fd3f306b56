import type { BatchingRule, Server } from '../rule.js';

/**
 * Greedy late binding: a free slot takes what is there, at once, up to the maximum. A batch is formed when a
 * slot takes it, so it grows while the slots are busy. The yardstick: hard to beat without deadlines.
 */
export class GreedyRule implements BatchingRule {
  act(server: Server): void {
    while (server.freeSlots > 0 && server.waitingCount > 0) {
      server.run(Math.min(server.waitingCount, server.maxBatchSize));
    }
  }
}
