import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { BatchOutlook, RequestsAhead } from '../queue/requests-ahead.js';
import { expectedBatchTimeMs, largestBatchSize, paddedBatchSize } from '../scheduling/batch-size-choice.js';
import type { LearnedBatches } from '../learned/learned-batches.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { BucketKey } from '../queue/queue-entry.js';
import type { RunningBatch, SlotForecast } from '../scheduling/slot-forecast.js';
import { planInSlots } from '../scheduling/slot-plan.js';

/** The most requests ahead that are looked at one by one; a longer queue would make each admission slower. */
const MOST_LOOKED_AT = 256;

/** What goes before a request, and what is known of the batches of its own bucket. */
export interface AheadInView extends RequestsAhead {
  readonly own: LearnedBatches;
}

/** Foretells when a request would be answered, by the learned S(n), the batches that run, and the queue ahead. */
export class CompletionForecast implements BatchOutlook {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly learned: LearnedBehavior,
    private readonly slots: SlotForecast,
  ) {}

  /** How many requests a batch holds at most, as far as is known where they are limited by what they cost. */
  mostOf({ mostByCost }: Pick<LearnedBatches, 'mostByCost'>): number {
    const largest = largestBatchSize(this.config);
    if (this.config.maxBatchCost === undefined) return largest;
    return Math.min(largest, Math.max(1, Math.round(mostByCost)));
  }

  mostIn(bucketKey: BucketKey): number {
    return this.mostOf(this.learned.buckets.of(bucketKey));
  }

  batchesMs(bucketKey: BucketKey, requests: number): number {
    const known = this.learned.buckets.of(bucketKey);
    const most = this.mostOf(known);
    const rest = requests % most;
    return (
      Math.floor(requests / most) * this.timeMs(most, known) + (rest === 0 ? 0 : this.timeMs(rest, known))
    );
  }

  get mostInAny(): number {
    return this.mostOf(this.learned.all);
  }

  anyBatchMs(size: number): number {
    return this.timeMs(size, this.learned.all);
  }

  /** How long a batch of one request takes, in milliseconds. */
  aloneMs(own: LearnedBatches): number {
    return this.timeMs(1, own);
  }

  /**
   * No request that comes now has to wait longer for its answer, wherever it stands: as if it came last of
   * `waiting` requests in `buckets` buckets, one batch after the other. Told without a look at any of them; not if a
   * batch hangs.
   */
  answerWithinMs(waiting: number, buckets: number, nowMs: number): number {
    if (this.slots.isAnyHanging(nowMs)) return Infinity;
    const most = this.mostOf({ mostByCost: this.learned.buckets.leastByCost });
    const batches = Math.floor(waiting / most) + buckets + 2;
    return this.longestMs(Math.max(most, this.slots.largestRunning)) + batches * this.longestMs(most);
  }

  /**
   * How long a request that comes now has to wait for its answer, in milliseconds. Full batches and those of the other
   * buckets go first, each in the slot that is free first; the request rides in the last, with the rest.
   */
  answerAfterMs(ahead: AheadInView, nowMs: number): number {
    return this.answerWithSlotsMs(ahead, this.slotsFreeAfterMs(nowMs));
  }

  /** As `answerAfterMs`, where it is known when slots are free. */
  answerWithSlotsMs(ahead: AheadInView, freeAfterMs: readonly number[]): number {
    const { own } = ahead;
    const startsAfterMs = this.startsAfterMs(ahead, freeAfterMs);
    const most = this.mostOf(own);
    // Whoever waits for more than the batches that run waits for more that may take longer than expected.
    const isBehindOthers = ahead.inBucket >= most || ahead.otherBuckets > 0;
    const byChanceMs = isBehindOthers ? own.curve.meanDeviationMs : 0;
    return startsAfterMs + byChanceMs + this.timeMs((ahead.inBucket % most) + 1, own);
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
  startsAfterMs(ahead: AheadInView, freeAfterMs: readonly number[]): number {
    const { own, otherBatches, otherBatchesMs } = ahead;
    const most = this.mostOf(own);
    const fullBatches = Math.floor(ahead.inBucket / most);
    const aheadMs = fullBatches * this.timeMs(most, own) + otherBatchesMs;
    return this.slotFreeAfterMs(fullBatches + otherBatches, aheadMs, freeAfterMs);
  }

  /**
   * How long until a slot is free for which nobody of the other buckets is there, if so many come, and into them as
   * many as wait there. A slot is free after each of their batches; with probability e^(-λt) nobody comes meanwhile.
   */
  gapAfterMs(ahead: RequestsAhead, requestsPerMs: number): number {
    const shareOfOthers = ahead.inOtherBuckets / (ahead.inBucket + ahead.inOtherBuckets);
    const betweenMs = ahead.otherBatchesMs / ahead.otherBatches / this.slots.count;
    return betweenMs * Math.exp(shareOfOthers * requestsPerMs * betweenMs);
  }

  /**
   * Whether those ahead had better be looked at, since with a slot free they need not ride in one batch, and with
   * several free they may not if they are in a hurry.
   */
  isWorthALook({ inBucket, otherBatches }: RequestsAhead): boolean {
    if (this.slots.count === 1 || inBucket > MOST_LOOKED_AT) return false;
    return otherBatches < this.slots.free;
  }

  /**
   * As `answerAfterMs`, told by a look at those ahead: they go in batches that are as large as their deadlines allow.
   *
   * @param deadlinesAtMs Of those ahead in the bucket, then those of the requests themselves.
   */
  answerBesideMs(
    deadlinesAtMs: readonly number[],
    { own, otherBatches, otherBatchesMs }: AheadInView,
    nowMs: number,
  ): number {
    const freeAfterMs = this.slots.freeAfterMs(nowMs);
    const otherMs = otherBatchesMs / otherBatches;
    for (let other = otherBatches - 1; other >= 0; other -= 1) freeAfterMs[other]! += otherMs;
    const slotsFreeAtMs = freeAfterMs.map((afterMs) => nowMs + afterMs);
    const timeMs = (size: number): number => this.timeMs(size, own);
    return planInSlots(deadlinesAtMs, 0, slotsFreeAtMs, this.mostOf(own), timeMs).lastAnsweredAtMs - nowMs;
  }

  /**
   * Where more come than can be answered within `timeoutMs`, a batch best holds the newest n of which the oldest just
   * makes it: they come within n / λ, so S(n) + n / λ = `timeoutMs`. Who has less than S(n) left when a slot is free
   * could ride in a smaller batch only, at the expense of more who come later: when the batch is formed it would be
   * dropped. How long its answer takes is told for that batch; 0 if not so many come. By chance fewer may have come
   * than are expected, so n is less by one standard deviation of a Poisson process.
   */
  answerInCrowdMs(
    timeoutMs: number,
    requestsPerMs: number,
    shareOfBucket: number,
    own: LearnedBatches,
    nowMs: number,
  ): number {
    const { curve } = own;
    const { fixedTimeMs, timePerRequestMs } = curve;
    const most = this.mostOf(own);
    const betweenMs = 1 / (shareOfBucket * requestsPerMs);
    const newest = Math.max(1, (timeoutMs - fixedTimeMs) / (timePerRequestMs + betweenMs));
    const largest = Math.min(newest, most);
    const comeMeanwhile = (requestsPerMs * curve.predictMs(largest)) / this.slots.count;
    if (comeMeanwhile <= largest) return 0;
    const size = Math.min(Math.max(1, Math.floor(newest - Math.sqrt(newest))), most);
    return this.slotFreeAfterMs(0, 0, this.slotsFreeAfterMs(nowMs)) + this.timeMs(size, own);
  }

  /**
   * How long until as many requests as wait now have been served, in whole milliseconds, at least 1. Before anything is
   * known of the processor, a batch is taken to last as long as requests wait for company, or as the oldest one that
   * runs has by now.
   *
   * @param buckets How many buckets they wait in: no batch holds requests of two.
   */
  drainAfterMs(waiting: number, buckets: number, nowMs: number): number {
    const most = this.mostInAny;
    const batches = Math.max(1, buckets, Math.ceil(waiting / most));
    if (!this.learned.curve.isKnown) {
      const batchMs = Math.max(this.config.maxWaitTimeMs, this.slots.longestRunningMs(nowMs));
      return Math.max(1, Math.ceil(Math.ceil(batches / this.slots.count) * batchMs));
    }
    const isSpread = batches > Math.ceil(waiting / most);
    const eachMs = this.anyBatchMs(isSpread ? waiting / batches : most);
    const lastMs = isSpread ? eachMs : this.anyBatchMs(Math.max(1, waiting - (batches - 1) * most));
    const freeAfterMs = this.slotsFreeAfterMs(nowMs);
    const startAfterMs = (ahead: number): number => this.slotFreeAfterMs(ahead, ahead * eachMs, freeAfterMs);
    const lastEndsMs = startAfterMs(batches - 1) + lastMs;
    // The last batch may be small and end before the full one that started just before it.
    const fullOneEndsMs = batches > 1 ? startAfterMs(batches - 2) + eachMs : 0;
    return Math.max(1, Math.ceil(Math.max(lastEndsMs, fullOneEndsMs)));
  }

  /** When a slot is free for the batch that `batchesAhead` others go before, which take `aheadMs` together. */
  private slotFreeAfterMs(batchesAhead: number, aheadMs: number, freeAfterMs: readonly number[]): number {
    const { count } = this.slots;
    // Those beyond the slots have been taken in advance; they go first.
    const inAdvance = Math.max(0, freeAfterMs.length - count);
    const inTurn = batchesAhead + inAdvance;
    const fullMs = this.anyBatchMs(this.mostInAny);
    const eachMs = (aheadMs + inAdvance * fullMs) / Math.max(1, inTurn);
    let startAfterMs = Infinity;
    // A slot whose batch hangs had better be left out: the others go round more often meanwhile.
    for (let used = 1; used <= count; used += 1) {
      const inSlotMs = (freeAfterMs[inTurn % used] ?? 0) + Math.floor(inTurn / used) * eachMs;
      startAfterMs = Math.min(startAfterMs, inSlotMs);
    }
    return startAfterMs;
  }

  private longestMs(size: number): number {
    return this.learned.buckets.longestMs(paddedBatchSize(size, this.config));
  }

  private timeMs(size: number, { curve }: LearnedBatches): number {
    return expectedBatchTimeMs(size, this.config, curve);
  }
}
