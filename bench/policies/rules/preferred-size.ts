import type { BatchingRule, RuleSetting, Server } from '../rule.js';

const PREFERRED_SHARES = [1, 1 / 2, 1 / 4];

/**
 * Preferred sizes and a delay. Triton's dynamic batcher: when an instance is free, the largest preferred size
 * that can be filled runs at once; otherwise everything waits until the oldest request has waited for
 * `max_queue_delay_microseconds`, and then what is there runs. Preferred here: the maximum, half, a quarter.
 *
 * With deadlines its `default_timeout_microseconds` is set as an operator would who knows the model: what has
 * waited so long that a full batch would miss the deadline is rejected when a batch is formed.
 */
export class PreferredSizeRule implements BatchingRule {
  private readonly delayMs: number;
  private readonly timeoutMs: number;
  private readonly preferredSizes: readonly number[];

  constructor({ windowMs, limitMs, fullBatchMs, maxBatchSize }: RuleSetting) {
    this.delayMs = windowMs;
    this.timeoutMs = Math.max(limitMs - fullBatchMs, limitMs / 2);
    this.preferredSizes = PREFERRED_SHARES.map((share) => Math.ceil(share * maxBatchSize));
  }

  act(server: Server): void {
    while (server.freeSlots > 0) {
      while (server.nowMs > server.oldestArrivedAtMs + this.timeoutMs) server.dropOldest();
      const { waitingCount } = server;
      if (waitingCount === 0) return;
      const preferred = this.preferredSizes.find((size) => size <= waitingCount);
      const dueAtMs = server.oldestArrivedAtMs + this.delayMs;
      if (preferred === undefined && server.nowMs < dueAtMs) {
        server.wakeAt(dueAtMs);
        return;
      }
      server.run(preferred ?? waitingCount);
    }
  }
}
