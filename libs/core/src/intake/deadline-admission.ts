import type { Arrival } from '../requests/arrival.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { DeadlineExceededError } from '../errors/index.js';
import { withoutStack } from '../errors/without-stack.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { QueueEntry } from '../queue/queue-entry.js';
import { NO_OTHERS_AHEAD } from '../queue/requests-ahead.js';
import type { RequestTerms } from '../requests/request-terms.js';
import { ArrivalRate } from '../learned/arrival-rate.js';
import type { AheadInView, CompletionForecast } from './completion-forecast.js';
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
import type { OutOfTurn } from '../scheduling/out-of-turn.js';
import { PriorityArrivals } from './priority-arrivals.js';
import type { RunningBatch } from '../scheduling/slot-forecast.js';

/** Since others may overtake a request of a lower priority, it is surely in time only with this many times the wait. */
const OVERTAKEN_TIMES = 4;

/** How often at most the number of those who overtake is counted anew; each time one batch more goes first, or more. */
const MOST_ROUNDS = 32;

/** What it goes by. */
export interface DeadlineAdmissionParts {
  readonly batcherName: string;
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly queue: Pick<
    BoundedRequestQueue<PlaceInView>,
    'size' | 'bucketCount' | 'countAhead' | 'countBefore' | 'forEachAhead'
  > &
    BucketsInView;
  readonly forecast: CompletionForecast;
  readonly learned: LearnedBehavior;
  readonly outOfTurn: Pick<OutOfTurn<never>, 'batchesAhead'>;
  /** How many places have been taken in all. */
  readonly placesTaken: () => number;
}

/** A place that a request may share with the one that has taken it, in the queue or in a batch. */
export interface PlaceInView extends QueueEntry, TimedCandidate {
  /** Undefined while it waits. */
  readonly batch: RunningBatch | undefined;
}

/** On what terms one waits, as far as its turn depends on it. */
type WaitingTerms = Pick<RequestTerms, 'priority' | 'bucketKey' | 'timeoutMs'>;

/**
 * Refuses at once who cannot be answered in time, given those ahead and what batches take: an error now is worth more
 * than the same one later, and costs the others nothing.
 */
export class DeadlineAdmission {
  /** How many come, those included who are refused for their deadlines. Watched only while deadlines are at stake. */
  private readonly offered = new ArrivalRate();
  private readonly arrivals = new PriorityArrivals();
  private refused = 0;
  private readonly longestWait: LongestWait;

  constructor(private readonly parts: DeadlineAdmissionParts) {
    this.longestWait = new LongestWait(parts.queue, parts.forecast);
  }

  /** A request has taken a place; need not be told of one of the first priority. */
  notePlaceTaken(priority: number): void {
    this.arrivals.notePlaceTaken(priority);
  }

  /**
   * @param terms Those of the first of them; the others differ in their buckets at most.
   * @throws DeadlineExceededError
   */
  assertInTime(terms: RequestTerms, newcomers: Newcomers, arrival: Arrival): void {
    const { timeoutMs } = terms;
    if (timeoutMs === Infinity) return;
    const { queue, forecast } = this.parts;
    const others = newcomers === ONE_NEWCOMER ? NO_OTHERS : othersOf(newcomers, queue, forecast);
    const count = newcomers.inBucket + others.requests;
    const surelyMs = this.surelyWithinMs(terms, timeoutMs);
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
    if (!learned.isTrusted(nowMs)) return;
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
    return this.inTurnMs({ priority, bucketKey, timeoutMs }, enqueuedAtMs, 1, ahead, nowMs);
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
    const inTurnMs = this.inTurnMs(terms, nowMs, count, ahead, nowMs);
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

  /** @param sinceMs When they came, on the clock's scale: now, or when the place was taken that they share. */
  private inTurnMs(
    terms: WaitingTerms,
    sinceMs: number,
    count: number,
    ahead: AheadInView,
    nowMs: number,
  ): number {
    const { forecast } = this.parts;
    return forecast.isWorthALook(ahead)
      ? forecast.answerBesideMs(this.deadlinesUntil(terms, count, ahead.inBucket, nowMs), ahead, nowMs)
      : this.answerInTurnMs(terms, sinceMs, { ...ahead, inBucket: ahead.inBucket + count - 1 }, nowMs);
  }

  /**
   * As `answerAfterMs`, with those ahead as well who will come while it waits and go first: those of higher priorities,
   * for as long as they have a head start over it. They make the wait longer, in which more of them come; so it is told
   * again and again until it stays as it is, or is too long.
   */
  private answerInTurnMs(terms: WaitingTerms, sinceMs: number, ahead: AheadInView, nowMs: number): number {
    const { config, forecast, placesTaken } = this.parts;
    const { priority, timeoutMs } = terms;
    if (priority === 0) return forecast.answerAfterMs(ahead, nowMs);
    const leadMs = Math.max(0, sinceMs + priority * config.priorityAgingMs - nowMs);
    const higherPerMs = this.arrivals.higherPerMs(priority, placesTaken(), nowMs);
    let withThem = ahead;
    const freeAfterMs = forecast.slotsFreeAfterMs(nowMs);
    let waitMs = forecast.startsAfterMs(ahead, freeAfterMs);
    for (let round = 0; round < MOST_ROUNDS && waitMs <= timeoutMs; round += 1) {
      const overtaking = Math.floor(higherPerMs * Math.min(waitMs, leadMs));
      withThem = { ...ahead, inBucket: ahead.inBucket + overtaking };
      const laterMs = forecast.startsAfterMs(withThem, freeAfterMs);
      if (laterMs <= waitMs) break;
      waitMs = laterMs;
    }
    const heldBackMs = this.heldBackMs(terms, leadMs, higherPerMs, ahead, nowMs);
    return Math.max(
      forecast.answerWithSlotsMs(withThem, freeAfterMs),
      heldBackMs + forecast.aloneMs(ahead.own),
    );
  }

  /**
   * For how long those of higher priorities in other buckets keep its bucket from its turn. With them it cannot ride:
   * it waits for a slot for which none of them is there, or until they have no head start over it any more.
   */
  private heldBackMs(
    { bucketKey }: WaitingTerms,
    leadMs: number,
    higherPerMs: number,
    ahead: AheadInView,
    nowMs: number,
  ): number {
    if (ahead.otherBuckets === 0) return 0;
    const { queue, forecast } = this.parts;
    const bucketLeadMs = (queue.bucketOf({ bucketKey })?.urgentSinceMs ?? Infinity) - nowMs;
    return Math.max(0, Math.min(leadMs, bucketLeadMs, forecast.gapAfterMs(ahead, higherPerMs)));
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

  /** By when those ahead of such requests must be answered, and then they themselves. */
  private deadlinesUntil(terms: WaitingTerms, count: number, ahead: number, nowMs: number): number[] {
    const deadlinesAtMs: number[] = [];
    this.parts.queue.forEachAhead(terms, ({ latestDeadlineAtMs }) => {
      // Where tenants take turns, a newcomer goes before some who stand in the line already.
      if (deadlinesAtMs.length < ahead) deadlinesAtMs.push(latestDeadlineAtMs);
    });
    for (let left = count; left > 0; left -= 1) deadlinesAtMs.push(nowMs + terms.timeoutMs);
    return deadlinesAtMs;
  }
}
