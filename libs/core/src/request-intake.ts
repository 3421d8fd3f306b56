import type { Arrival } from './arrival.js';
import { ORDINARY_TERMS, type Admission } from './admission.js';
import type { ResolvedBatchingConfig } from './batching-config.js';
import { CallerSignal, type RequestOwner } from './caller-signal.js';
import type { CallerWishes } from './caller-wishes.js';
import type { Clock } from './clock.js';
import {
  DeadlineExceededError,
  QueueFullError,
  RequestTooLargeError,
  type QueueFullReason,
} from './errors/index.js';
import { withoutStack } from './errors/without-stack.js';
import type { RequestsAhead } from './queue/bounded-request-queue.js';
import { QueuedRequest, type Answer } from './queued-request.js';
import type { RequestOptions } from './request-options.js';
import type { RequestTerms } from './request-terms.js';
import type { BatchScheduler } from './scheduling/batch-scheduler.js';
import { ArrivalRate } from './scheduling/arrival-rate.js';
import { CompletionForecast } from './scheduling/completion-forecast.js';
import type { LearnedBehavior } from './scheduling/learned-behavior.js';
import type { StatisticsRecorder } from './statistics-recorder.js';

/** To a deadline as far away as this it makes no difference when in a turn of the event loop the call was made. */
const LONG_TIMEOUT_MS = 5000;

/** For so long room is left for buckets that are refused although nothing of theirs waits. */
const LEAVE_ROOM_FOR_MS = 1000;

/** Nothing else, so one for all who do. */
const WANTS_BATCH_INFO: CallerWishes<never, never> = { signal: undefined, wantsBatchInfo: true };

/** What an intake works with. */
export interface IntakeParts<TRequest, TResponse> {
  readonly batcherName: string;
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly clock: Clock;
  readonly admission: Admission<TRequest>;
  readonly scheduler: BatchScheduler<TRequest, TResponse>;
  readonly learned: LearnedBehavior;
  readonly recorder: StatisticsRecorder;
  readonly owner: RequestOwner<TRequest, TResponse>;
}

/** Turns calls into requests that have a place: in the queue, or shared with another of the same key. */
export class RequestIntake<TRequest, TResponse> {
  private readonly forecast: CompletionForecast;
  /** How many come, those included who are refused for their deadlines. Watched only while deadlines are at stake. */
  private readonly offered = new ArrivalRate();
  private refusedAsLate = 0;
  private leaveRoomUntilMs = -Infinity;

  private readonly scheduler: BatchScheduler<TRequest, TResponse>;
  private readonly recorder: StatisticsRecorder;

  constructor(private readonly parts: IntakeParts<TRequest, TResponse>) {
    const { config, learned, scheduler } = parts;
    this.scheduler = scheduler;
    this.recorder = parts.recorder;
    this.forecast = new CompletionForecast(config, learned.curve, scheduler.slots);
  }

  /** The promise of the answer. @throws BatchingError if the call is refused; nothing of it is kept then. */
  take(payload: TRequest, options: RequestOptions, wantsBatchInfo: boolean): Promise<Answer<TResponse>> {
    const terms = this.parts.admission.examine(payload, options);
    return terms === ORDINARY_TERMS && !wantsBatchInfo
      ? this.takeOrdinary(payload)
      : this.takeOnTerms(terms, payload, options, wantsBatchInfo);
  }

  /** Takes all or none. @throws BatchingError if they are refused; nothing is kept then. */
  takeAll(payloads: readonly TRequest[], options: RequestOptions): Promise<Answer<TResponse>>[] {
    const { admission, clock } = this.parts;
    const terms = payloads.map((payload) => admission.examine(payload, options));
    const nowMs = clock.now();
    const [first] = terms;
    if (first !== undefined) {
      const places = this.countPlaces(terms);
      const followers = payloads.length - places;
      this.assertNotTooMany(first, places, followers);
      if (places > 0) this.assertInTime(first, places, nowMs);
      this.assertRoom(first, places, nowMs);
      this.assertSharedRoom(followers, nowMs);
    }
    const wishes = this.wishesOf(options, false);
    const arrival = { timeMs: nowMs };
    return this.scheduler.together(() =>
      payloads.map((payload, index) => this.place(payload, terms[index]!, arrival, wishes)),
    );
  }

  /** What nothing special was said of: every question that need not be asked again is left out. */
  private takeOrdinary(payload: TRequest): Promise<Answer<TResponse>> {
    const { scheduler } = this;
    const { arrival } = scheduler;
    if (scheduler.queue.isFull) this.makeRoom(ORDINARY_TERMS, arrival.timeMs);
    const request = new QueuedRequest<TRequest, TResponse>(payload, ORDINARY_TERMS, arrival, undefined);
    const promise = request.promiseAnswer();
    this.recorder.requestAccepted();
    scheduler.enqueueOrdinary(request);
    return promise;
  }

