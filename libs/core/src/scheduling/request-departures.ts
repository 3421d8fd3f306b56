import type { Coalescing } from '../requests/coalescing.js';
import { DeadlineExceededError, type BatchingError } from '../errors/index.js';
import type { BoundedRequestQueue } from '../queue/bounded-request-queue.js';
import { isQueued } from '../queue/queue-entry.js';
import type { QueuedRequest } from '../requests/queued-request.js';
import type { RunningBatches } from '../execution/running-batches.js';
import type { RequestOutcome, StatisticsRecorder } from '../statistics/statistics-recorder.js';
import type { DeadlineWatch } from './deadline-watch.js';

/** Where requests are that can leave. */
export interface DepartureParts<TRequest, TResponse> {
  readonly batcherName: string;
  readonly queue: Pick<BoundedRequestQueue<QueuedRequest<TRequest, TResponse>>, 'remove' | 'forEach'>;
  readonly running: RunningBatches<TRequest, TResponse>;
  readonly deadlines: DeadlineWatch<TRequest, TResponse>;
  readonly coalescing: Coalescing<TRequest, TResponse>;
  readonly recorder: StatisticsRecorder;
}

/**
 * Lets requests leave without their result: taken back, too late, displaced, or closed. Their places are free at once.
 */
export class RequestDepartures<TRequest, TResponse> {
  constructor(private readonly parts: DepartureParts<TRequest, TResponse>) {}

  /** Answers a caller that is not going to get its result; frees its place unless others share it. */
  giveUp(request: QueuedRequest<TRequest, TResponse>, outcome: RequestOutcome, error: BatchingError): void {
    if (request.isSettled) return;
    const { deadlines, recorder, coalescing, queue } = this.parts;
    const { place } = request;
    deadlines.remove(request);
    recorder.requestLeft(outcome);
    request.reject(error);
    place.sharedPlace?.callerLeft();
    if (place !== request) coalescing.followers -= 1;
    if (place.batch !== undefined) {
      place.batch.callerLeft();
      recorder.callerLeftBatch();
    }
    if (place.callers > 0) return;
    coalescing.forget(place);
    if (isQueued(place)) queue.remove(place);
    else place.batch?.placeGivenUp();
  }

  /** Answers all callers of a place that they are not going to get their result. */
  giveUpPlace(
    place: QueuedRequest<TRequest, TResponse>,
    outcome: RequestOutcome,
    error: BatchingError,
  ): void {
    place.forEachCaller((caller) => this.giveUp(caller, outcome, error));
  }

  /** Rejects everything that is not answered yet. */
  giveUpAll(error: BatchingError): void {
    const { queue, running } = this.parts;
    const places: QueuedRequest<TRequest, TResponse>[] = [];
    queue.forEach((place) => places.push(place));
    for (const batch of running) {
      for (const place of batch.separate()) places.push(place);
    }
    for (const place of places) this.giveUpPlace(place, 'closed', error);
  }

  /** Its time is over. */
  readonly expire = (request: QueuedRequest<TRequest, TResponse>): void => {
    this.giveUpLate(request, request.place.batch === undefined ? 'queue' : 'execution');
  };

  /** It has been taken out of the queue, and could not be answered in time if it ran now. */
  giveUpLost(place: QueuedRequest<TRequest, TResponse>): void {
    place.forEachCaller((caller) => this.giveUpLate(caller, 'queue'));
  }

  private giveUpLate(request: QueuedRequest<TRequest, TResponse>, phase: 'queue' | 'execution'): void {
    const { timeoutMs } = request;
    this.giveUp(request, 'expired', new DeadlineExceededError(this.parts.batcherName, phase, timeoutMs));
  }
}
