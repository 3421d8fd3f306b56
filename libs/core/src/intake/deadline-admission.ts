import type { Arrival } from '../requests/arrival.js';
import { DeadlineExceededError } from '../errors/index.js';
import { withoutStack } from '../errors/without-stack.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { QueueEntry } from '../queue/queue-entry.js';
import { NO_OTHERS_AHEAD } from '../queue/requests-ahead.js';
import type { RequestTerms } from '../requests/request-terms.js';
import { ArrivalRate } from '../learned/arrival-rate.js';
import type { AheadInView } from './completion-forecast.js';
import type { TimedCandidate } from '../scheduling/in-time-choice.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import { LongestWait } from './longest-wait.js';
import {
  NO_OTHERS,
  ONE_NEWCOMER,
  othersOf,
  type BucketsInView,
  type Newcomers,
  type OtherNewcomers,
} from './newcomers.js';
import type { PriorityArrivals } from './priority-arrivals.js';
import type { OutOfTurn } from '../scheduling/out-of-turn.js';
import type { RunningBatch } from '../scheduling/slot-forecast.js';
import { TurnForecast, type TurnForecastParts } from './turn-forecast.js';

/** Since others may overtake a request of a lower priority, it is surely in time only with this many times the wait. */
const OVERTAKEN_TIMES = 4;

/** What it goes by. */
export interface DeadlineAdmissionParts extends TurnForecastParts {
  readonly batcherName: string;
  readonly queue: TurnForecastParts['queue'] &
    Pick<BoundedRequestQueue<PlaceInView>, 'size' | 'bucketCount' | 'countAhead' | 'countBefore'> &
    BucketsInView;
  readonly learned: LearnedBehavior;
  readonly outOfTurn: Pick<OutOfTurn<never>, 'batchesAhead'>;
}

/** A place that a request may share with the one that has taken it, in the queue or in a batch. */
export interface PlaceInView extends QueueEntry, TimedCandidate {
  /** Undefined while it waits. */
  readonly batch: RunningBatch | undefined;
}

/**
 * Refuses at once who cannot be answered in time, given those ahead and what batches take: an error now is worth more
 * than the same one later, and costs the others nothing.
 */
export class DeadlineAdmission {
  /** How many come, those included who are refused for their deadlines. Watched only while deadlines are at stake. */
  private readonly offered = new ArrivalRate();
  private refused = 0;
  private readonly longestWait: LongestWait;
  private readonly turns: TurnForecast;

  constructor(private readonly parts: DeadlineAdmissionParts) {
    this.longestWait = new LongestWait(parts.queue, parts.forecast);
    this.turns = new TurnForecast(parts);
  }

  /** Looks at the configuration anew. */
  configChanged(): void {
    this.longestWait.configChanged();
  }

  /** To be told of every place that is taken by a request that is not of the first priority. */
  get priorityArrivals(): PriorityArrivals {
    return this.turns.arrivals;
  }

  /**
   * @param terms Those of the first of them; the others differ in their buckets at most.
   * @throws DeadlineExceededError
   */
  assertInTime(terms: RequestTerms, newcomers: Newcomers, arrival: Arrival): void {
    const { timeoutMs } = terms;
    if (timeoutMs === Infinity) return;
    const surelyMs = this.surelyWithinMs(terms, timeoutMs);
    // Most come one by one and have much time. The rest is elsewhere so that V8 makes one piece of what they need.
    if (newcomers === ONE_NEWCOMER && this.longestWait.isFarWithin(surelyMs, arrival.timeMs)) return;
    this.assertSurelyInTime(terms, newcomers, surelyMs, arrival);
  }

  /** By a bound for whoever waits, or by a closer look. @throws DeadlineExceededError */
  private assertSurelyInTime(
    terms: RequestTerms,
    newcomers: Newcomers,
    surelyMs: number,
    arrival: Arrival,
  ): void {
    const { queue, forecast } = this.parts;
    const others = newcomers === ONE_NEWCOMER ? NO_OTHERS : othersOf(newcomers, queue, forecast);
    const count = newcomers.inBucket + others.requests;
    if (this.longestWait.isWithin(surelyMs, count, others.newBuckets, arrival)) return;
    this.assertExpectedInTime(terms, newcomers.inBucket, others, arrival);
  }

  /** By a look at what goes before them. @throws DeadlineExceededError */
  private assertExpectedInTime(
    terms: RequestTerms,
    inBucket: number,
    others: OtherNewcomers,
    arrival: Arrival,
  ): void {
    const { forecast, learned, queue } = this.parts;
    const { timeoutMs } = terms;
    const count = inBucket + others.requests;
    const nowMs = arrival.timeMs;
    if (!learned.isTrusted(nowMs)) return;
    this.offered.observe(this.parts.placesTaken() + this.refused, nowMs);
    // Of a call for several buckets the last one goes after all that came before it, whatever its own bucket's turn is.
    const own = learned.lenientlyOf(terms.bucketKey, nowMs);
    const mostInBatch = others === NO_OTHERS ? forecast.mostOf(own) : 1;
    const here = queue.countAhead(terms, mostInBatch, forecast, nowMs);
    const ahead: AheadInView = {
      own,
      inBucket: here.inBucket,
      inOtherBuckets: here.inOtherBuckets + others.requests,
      otherBuckets: here.otherBuckets + others.newBuckets,
      otherBatches: here.otherBatches + others.batches,
      otherBatchesMs: here.otherBatchesMs + others.batchesMs,
    };
    const inTurnMs = this.expectedMs(terms, inBucket, ahead, nowMs);
    if (inTurnMs <= timeoutMs) return;
    const expectedMs =
      others === NO_OTHERS
        ? Math.min(inTurnMs, this.expectedOutOfTurnMs(terms, count, ahead, nowMs))
        : inTurnMs;
    if (expectedMs > timeoutMs) this.refuse(terms, expectedMs, count, ahead, nowMs);
  }

