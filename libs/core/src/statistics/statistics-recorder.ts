import type { DispatchReason } from '../processor/batch-info.js';
import { BatchProgress } from './batch-progress.js';
import { DurationHistogram } from './duration-histogram.js';
import type { BatchTotals, QueueStatistics, RequestTotals } from './queue-statistics.js';

/** A batch, as far as it is counted. */
export interface CountedBatch {
  readonly batchSize: number;
  readonly waitingCallers: number;
  readonly dispatchReason: DispatchReason;
  readonly processingTimeMs: number;
  readonly endedAtMs: number;
  /** Records how long each of its requests waited until the processor began. */
  recordQueueTimes(histogram: Pick<DurationHistogram, 'record'>): void;
}

/** How an accepted request can end. */
export type RequestOutcome = Exclude<keyof RequestTotals, 'accepted'>;

/** Counts what happens. Constant time and memory per event, whatever the load. */
export class StatisticsRecorder {
  /** Requests by what became of them. */
  readonly requests = {
    accepted: 0,
    succeeded: 0,
    failed: 0,
    expired: 0,
    aborted: 0,
    displaced: 0,
    closed: 0,
  };
  /** Whether batches succeed. */
  readonly progress = new BatchProgress();
  private readonly refused: Record<string, number> = {};
  private refusedForTenant = 0;
  private readonly sizes: Record<number, number> = {};
  private readonly dispatchReasons: Partial<Record<DispatchReason, number>> = {};
  private batchesDispatched = 0;
  private batchesCompleted = 0;
  private batchesFailed = 0;
  private requestsDispatched = 0;
  private batchesInFlight = 0;
  private requestsInFlight = 0;
  private readonly queueTime = new DurationHistogram();
  private readonly processingTime = new DurationHistogram();

  requestAccepted(): void {
    this.requests.accepted += 1;
  }

  /** @param isForTenant Whether that was because its tenant had as much waiting as one may. */
  requestRefused(code: string, isForTenant: boolean): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
    if (isForTenant) this.refusedForTenant += 1;
  }

  /** A request has left without an answer of its batch. */
  requestLeft(outcome: RequestOutcome): void {
    this.requests[outcome] += 1;
  }

  /** A batch has been answered. Not by name, as above: that is slower, and most requests end like this. */
  requestsAnswered(succeeded: number, failed: number): void {
    this.requests.succeeded += succeeded;
    this.requests.failed += failed;
  }

  batchDispatched(batch: CountedBatch): void {
    const { batchSize, waitingCallers, dispatchReason } = batch;
    this.batchesInFlight += 1;
    this.requestsInFlight += waitingCallers;
    this.batchesDispatched += 1;
    this.requestsDispatched += batchSize;
    this.sizes[batchSize] = (this.sizes[batchSize] ?? 0) + 1;
    this.dispatchReasons[dispatchReason] = (this.dispatchReasons[dispatchReason] ?? 0) + 1;
  }

  /** A caller shares the place of a request that runs. */
  callerJoinedBatch(): void {
    this.requestsInFlight += 1;
  }

  /** A caller has stopped waiting for a batch that runs. */
  callerLeftBatch(): void {
    this.requestsInFlight -= 1;
  }

  /** It is known how long the requests of a batch have waited for it to begin. */
  batchBegan(batch: CountedBatch): void {
    batch.recordQueueTimes(this.queueTime);
  }

  batchEnded({ waitingCallers, processingTimeMs, endedAtMs }: CountedBatch, isFailed: boolean): void {
    this.batchesInFlight -= 1;
    this.requestsInFlight -= waitingCallers;
    if (isFailed) this.batchesFailed += 1;
    else this.batchesCompleted += 1;
    this.progress.batchEnded({ endedAtMs, waitingCallers }, isFailed);
    this.processingTime.record(processingTimeMs);
  }

  summarize(): Pick<
    QueueStatistics,
    | 'requestsInFlight'
    | 'batchesInFlight'
    | 'requests'
    | 'refused'
    | 'refusedForTenant'
    | 'batches'
    | 'queueTimeMs'
    | 'processingTimeMs'
  > {
    return {
      requestsInFlight: this.requestsInFlight,
      batchesInFlight: this.batchesInFlight,
      requests: { ...this.requests },
      refused: { ...this.refused },
      refusedForTenant: this.refusedForTenant,
      batches: this.summarizeBatches(),
      queueTimeMs: this.queueTime.summarize(),
      processingTimeMs: this.processingTime.summarize(),
    };
  }

  private summarizeBatches(): BatchTotals {
    return {
      dispatched: this.batchesDispatched,
      completed: this.batchesCompleted,
      failed: this.batchesFailed,
      meanSize: this.batchesDispatched === 0 ? 0 : this.requestsDispatched / this.batchesDispatched,
      sizes: { ...this.sizes },
      dispatchReasons: { ...this.dispatchReasons },
    };
  }
}
