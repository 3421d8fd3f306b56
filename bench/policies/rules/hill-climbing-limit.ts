import type { BatchingRule, EndedBatch, RuleSetting, Server } from '../rule.js';

const INITIAL_LIMIT = 3;
const BATCHES_TO_AVERAGE_OVER = 1000;
const LARGEST_STEP = 0.8;
const SMALLEST_STEP = 0.0001;

/**
 * A timeout and an in-flight limit that hill-climbs on latency. TensorFlow Serving's adaptive shared batch
 * scheduler: a batch may be handed over when it is full or `batch_timeout_micros` old, the oldest first, as
 * long as fewer than `in_flight_batches_limit` are in flight. Every `batches_to_average_over` batches the mean
 * latency is compared with the one before, and the limit takes a step: on in the same direction if latency
 * fell, back if it rose. A limit between two integers means the larger one for that share of the batches.
 *
 * The limit knows nothing of the slots: what it lets through while all are busy waits for one, closed.
 * With deadlines `max_enqueued_batches` is set to what can be served within the limit.
 */
export class HillClimbingLimitRule implements BatchingRule {
  readonly maxWaiting: number;
  private readonly windowMs: number;
  private readonly mostInFlight: number;
  private limit: number;
  private stepSize = LARGEST_STEP;
  private direction = 1;
  private hasImproved = true;
  private lastMeanMs = Infinity;
  private sumMs = 0;
  private count = 0;
  private share = 0;

  constructor({ windowMs, slots, limitMs, maxBatchSize, fullBatchMs }: RuleSetting) {
    this.windowMs = windowMs;
    this.mostInFlight = Math.max(INITIAL_LIMIT, 4 * slots);
    this.limit = INITIAL_LIMIT;
    const enqueuedBatches = Math.max(1, Math.floor((slots * limitMs) / fullBatchMs) - 2 * slots);
    this.maxWaiting = enqueuedBatches * maxBatchSize;
  }

  act(server: Server): void {
    while (server.waitingCount > 0 && server.batchesInFlight < this.wholeLimit) {
      const dueAtMs = server.oldestArrivedAtMs + this.windowMs;
      if (server.waitingCount < server.maxBatchSize && server.nowMs < dueAtMs) {
        server.wakeAt(dueAtMs);
        return;
      }
      server.run(Math.min(server.waitingCount, server.maxBatchSize));
      this.share = (this.share + this.limit) % 1;
    }
  }

  learn({ ageMs }: EndedBatch): void {
    this.sumMs += ageMs;
    this.count += 1;
    if (this.count < BATCHES_TO_AVERAGE_OVER) return;
    const meanMs = this.sumMs / this.count;
    this.step(meanMs < this.lastMeanMs);
    this.lastMeanMs = meanMs;
    this.sumMs = 0;
    this.count = 0;
  }

  private get wholeLimit(): number {
    return Math.floor(this.limit + this.share);
  }

  private step(isBetter: boolean): void {
    if (!isBetter) this.direction = -this.direction;
    // Steps grow while they help, and shrink around the best place.
    if (isBetter && this.hasImproved) this.stepSize = Math.min(LARGEST_STEP, this.stepSize * 2);
    else this.stepSize = Math.max(SMALLEST_STEP, this.stepSize / 2);
    this.hasImproved = isBetter;
    const limit = this.limit * (1 + this.direction * this.stepSize);
    this.limit = Math.min(this.mostInFlight, Math.max(1, limit));
  }
}