  private takeOnTerms(
    terms: RequestTerms,
    payload: TRequest,
    options: RequestOptions,
    wantsBatchInfo: boolean,
  ): Promise<Answer<TResponse>> {
    // A deadline counts from the call itself; how long others wait need not be known that well.
    const isTimeCritical = terms.timeoutMs < LONG_TIMEOUT_MS;
    const arrival = isTimeCritical ? { timeMs: this.parts.clock.now() } : this.scheduler.arrival;
    const nowMs = arrival.timeMs;
    if (this.canShare(terms)) {
      this.assertSharedRoom(1, nowMs);
    } else {
      this.assertInTime(terms, 1, nowMs);
      this.makeRoom(terms, nowMs);
    }
    return this.place(payload, terms, arrival, this.wishesOf(options, wantsBatchInfo));
  }

  private canShare({ coalescingKey }: RequestTerms): boolean {
    return coalescingKey !== undefined && this.scheduler.coalescing.find(coalescingKey) !== undefined;
  }

  /** How many places requests need that are sent at once: not one for each whose key is met a second time. */
  private countPlaces(terms: readonly RequestTerms[]): number {
    const keys = new Set<string | number>();
    let places = 0;
    for (const each of terms) {
      const { coalescingKey } = each;
      if (this.canShare(each) || (coalescingKey !== undefined && keys.has(coalescingKey))) continue;
      if (coalescingKey !== undefined) keys.add(coalescingKey);
      places += 1;
    }
    return places;
  }

  /** One for all requests of a call. */
  private wishesOf(
    { signal }: RequestOptions,
    wantsBatchInfo: boolean,
  ): CallerWishes<TRequest, TResponse> | undefined {
    if (signal !== undefined) return { signal: new CallerSignal(this.parts.owner, signal), wantsBatchInfo };
    return wantsBatchInfo ? WANTS_BATCH_INFO : undefined;
  }

  /** When as many requests as wait now will have been served, in milliseconds; what a refused caller is told. */
  private retryAfterMs(nowMs: number): number {
    return this.forecast.drainAfterMs(this.parts.scheduler.queue.size, nowMs);
  }

  /** @throws RequestTooLargeError if there is no room for so many at once, however long they waited. */
  private assertNotTooMany({ tenant }: RequestTerms, places: number, followers: number): void {
    const { batcherName, config } = this.parts;
    const { maxQueueSize, maxQueueSizePerTenant = Infinity } = config;
    const what = `it brings ${places + followers} requests at once`;
    if (Math.max(places, followers) > maxQueueSize) {
      throw new RequestTooLargeError(batcherName, what, 'maxQueueSize', maxQueueSize);
    }
    if (tenant !== undefined && places > maxQueueSizePerTenant) {
      throw new RequestTooLargeError(batcherName, what, 'maxQueueSizePerTenant', maxQueueSizePerTenant);
    }
  }

  private assertInTime(terms: RequestTerms, count: number, nowMs: number): void {
    const { batcherName, config, learned, scheduler } = this.parts;
    const { timeoutMs } = terms;
    const { queue } = scheduler;
    if (timeoutMs === Infinity) return;
    if (this.forecast.answerWithinMs(queue.size + count, queue.bucketCount) <= timeoutMs) return;
    if (!learned.isTrusted(nowMs)) return;
    this.offered.observe(this.recorder.requests.accepted + this.refusedAsLate, nowMs);
    const ahead = queue.countAhead(terms, nowMs);
    const inTurnMs = this.forecast.isWorthALook(ahead)
      ? this.forecast.answerBesideMs(this.deadlinesUntil(terms, count, ahead.inBucket, nowMs), ahead, nowMs)
      : this.forecast.answerAfterMs({ ...ahead, inBucket: ahead.inBucket + count - 1 }, nowMs);
    // Who has a priority or a tenant is not one of a crowd that is all alike: what is best for all may be bad for it.
    const isOneOfCrowd = terms.tenant === undefined && config.priorityLevels === 1;
    const inCrowdMs = isOneOfCrowd
      ? this.forecast.answerInCrowdMs(timeoutMs, this.offered.requestsPerMs, nowMs)
      : 0;
    const expectedMs = Math.max(inTurnMs, inCrowdMs) + this.roomForOthersMs(ahead, nowMs);
    if (expectedMs <= timeoutMs) return;
    this.refusedAsLate += count;
    if (ahead.inBucket === 0 && ahead.otherBuckets > 0) this.leaveRoomUntilMs = nowMs + LEAVE_ROOM_FOR_MS;
    // Others come, too: what is free in a moment, one of them takes.
    const retryAfterMs = Math.max(this.retryAfterMs(nowMs), Math.ceil(expectedMs - timeoutMs));
    throw withoutStack(
      () => new DeadlineExceededError(batcherName, 'admission', timeoutMs, { expectedMs, retryAfterMs }),
    );
  }

