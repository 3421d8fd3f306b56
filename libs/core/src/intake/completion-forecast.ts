import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { RequestsAhead } from '../queue/requests-ahead.js';
import { expectedBatchTimeMs, largestBatchSize, paddedBatchSize } from '../scheduling/batch-size-choice.js';
import type { CostCurve } from '../learned/cost-curve.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { RunningBatch, SlotForecast } from '../scheduling/slot-forecast.js';
import { planInSlots } from '../scheduling/slot-plan.js';

/** The most requests ahead that are looked at one by one; a longer queue would make each admission slower. */
const MOST_LOOKED_AT = 256;

/** Foretells when a request would be answered, by the learned S(n), the batches that run, and the queue ahead. */
export class CompletionForecast {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly learned: Pick<LearnedBehavior, 'curve' | 'mostByCost'>,
    private readonly slots: SlotForecast,
  ) {}

  private get curve(): CostCurve {
    return this.learned.curve;
  }

  /** How many requests a batch holds at most, as far as is known where they are limited by what they cost. */
  get most(): number {
    const largest = largestBatchSize(this.config);
    if (this.config.maxBatchCost === undefined) return largest;
    return Math.min(largest, Math.max(1, Math.round(this.learned.mostByCost)));
  }

  /** How long a batch of one request takes, in milliseconds. */
  get aloneMs(): number {
    return this.timeMs(1);
  }

  /**
   * No request that comes now has to wait longer for its answer, wherever it stands: as if it came last of
   * `waiting` requests in `buckets` buckets, one batch after the other. Told without a look at any of them; not if a
   * batch hangs.
   */
  answerWithinMs(waiting: number, buckets: number, nowMs: number): number {
    if (this.slots.isAnyHanging(nowMs)) return Infinity;
    const most = this.most;
    const batches = Math.floor(waiting / most) + buckets + 2;
    return this.timeMs(Math.max(most, this.slots.largestRunning)) + batches * this.timeMs(most);
  }

  /**
   * How long a request that comes now has to wait for its answer, in milliseconds. Full batches and those of the other
   * buckets go first, each in the slot that is free first; the request rides in the last, with the rest.
   */
  answerAfterMs(ahead: RequestsAhead, nowMs: number): number {
    return this.answerWithSlotsMs(ahead, this.slotsFreeAfterMs(nowMs));
  }

  /** As `answerAfterMs`, where it is known when slots are free. */
  answerWithSlotsMs(ahead: RequestsAhead, freeAfterMs: readonly number[]): number {
    const startsAfterMs = this.startsAfterMs(ahead, freeAfterMs);
    // Whoever waits for more than the batches that run waits for more that may take longer than expected.
    const isBehindOthers = ahead.inBucket >= this.most || ahead.otherBuckets > 0;
    const byChanceMs = isBehindOthers ? this.curve.meanDeviationMs : 0;
    return startsAfterMs + byChanceMs + this.timeMs((ahead.inBucket % this.most) + 1);
  }

  /**
   * In how many milliseconds each slot is free, soonest first. To be found once for all that is foretold for one time.
   */
  slotsFreeAfterMs(nowMs: number): readonly number[] {
    return this.slots.freeAfterMs(nowMs);
  }

  /** How long a batch that runs takes until it ends, in milliseconds. */
  endsAfterMs(batch: RunningBatch, nowMs: number): number {
    return this.slots.endsAfterMs(batch, nowMs);
  }

  /** How long until the batch starts that it rides in, in milliseconds. */
  startsAfterMs(ahead: RequestsAhead, freeAfterMs: readonly number[]): number {
    const most = this.most;
    const fullBatches = Math.floor(ahead.inBucket / most);
    const otherBatches = this.otherBatches(ahead);
    const aheadMs = fullBatches * this.timeMs(most) + otherBatches * this.otherBatchMs(ahead);
    return this.slotFreeAfterMs(fullBatches + otherBatches, aheadMs, freeAfterMs);
  }

  /**
   * Whether those ahead had better be looked at, since with a slot free they need not ride in one batch, and with
   * several free they may not if they are in a hurry.
   */
  isWorthALook({ inBucket, inOtherBuckets, otherBuckets }: RequestsAhead): boolean {
    if (this.slots.count === 1 || inBucket > MOST_LOOKED_AT) return false;
    return this.otherBatches({ inOtherBuckets, otherBuckets }) < this.slots.free;
  }

  /**
   * As `answerAfterMs`, told by a look at those ahead: they go in batches that are as large as their deadlines allow.
   *
   * @param deadlinesAtMs Of those ahead in the bucket, then those of the requests themselves.
   */
  answerBesideMs(deadlinesAtMs: readonly number[], ahead: RequestsAhead, nowMs: number): number {
    const most = this.most;
    const freeAfterMs = this.slots.freeAfterMs(nowMs);
    const otherMs = this.otherBatchMs(ahead);
    for (let other = this.otherBatches(ahead) - 1; other >= 0; other -= 1) freeAfterMs[other]! += otherMs;
    const slotsFreeAtMs = freeAfterMs.map((afterMs) => nowMs + afterMs);
    const timeMs = (size: number): number => this.timeMs(size);
    return planInSlots(deadlinesAtMs, 0, slotsFreeAtMs, most, timeMs).lastAnsweredAtMs - nowMs;
  }

  /**
   * Where more come than can be answered within `timeoutMs`, a batch best holds the newest n of which the oldest just
   * makes it: they come within n / λ, so S(n) + n / λ = `timeoutMs`. Who has less than S(n) left when a slot is free
   * could ride in a smaller batch only, at the expense of more who come later: when the batch is formed it would be
   * dropped. How long its answer takes is told for that batch; 0 if not so many come. By chance fewer may have come
   * than are expected, so n is less by one standard deviation of a Poisson process.
   */
  answerInCrowdMs(timeoutMs: number, requestsPerMs: number, nowMs: number): number {
    const { fixedTimeMs, timePerRequestMs } = this.curve;
    const most = this.most;
    const newest = Math.max(1, (timeoutMs - fixedTimeMs) / (timePerRequestMs + 1 / requestsPerMs));
    const largest = Math.min(newest, most);
    const comeMeanwhile = (requestsPerMs * this.curve.predictMs(largest)) / this.slots.count;
    if (comeMeanwhile <= largest) return 0;
    const size = Math.min(Math.max(1, Math.floor(newest - Math.sqrt(newest))), most);
    return (
      this.slotFreeAfterMs(0, 0, this.slotsFreeAfterMs(nowMs)) +
      this.curve.predictMs(paddedBatchSize(size, this.config))
    );
  }

  /**
   * How long until as many requests as wait now have been served, in whole milliseconds, at least 1. Before anything is
   * known of the processor, a batch is taken to last as long as requests wait for company, or as the oldest one that
   * runs has by now.
   *
   * @param buckets How many buckets they wait in: no batch holds requests of two.
   */
  drainAfterMs(waiting: number, buckets: number, nowMs: number): number {
    const most = this.most;
    const batches = Math.max(1, buckets, Math.ceil(waiting / most));
    if (!this.curve.isKnown) {
      const batchMs = Math.max(this.config.maxWaitTimeMs, this.slots.longestRunningMs(nowMs));
      return Math.max(1, Math.ceil(Math.ceil(batches / this.slots.count) * batchMs));
    }
    const isSpread = batches > Math.ceil(waiting / most);
    const eachMs = this.timeMs(isSpread ? waiting / batches : most);
    const lastMs = isSpread ? eachMs : this.timeMs(Math.max(1, waiting - (batches - 1) * most));
    const freeAfterMs = this.slotsFreeAfterMs(nowMs);
    const startAfterMs = (ahead: number): number => this.slotFreeAfterMs(ahead, ahead * eachMs, freeAfterMs);
    const lastEndsMs = startAfterMs(batches - 1) + lastMs;
    // The last batch may be small and end before the full one that started just before it.
    const fullOneEndsMs = batches > 1 ? startAfterMs(batches - 2) + eachMs : 0;
    return Math.max(1, Math.ceil(Math.max(lastEndsMs, fullOneEndsMs)));
  }

  private otherBatches({ inOtherBuckets, otherBuckets }: Omit<RequestsAhead, 'inBucket'>): number {
    return Math.max(otherBuckets, Math.ceil(inOtherBuckets / this.most));
  }

  /** How long a batch of the other buckets takes: each holds what is in it, not as much as it could. */
  private otherBatchMs(ahead: Omit<RequestsAhead, 'inBucket'>): number {
    const batches = this.otherBatches(ahead);
    return batches === 0 ? 0 : this.timeMs(ahead.inOtherBuckets / batches);
  }

  /** When a slot is free for the batch that `batchesAhead` others go before, which take `aheadMs` together. */
  private slotFreeAfterMs(batchesAhead: number, aheadMs: number, freeAfterMs: readonly number[]): number {
    const { count } = this.slots;
    // Those beyond the slots have been taken in advance; they go first.
    const inAdvance = Math.max(0, freeAfterMs.length - count);
    const inTurn = batchesAhead + inAdvance;
    const fullMs = this.timeMs(this.most);
    const eachMs = (aheadMs + inAdvance * fullMs) / Math.max(1, inTurn);
    let startAfterMs = Infinity;
    // A slot whose batch hangs had better be left out: the others go round more often meanwhile.
    for (let used = 1; used <= count; used += 1) {
      const inSlotMs = (freeAfterMs[inTurn % used] ?? 0) + Math.floor(inTurn / used) * eachMs;
      startAfterMs = Math.min(startAfterMs, inSlotMs);
    }
    return startAfterMs;
  }

  private timeMs(size: number): number {
    return expectedBatchTimeMs(size, this.config, this.curve);
  }
}
