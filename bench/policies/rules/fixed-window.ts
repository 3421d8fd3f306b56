import type { BatchingRule, RuleSetting, Server } from '../rule.js';

/**
 * A fixed window formed early, with a semaphore. Ray Serve, `@serve.batch`: a batch is closed when it is full
 * or `batch_wait_timeout_s` after its first request, whether or not the replica is busy; then it waits for one
 * of `max_concurrent_batches`. What comes while it waits goes into the next batch.
 */
export class FixedWindowRule implements BatchingRule {
  private readonly windowMs: number;

  constructor({ windowMs }: RuleSetting) {
    this.windowMs = windowMs;
  }

  act(server: Server): void {
    while (server.waitingCount >= server.maxBatchSize) server.run(server.maxBatchSize);
    if (server.waitingCount === 0) return;
    const closesAtMs = server.oldestArrivedAtMs + this.windowMs;
    if (server.nowMs >= closesAtMs) server.run(server.waitingCount);
    else server.wakeAt(closesAtMs);
  }
}
