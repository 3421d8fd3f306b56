import type { Arrival } from '../requests/arrival.js';
import type { Admission } from './admission.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import { CallerSignal, type RequestOwner } from '../requests/caller-signal.js';
import type { CallerWishes } from '../requests/caller-wishes.js';
import type { Clock } from '../time/clock.js';
import { describeValue, InvalidRequestError } from '../errors/index.js';
import { QueuedRequest, type Answer } from '../requests/queued-request.js';
import { QueueRoom } from './queue-room.js';
import type { BucketKey } from '../queue/queue-entry.js';
import type { RequestOptions } from '../requests/request-options.js';
import { ORDINARY_TERMS, type RequestTerms } from '../requests/request-terms.js';
import type { BatchScheduler } from '../scheduling/batch-scheduler.js';
import { CompletionForecast } from './completion-forecast.js';
import { DeadlineAdmission } from './deadline-admission.js';
import { ONE_NEWCOMER, type Newcomers } from './newcomers.js';
import type { PriorityArrivals } from './priority-arrivals.js';
import type { LearnedBehavior } from '../learned/learned-behavior.js';
import type { StatisticsRecorder } from '../statistics/statistics-recorder.js';

/** To a deadline as far away as this it makes no difference when in a turn of the event loop the call was made. */
const LONG_TIMEOUT_MS = 5000;

/** The wishes of a caller who wants to know of the batch and has no signal: one object for all of them. */
const WANTS_BATCH_INFO = { signal: undefined, wantsBatchInfo: true } as const;

/** What an intake works with. */
export interface IntakeParts<TRequest, TResponse> {
  readonly batcherName: string;
  /** Read each time, since it may change. */
  readonly config: ResolvedBatchingConfig;
  readonly clock: Clock;
  readonly admission: Admission<TRequest, TResponse>;
  readonly scheduler: BatchScheduler<TRequest, TResponse>;
  readonly learned: LearnedBehavior;
  readonly recorder: StatisticsRecorder;
  readonly owner: RequestOwner<TRequest, TResponse>;
}

/** Turns calls into requests that have a place: in the queue, or shared with another of the same key. */
export class RequestIntake<TRequest, TResponse> {
  private readonly room: QueueRoom<TRequest, TResponse>;
  private readonly deadlines: DeadlineAdmission;
  private readonly priorityArrivals: PriorityArrivals;
  private readonly callerSignals = new WeakMap<AbortSignal, CallerSignal<TRequest, TResponse>>();
  private readonly scheduler: BatchScheduler<TRequest, TResponse>;
  private readonly recorder: StatisticsRecorder;

  constructor(private readonly parts: IntakeParts<TRequest, TResponse>) {
    const { batcherName, config, learned, recorder, scheduler } = parts;
    this.scheduler = scheduler;
    this.recorder = recorder;
    const forecast = new CompletionForecast(config, learned, scheduler.slots);
    this.room = new QueueRoom({ batcherName, config, scheduler, forecast });
    const { queue, outOfTurn } = scheduler;
    this.deadlines = new DeadlineAdmission({
      batcherName,
      config,
      queue,
      forecast,
      learned,
      outOfTurn,
      placesTaken: () => scheduler.placesTaken,
    });
    this.priorityArrivals = this.deadlines.priorityArrivals;
  }

  /** Looks at the configuration anew. */
  configChanged(): void {
    this.parts.admission.configChanged();
    this.deadlines.configChanged();
  }

  /** The promise of the answer. @throws BatchingError if the call is refused; nothing of it is kept then. */
  take(payload: TRequest, options: RequestOptions, wantsBatchInfo: boolean): Promise<Answer<TResponse>> {
    const request = this.parts.admission.examine(payload, options);
    if (request === undefined && !wantsBatchInfo) return this.takeOrdinary(payload);
    return this.takeOnTerms(request ?? ordinaryRequest(payload), this.wishesOf(options, wantsBatchInfo));
  }

