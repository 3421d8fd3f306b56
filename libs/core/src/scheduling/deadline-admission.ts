import type { Arrival } from '../arrival.js';
import type { ResolvedBatchingConfig } from '../batching-config.js';
import { DeadlineExceededError } from '../errors/index.js';
import { withoutStack } from '../errors/without-stack.js';
import type { BoundedRequestQueue, RequestsAhead } from '../queue/bounded-request-queue.js';
import type { QueueEntry } from '../queue/queue-entry.js';
import type { RequestTerms } from '../request-terms.js';
import { ArrivalRate } from './arrival-rate.js';
import type { CompletionForecast } from './completion-forecast.js';
import type { TimedCandidate } from './in-time-choice.js';
import type { LearnedBehavior } from './learned-behavior.js';

/** For so long room is left for buckets that are refused although nothing of theirs waits. */
const LEAVE_ROOM_FOR_MS = 1000;

/** What holds for so many times as many as wait need not be found out for each one more. */
const ROOM_FOR_MORE = 2;

/** What it goes by. */
export interface DeadlineAdmissionParts {
  readonly batcherName: string;
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly queue: Pick<
    BoundedRequestQueue<QueueEntry & TimedCandidate>,
    'size' | 'bucketCount' | 'countAhead' | 'forEachAhead'
  >;
  readonly forecast: CompletionForecast;
  readonly learned: LearnedBehavior;
  /** How many places have been taken in all. */
  readonly placesTaken: () => number;
}

/**
 * Refuses at once who cannot be answered in time, given those ahead and what batches take: an error now is worth more
 * than the same one later, and costs the others nothing.
 */
export class DeadlineAdmission {
  /** How many come, those included who are refused for their deadlines. Watched only while deadlines are at stake. */
  private readonly offered = new ArrivalRate();
  private refused = 0;
  private leaveRoomUntilMs = -Infinity;
  private readonly surely = { toldAt: undefined as Arrival | undefined, waiting: 0, buckets: 0, withinMs: 0 };

  constructor(private readonly parts: DeadlineAdmissionParts) {}

  /**
   * @param count How many requests come on these terms.
   * @throws DeadlineExceededError
   */
  assertInTime(terms: RequestTerms, count: number, arrival: Arrival): void {
    const { learned, queue } = this.parts;
    const { timeoutMs } = terms;
    if (timeoutMs === Infinity || this.isSurelyInTime(timeoutMs, count, arrival)) return;
    const nowMs = arrival.timeMs;
    if (!learned.isTrusted(nowMs)) return;
    this.offered.observe(this.parts.placesTaken() + this.refused, nowMs);
    const ahead = queue.countAhead(terms, nowMs);
    const expectedMs = this.expectedMs(terms, count, ahead, nowMs);
    if (expectedMs > timeoutMs) this.refuse(timeoutMs, expectedMs, count, ahead, nowMs);
  }

  /** Told without a look at anybody who waits; and once for many who come at the same time. */
  private isSurelyInTime(timeoutMs: number, count: number, arrival: Arrival): boolean {
    const { forecast, queue } = this.parts;
    const { surely } = this;
    const waiting = queue.size + count;
    const buckets = queue.bucketCount;
    const isKnown = surely.toldAt === arrival && waiting <= surely.waiting && buckets <= surely.buckets;
    if (!isKnown) {
      surely.toldAt = arrival;
      surely.waiting = ROOM_FOR_MORE * waiting;
      surely.buckets = ROOM_FOR_MORE * buckets;
      surely.withinMs = forecast.answerWithinMs(surely.waiting, surely.buckets);
    }
    return surely.withinMs <= timeoutMs || forecast.answerWithinMs(waiting, buckets) <= timeoutMs;
  }

  private expectedMs(terms: RequestTerms, count: number, ahead: RequestsAhead, nowMs: number): number {
    const { config, forecast } = this.parts;
    const inTurnMs = forecast.isWorthALook(ahead)
      ? forecast.answerBesideMs(this.deadlinesUntil(terms, count, ahead.inBucket, nowMs), ahead, nowMs)
      : forecast.answerAfterMs({ ...ahead, inBucket: ahead.inBucket + count - 1 }, nowMs);
    // Who has a priority or a tenant is not one of a crowd that is all alike: what is best for all may be bad for it.
    const isOneOfCrowd = terms.tenant === undefined && config.priorityLevels === 1;
    const inCrowdMs = isOneOfCrowd
      ? forecast.answerInCrowdMs(terms.timeoutMs, this.offered.requestsPerMs, nowMs)
      : 0;
    return Math.max(inTurnMs, inCrowdMs) + this.roomForOthersMs(ahead, nowMs);
  }

  private refuse(
    timeoutMs: number,
    expectedMs: number,
    count: number,
    ahead: RequestsAhead,
    nowMs: number,
  ): never {
    const { batcherName, forecast, queue } = this.parts;
    this.refused += count;
    if (ahead.inBucket === 0 && ahead.otherBuckets > 0) this.leaveRoomUntilMs = nowMs + LEAVE_ROOM_FOR_MS;
    // Others come, too: what is free in a moment, one of them takes. Who would be too late alone never makes it.
    const retryAfterMs =
      forecast.aloneMs > timeoutMs
        ? undefined
        : Math.max(forecast.drainAfterMs(queue.size, nowMs), Math.ceil(expectedMs - timeoutMs));
    throw withoutStack(
      () => new DeadlineExceededError(batcherName, 'admission', timeoutMs, { expectedMs, retryAfterMs }),
    );
  }

  /**
   * A bucket that holds most of what waits would fill the queue until nobody else can make it: the batch of another
   * comes after all of its own. Where such a one has been refused, it leaves room for one, for a while.
   */
  private roomForOthersMs({ inBucket }: RequestsAhead, nowMs: number): number {
    const { forecast, queue } = this.parts;
    const holdsMost = 2 * inBucket > queue.size;
    return holdsMost && nowMs < this.leaveRoomUntilMs ? forecast.aloneMs : 0;
  }

  /** By when those ahead of such requests must be answered, and then they themselves. */
  private deadlinesUntil(terms: RequestTerms, count: number, ahead: number, nowMs: number): number[] {
    const deadlinesAtMs: number[] = [];
    this.parts.queue.forEachAhead(terms, ({ latestDeadlineAtMs }) => {
      // Of a tenant that floods not all are.
      if (deadlinesAtMs.length < ahead) deadlinesAtMs.push(latestDeadlineAtMs);
    });
    for (let left = count; left > 0; left -= 1) deadlinesAtMs.push(nowMs + terms.timeoutMs);
    return deadlinesAtMs;
  }
}
