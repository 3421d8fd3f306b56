import type { Arrival } from '../requests/arrival.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import { LastingBound } from '../learned/lasting-bound.js';
import type { CompletionForecast } from './completion-forecast.js';

/** The bound is computed for a queue this many times as long, and so holds until the queue is that long. */
const ROOM_FOR_MORE = 2;

/**
 * A bound on the time until a request is answered, wherever it will stand. Told without a look at anybody who waits,
 * and once for many who come at the same time.
 */
export class LongestWait {
  /** For whom it was computed last, and for how many requests in how many buckets. */
  private toldAt: Arrival | undefined = undefined;
  private waiting = 0;
  private buckets = 0;
  private withinMs = 0;
  private readonly lasting = new LastingBound();

  constructor(
    private readonly queue: Pick<BoundedRequestQueue<never>, 'size' | 'bucketCount'>,
    private readonly forecast: Pick<CompletionForecast, 'answerWithinMs'>,
  ) {}

  /** Whether one who comes now has so much time that the bound need not be told anew for it. */
  isFarWithin(timeoutMs: number, nowMs: number): boolean {
    const { queue, lasting } = this;
    const isBounded = queue.size < this.waiting && queue.bucketCount <= this.buckets;
    return isBounded && lasting.isFarBelow(timeoutMs) && !lasting.isDue(nowMs);
  }

  /**
   * Whether all who wait now and those who come are answered within `timeoutMs`.
   *
   * @param count How many come.
   * @param newBuckets How many buckets are new with them.
   */
  isWithin(timeoutMs: number, count: number, newBuckets: number, arrival: Arrival): boolean {
    const waiting = this.queue.size + count;
    const buckets = this.queue.bucketCount + newBuckets;
    const isKnown = this.toldAt === arrival && waiting <= this.waiting && buckets <= this.buckets;
    if (!isKnown) this.foretell(waiting, buckets, arrival);
    if (this.withinMs <= timeoutMs) return true;
    return this.forecast.answerWithinMs(waiting, buckets, arrival.timeMs) <= timeoutMs;
  }

  /** What was foretold may be so no more. */
  configChanged(): void {
    this.toldAt = undefined;
    this.lasting.forget();
  }

  private foretell(waiting: number, buckets: number, arrival: Arrival): void {
    this.toldAt = arrival;
    this.waiting = ROOM_FOR_MORE * waiting;
    this.buckets = ROOM_FOR_MORE * buckets;
    this.withinMs = this.forecast.answerWithinMs(this.waiting, this.buckets, arrival.timeMs);
    this.lasting.told(this.withinMs, arrival.timeMs);
  }
}