  /** Takes all or none. @throws BatchingError if they are refused; nothing is kept then. */
  takeAll(payloads: readonly TRequest[], options: RequestOptions): Promise<Answer<TResponse>>[] {
    const { admission, clock } = this.parts;
    if (!isArray(payloads)) {
      throw new InvalidRequestError(
        `processMany: received ${describeValue(payloads)}, expected an array of requests.`,
      );
    }
    // Where there is no request, nobody else looks at them.
    if (payloads.length === 0) admission.assertOptions(options);
    const requests = Array.from(payloads, (payload) => admission.examine(payload, options));
    const arrival = { timeMs: clock.now() };
    if (requests.length > 0) this.assertAllFit(requests, arrival);
    const wishes = this.wishesOf(options, false);
    return this.scheduler.together(() =>
      requests.map((request, index) =>
        request === undefined
          ? this.placeOrdinary(payloads[index] as TRequest, arrival)
          : this.place(request, arrival, wishes),
      ),
    );
  }

  /** @throws BatchingError if there is no room for all requests of a call, or one of them would be too late. */
  private assertAllFit(
    requests: readonly (QueuedRequest<TRequest, TResponse> | undefined)[],
    arrival: Arrival,
  ): void {
    const first = requests[0] ?? ORDINARY_TERMS;
    const places = this.countPlaces(requests);
    const followers = requests.length - places;
    this.room.assertNotTooMany(first, places, followers);
    if (places > 0) this.deadlines.assertInTime(first, newcomersOf(first, places, requests), arrival);
    if (followers > 0) this.assertJoinersInTime(requests, arrival);
    this.room.assertRoom(first, places, arrival.timeMs);
    this.room.assertSharedRoom(followers, arrival.timeMs);
  }

  /** What nothing special was said of: every question that need not be asked again is left out. */
  private takeOrdinary(payload: TRequest): Promise<Answer<TResponse>> {
    const { scheduler } = this;
    const { arrival } = scheduler;
    if (scheduler.queue.isFull) this.room.makeRoom(ORDINARY_TERMS, arrival.timeMs);
    return this.placeOrdinary(payload, arrival);
  }

  private takeOnTerms(
    request: QueuedRequest<TRequest, TResponse>,
    wishes: CallerWishes<TRequest, TResponse> | undefined,
  ): Promise<Answer<TResponse>> {
    // A deadline counts from the call itself; how long others wait need not be known that well.
    const isTimeCritical = request.timeoutMs < LONG_TIMEOUT_MS;
    const arrival = isTimeCritical ? { timeMs: this.parts.clock.now() } : this.scheduler.arrival;
    const leader = this.leaderOf(request);
    if (leader !== undefined) this.assertMayJoin(leader, request, arrival);
    else {
      this.deadlines.assertInTime(request, ONE_NEWCOMER, arrival);
      this.room.makeRoom(request, arrival.timeMs);
    }
    return this.place(request, arrival, wishes);
  }

  /** @throws BatchingError if it would be too late in that place, or too many share others' already. */
  private assertMayJoin(
    leader: QueuedRequest<TRequest, TResponse>,
    { timeoutMs }: RequestTerms,
    arrival: Arrival,
  ): void {
    this.deadlines.assertJoinsInTime(leader, timeoutMs, arrival);
    this.room.assertSharedRoom(1, arrival.timeMs);
  }

  /** Whose place it can share. */
  private leaderOf({ coalescingKey }: RequestTerms): QueuedRequest<TRequest, TResponse> | undefined {
    return coalescingKey === undefined ? undefined : this.scheduler.coalescing.find(coalescingKey);
  }

  /** @throws DeadlineExceededError if one of them would share a place that is answered too late. */
  private assertJoinersInTime(requests: readonly (RequestTerms | undefined)[], arrival: Arrival): void {
    for (const request of requests) {
      if (request === undefined) continue;
      const leader = this.leaderOf(request);
      if (leader !== undefined) this.deadlines.assertJoinsInTime(leader, request.timeoutMs, arrival);
    }
  }

