import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import type { QueueEntry } from '../queue/queue-entry.js';
import type { RequestTerms } from '../requests/request-terms.js';
import type { TimedCandidate } from '../scheduling/in-time-choice.js';
import type { AheadInView, CompletionForecast } from './completion-forecast.js';
import type { BucketsInView } from './newcomers.js';
import { PriorityArrivals } from './priority-arrivals.js';

/** How often at most the number of those who overtake is counted anew; each time one batch more goes first, or more. */
const MOST_ROUNDS = 32;

/** On what terms one waits, as far as its turn depends on it. */
export type WaitingTerms = Pick<RequestTerms, 'priority' | 'bucketKey' | 'timeoutMs'>;

/** What it goes by. */
export interface TurnForecastParts {
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly queue: Pick<BoundedRequestQueue<QueueEntry & TimedCandidate>, 'forEachAhead'> & BucketsInView;
  readonly forecast: CompletionForecast;
  /** How many places have been taken in all. */
  readonly placesTaken: () => number;
}

/** Foretells when requests are answered that are served in their turn, behind those ahead and those who overtake. */
export class TurnForecast {
  /** To be told of every place that is taken by a request that is not of the first priority. */
  readonly arrivals = new PriorityArrivals();

  constructor(private readonly parts: TurnForecastParts) {}

  /**
   * How long such requests have to wait for their answers, in milliseconds.
   *
   * @param sinceMs When they came, on the clock's scale: now, or when the place was taken that they share.
   * @param count How many they are.
   */
  inTurnMs(terms: WaitingTerms, sinceMs: number, count: number, ahead: AheadInView, nowMs: number): number {
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