  /**
   * A bucket that holds most of what waits would fill the queue until nobody else can make it: the batch of another
   * comes after all of its own. Where such a one has been refused, it leaves room for one, for a while.
   */
  private roomForOthersMs({ inBucket }: RequestsAhead, nowMs: number): number {
    const holdsMost = 2 * inBucket > this.scheduler.queue.size;
    return holdsMost && nowMs < this.leaveRoomUntilMs ? this.forecast.aloneMs : 0;
  }

  /** By when those ahead of such requests must be answered, and then they themselves. */
  private deadlinesUntil(terms: RequestTerms, count: number, ahead: number, nowMs: number): number[] {
    const deadlinesAtMs: number[] = [];
    this.scheduler.queue.forEachAhead(terms, ({ latestDeadlineAtMs }) => {
      // Of a tenant that floods not all are.
      if (deadlinesAtMs.length < ahead) deadlinesAtMs.push(latestDeadlineAtMs);
    });
    for (let left = count; left > 0; left -= 1) deadlinesAtMs.push(nowMs + terms.timeoutMs);
    return deadlinesAtMs;
  }

  /** Refuses the request if there is no place for it, unless one of lower priority can give up its own. */
  private makeRoom(terms: RequestTerms, nowMs: number): void {
    const { batcherName, config, scheduler } = this.parts;
    this.assertTenantRoom(terms, 1, nowMs);
    if (!scheduler.queue.isFull) return;
    const displaced =
      config.queueFullPolicy === 'displace' ? scheduler.queue.findDisplaceable(terms.priority) : undefined;
    if (displaced === undefined) throw this.queueFull('queue', config.maxQueueSize, nowMs);
    const retryAfterMs = this.retryAfterMs(nowMs);
    const error = new QueueFullError(batcherName, config.maxQueueSize, retryAfterMs, 'displaced');
    scheduler.departures.giveUpPlace(displaced, 'displaced', error);
  }

  private assertRoom(terms: RequestTerms, count: number, nowMs: number): void {
    const { config, scheduler } = this.parts;
    this.assertTenantRoom(terms, count, nowMs);
    if (scheduler.queue.size + count > config.maxQueueSize) {
      throw this.queueFull('queue', config.maxQueueSize, nowMs);
    }
  }

  /** @throws QueueFullError if more callers would wait in the places of others than places may be taken. */
  private assertSharedRoom(followers: number, nowMs: number): void {
    const { maxQueueSize } = this.parts.config;
    if (followers > 0 && this.scheduler.coalescing.followers + followers > maxQueueSize) {
      throw this.queueFull('shared', maxQueueSize, nowMs);
    }
  }

  private assertTenantRoom({ tenant }: RequestTerms, count: number, nowMs: number): void {
    const { maxQueueSizePerTenant } = this.parts.config;
    if (tenant === undefined || maxQueueSizePerTenant === undefined) return;
    if (this.parts.scheduler.queue.sizeOfTenant(tenant) + count > maxQueueSizePerTenant) {
      throw this.queueFull('tenant', maxQueueSizePerTenant, nowMs);
    }
  }

  private queueFull(reason: QueueFullReason, limit: number, nowMs: number): QueueFullError {
    const { batcherName } = this.parts;
    return withoutStack(() => new QueueFullError(batcherName, limit, this.retryAfterMs(nowMs), reason));
  }

  private place(
    payload: TRequest,
    terms: RequestTerms,
    arrival: Arrival,
    wishes: CallerWishes<TRequest, TResponse> | undefined,
  ): Promise<Answer<TResponse>> {
    const request = new QueuedRequest<TRequest, TResponse>(payload, terms, arrival, wishes);
    const promise = request.promiseAnswer();
    this.recorder.requestAccepted();
    if (terms.coalescingKey === undefined) this.scheduler.enqueue(request);
    else this.shareOrLead(terms.coalescingKey, request);
    return promise;
  }

  private shareOrLead(key: string | number, request: QueuedRequest<TRequest, TResponse>): void {
    const { scheduler } = this;
    const leader = scheduler.coalescing.find(key);
    if (leader !== undefined) {
      scheduler.share(leader, request);
      return;
    }
    scheduler.coalescing.lead(key, request);
    scheduler.enqueue(request);
  }
}