  /** How many places a call needs: none for a request whose key is under way, or stands in the call before it. */
  private countPlaces(requests: readonly (RequestTerms | undefined)[]): number {
    const keys = new Set<string | number>();
    let places = 0;
    for (const terms of requests.map((request) => request ?? ORDINARY_TERMS)) {
      const { coalescingKey } = terms;
      if (this.leaderOf(terms) !== undefined || (coalescingKey !== undefined && keys.has(coalescingKey)))
        continue;
      if (coalescingKey !== undefined) keys.add(coalescingKey);
      places += 1;
    }
    return places;
  }

  /** What the caller wants, in one object for all requests of a call. */
  private wishesOf(
    { signal }: RequestOptions,
    wantsBatchInfo: boolean,
  ): CallerWishes<TRequest, TResponse> | undefined {
    if (signal !== undefined) return { signal: this.callerSignalOf(signal), wantsBatchInfo };
    return wantsBatchInfo ? WANTS_BATCH_INFO : undefined;
  }

  /** One for all calls with the same signal, so that it has one listener however many they are. */
  private callerSignalOf(signal: AbortSignal): CallerSignal<TRequest, TResponse> {
    let callerSignal = this.callerSignals.get(signal);
    if (callerSignal === undefined) {
      callerSignal = new CallerSignal(this.parts.owner, signal);
      this.callerSignals.set(signal, callerSignal);
    }
    return callerSignal;
  }

  private placeOrdinary(payload: TRequest, arrival: Arrival): Promise<Answer<TResponse>> {
    if (!this.scheduler.queue.takesOrdinary) return this.place(ordinaryRequest(payload), arrival, undefined);
    this.recorder.requestAccepted();
    return this.scheduler.enqueueOrdinary(payload, arrival);
  }

  private place(
    request: QueuedRequest<TRequest, TResponse>,
    arrival: Arrival,
    wishes: CallerWishes<TRequest, TResponse> | undefined,
  ): Promise<Answer<TResponse>> {
    const { coalescingKey } = request;
    const promise = request.accept(arrival, wishes);
    this.recorder.requestAccepted();
    if (coalescingKey === undefined) this.enqueue(request);
    else this.shareOrLead(coalescingKey, request);
    return promise;
  }

  private shareOrLead(key: string | number, request: QueuedRequest<TRequest, TResponse>): void {
    const { scheduler } = this;
    const leader = scheduler.coalescing.find(key);
    if (leader !== undefined) {
      scheduler.joinPlace(leader, request);
      return;
    }
    scheduler.coalescing.lead(key, request);
    this.enqueue(request);
  }

  private enqueue(request: QueuedRequest<TRequest, TResponse>): void {
    const { priority } = request;
    if (priority > 0 && this.priorityArrivals.isWatched) this.priorityArrivals.notePlaceTaken(priority);
    this.scheduler.enqueue(request);
  }
}

/** An ordinary request that must be an object: others stand in its line, or its caller wants to know of the batch. */
function ordinaryRequest<TRequest, TResponse>(payload: TRequest): QueuedRequest<TRequest, TResponse> {
  return new QueuedRequest<TRequest, TResponse>(payload, ORDINARY_TERMS);
}

/**
 * How many places a call takes in which bucket. Which of its requests share a place is not looked at: requests of other
 * buckets count until all places but one are given out, and what is left goes to the bucket of the first request.
 */
function newcomersOf(
  { bucketKey: first }: RequestTerms,
  places: number,
  requests: readonly (RequestTerms | undefined)[],
): Newcomers {
  const inOtherBuckets = new Map<BucketKey, number>();
  let others = 0;
  for (const terms of requests) {
    const bucketKey = terms?.bucketKey;
    if (bucketKey === first || others === places - 1) continue;
    inOtherBuckets.set(bucketKey, (inOtherBuckets.get(bucketKey) ?? 0) + 1);
    others += 1;
  }
  return { inBucket: places - others, inOtherBuckets };
}

/** `Array.isArray` by itself would make the compiler take the entries for `any`. */
function isArray(value: readonly unknown[]): boolean {
  return Array.isArray(value);
}