  /**
   * As `assertInTime`, for one that shares the place of another, and so is answered when that is. If it waits, other
   * buckets are not counted: they may go after it.
   *
   * @throws DeadlineExceededError
   */
  assertJoinsInTime(place: PlaceInView, timeoutMs: number, arrival: Arrival): void {
    const { forecast, learned } = this.parts;
    if (timeoutMs === Infinity) return;
    if (this.longestWait.isWithin(this.surelyWithinMs(place, timeoutMs), 0, 0, arrival)) return;
    const nowMs = arrival.timeMs;
    if (!learned.isTrustedForJoiners(nowMs)) return;
    const expectedMs =
      place.batch === undefined
        ? this.placeInTurnMs(place, timeoutMs, nowMs)
        : forecast.endsAfterMs(place.batch, nowMs);
    // Nobody takes the place meanwhile: later there is so much less to wait for.
    if (expectedMs > timeoutMs) throw this.tooLate(timeoutMs, expectedMs, Math.ceil(expectedMs - timeoutMs));
  }

  private placeInTurnMs(place: PlaceInView, timeoutMs: number, nowMs: number): number {
    const { priority, bucketKey, enqueuedAtMs } = place;
    const { queue, learned } = this.parts;
    const own = learned.lenientlyOf(bucketKey, nowMs);
    const ahead = { own, inBucket: queue.countBefore(place), ...NO_OTHERS_AHEAD };
    return this.turns.inTurnMs({ priority, bucketKey, timeoutMs }, enqueuedAtMs, 1, ahead, nowMs);
  }

  /**
   * Of a lower priority many may overtake; who has several times as long needs no closer look either, unless its bucket
   * may be kept from its turn for all that time.
   */
  private surelyWithinMs({ priority }: Pick<QueueEntry, 'priority'>, timeoutMs: number): number {
    if (priority === 0) return timeoutMs;
    const { bucketOf, priorityAgingMs } = this.parts.config;
    return bucketOf !== undefined && timeoutMs < priority * priorityAgingMs ? 0 : timeoutMs / OVERTAKEN_TIMES;
  }

  private expectedMs(terms: RequestTerms, count: number, ahead: AheadInView, nowMs: number): number {
    const { config, forecast } = this.parts;
    const inTurnMs = this.turns.inTurnMs(terms, nowMs, count, ahead, nowMs);
    // Who has a priority or a tenant is not one of a crowd that is all alike: what is best for all may be bad for it.
    const isOneOfCrowd = terms.tenant === undefined && config.priorityLevels === 1;
    const inCrowdMs = isOneOfCrowd
      ? forecast.answerInCrowdMs(
          terms.timeoutMs,
          this.offered.requestsPerMs,
          this.shareOfBucket(terms, count),
          ahead.own,
          nowMs,
        )
      : 0;
    return Math.max(inTurnMs, inCrowdMs);
  }

  /** As `expectedMs`, if its bucket may go before others that are more urgent, since it has less time. */
  private expectedOutOfTurnMs(terms: RequestTerms, count: number, ahead: AheadInView, nowMs: number): number {
    if (ahead.otherBuckets === 0) return Infinity;
    const { forecast, outOfTurn } = this.parts;
    const batches = outOfTurn.batchesAhead(terms, count, nowMs + terms.timeoutMs, nowMs);
    const otherBatches = Math.min(ahead.otherBatches, batches);
    const atMost = {
      ...ahead,
      inOtherBuckets: Math.min(ahead.inOtherBuckets, batches * forecast.mostInAny),
      otherBuckets: Math.min(ahead.otherBuckets, batches),
      otherBatches,
      otherBatchesMs: (otherBatches / ahead.otherBatches) * ahead.otherBatchesMs,
    };
    return this.expectedMs(terms, count, atMost, nowMs);
  }

  /** Which share of those who come is of its bucket, as far as can be told by those who wait. */
  private shareOfBucket(terms: RequestTerms, count: number): number {
    const { queue } = this.parts;
    return ((queue.bucketOf(terms)?.size ?? 0) + count) / (queue.size + count);
  }

  private refuse(
    { timeoutMs }: RequestTerms,
    expectedMs: number,
    count: number,
    ahead: AheadInView,
    nowMs: number,
  ): never {
    const { forecast } = this.parts;
    const waiting = ahead.inBucket + ahead.inOtherBuckets;
    const buckets = ahead.otherBuckets + Math.sign(ahead.inBucket);
    this.refused += count;
    // Others come, too: what is free in a moment, one of them takes. Who would be too late alone never makes it.
    const retryAfterMs =
      forecast.aloneMs(ahead.own) > timeoutMs
        ? undefined
        : Math.max(forecast.drainAfterMs(waiting, buckets, nowMs), Math.ceil(expectedMs - timeoutMs));
    throw this.tooLate(timeoutMs, expectedMs, retryAfterMs);
  }

  private tooLate(timeoutMs: number, expectedMs: number, retryAfterMs: number | undefined): Error {
    const { batcherName } = this.parts;
    return withoutStack(
      () => new DeadlineExceededError(batcherName, 'admission', timeoutMs, { expectedMs, retryAfterMs }),
    );
  }
}
