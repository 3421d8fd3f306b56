import type { BatchingRule, EndedBatch, RuleSetting, Server } from '../rule.js';

const KEPT_BATCHES = 50;
const REFIT_AFTER_MS = 5000;
const TICK_MS = 1;
const WAIT_DECAY = 0.95;
const EAGER_REFITS = 2;

/**
 * Learned durations, with shedding. BentoML's dispatcher: a batch of n is taken to last a·n + b, refitted by
 * least squares about every 5 s on the last 50 batches, W is the mean wait seen (of the newest in a batch), L
 * the latency limit. In a loop, each millisecond: if n > 1 and the wait of the oldest + a·n + b ≥ L, the oldest
 * is dropped; if busy, it sleeps; if n is below the maximum and n · (wait of the newest + 1 ms + a) ≤ 0.95 · W,
 * it sleeps; else it runs up to the maximum.
 */
export class LearnedWithSheddingRule implements BatchingRule {
  private readonly limitMs: number;
  private perRequestMs: number;
  private fixedMs: number;
  private meanWaitMs = 0;
  private sleepsUntilMs = -Infinity;
  private refitAtMs = -Infinity;
  private refits = 0;
  private hasNews = false;
  private readonly batches: EndedBatch[] = [];

  constructor({ limitMs }: RuleSetting) {
    this.limitMs = limitMs;
    // Before it knows better it takes a share of the limit for granted.
    this.perRequestMs = Number.isFinite(limitMs) ? limitMs / 15 : 0;
    this.fixedMs = Number.isFinite(limitMs) ? limitMs / 30 : 0;
  }

  act(server: Server): void {
    if (server.nowMs < this.sleepsUntilMs) return;
    this.refit(server.nowMs);
    while (server.waitingCount > 0) {
      const { waitingCount, oldestArrivedAtMs, nowMs } = server;
      const expectedMs = nowMs - oldestArrivedAtMs + this.perRequestMs * waitingCount + this.fixedMs;
      if (waitingCount > 1 && expectedMs >= this.limitMs) {
        server.dropOldest();
      } else if (server.freeSlots === 0 || this.paysToWait(server)) {
        this.sleepsUntilMs = nowMs + TICK_MS;
        server.wakeAt(this.sleepsUntilMs);
        return;
      } else {
        server.run(Math.min(waitingCount, server.maxBatchSize));
      }
    }
  }

  learn(batch: EndedBatch): void {
    this.batches.push(batch);
    if (this.batches.length > KEPT_BATCHES) this.batches.shift();
    this.hasNews = true;
  }

  private paysToWait({ waitingCount, newestArrivedAtMs, nowMs, maxBatchSize }: Server): boolean {
    const priceMs = waitingCount * (nowMs - newestArrivedAtMs + TICK_MS + this.perRequestMs);
    return waitingCount < maxBatchSize && priceMs <= WAIT_DECAY * this.meanWaitMs;
  }

  private refit(nowMs: number): void {
    const isDue = nowMs >= this.refitAtMs || this.refits < EAGER_REFITS;
    if (!this.hasNews || !isDue) return;
    this.hasNews = false;
    this.refits += 1;
    this.refitAtMs = nowMs + REFIT_AFTER_MS;
    const meanOf = (valueOf: (batch: EndedBatch) => number): number =>
      this.batches.reduce((sum, batch) => sum + valueOf(batch), 0) / this.batches.length;
    const meanSize = meanOf(({ size }) => size);
    const meanDurationMs = meanOf(({ durationMs }) => durationMs);
    const variance = meanOf(({ size }) => (size - meanSize) ** 2);
    // All of one size leaves the line open; then the flattest vector (a, b) through the point is taken.
    const slope =
      variance > 0
        ? meanOf(({ size, durationMs }) => (size - meanSize) * (durationMs - meanDurationMs)) / variance
        : (meanDurationMs * meanSize) / (meanSize ** 2 + 1);
    this.perRequestMs = Math.max(0, slope);
    this.fixedMs = Math.max(0, meanDurationMs - this.perRequestMs * meanSize);
    this.meanWaitMs = meanOf(({ newestWaitMs }) => newestWaitMs);
  }
}
