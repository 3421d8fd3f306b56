import type { BatchProcessor } from '../processor/batch-processor.js';
import type { Clock } from '../time/clock.js';
import { BatchProcessingError, BatchingError, ResponseCountMismatchError } from '../errors/index.js';
import type { RequestBatch } from './request-batch.js';
import { isError } from '../errors/is-error.js';
import { areResultsThere, settleResults, type ProcessorResults } from '../processor/processor-results.js';
import { RunningBatches } from './running-batches.js';

/** How a processor call ended: with one result per request, or with an error for all of them. */
export type BatchEnding<TResponse> =
  | { readonly results: readonly (TResponse | Error)[]; readonly error?: undefined }
  | { readonly error: BatchingError; readonly results?: undefined };

/**
 * Runs batches on the processor and tells how each one ended, exactly once, whatever the processor does:
 * return, throw, reject, or answer with the wrong number of results.
 */
export class BatchRunner<TRequest, TResponse> {
  readonly running = new RunningBatches<TRequest, TResponse>();

  constructor(
    private readonly batcherName: string,
    private readonly processor: BatchProcessor<TRequest, TResponse>,
    private readonly clock: Clock,
    private readonly onEnded: (
      batch: RequestBatch<TRequest, TResponse>,
      ending: BatchEnding<TResponse>,
    ) => void,
  ) {}

  run(batch: RequestBatch<TRequest, TResponse>): void {
    const slot = this.running.add(batch);
    if (this.processor.batchesInAdvance) batch.started = () => (batch.startedAtMs = this.clock.now());
    this.callProcessor(batch).then(
      (results) => {
        if (areResultsThere(results)) {
          this.end(batch, slot, this.endingOf(batch, results));
          return;
        }
        // Some are promised: the batch runs until all of them are settled.
        void settleResults(results).then((settled) => this.end(batch, slot, this.endingOf(batch, settled)));
      },
      (error: unknown) => this.end(batch, slot, { error: this.toBatchingError(batch, error) }),
    );
  }

  /** What the processor throws while it is called counts the same as what it rejects with later. */
  private callProcessor(batch: RequestBatch<TRequest, TResponse>): Promise<ProcessorResults<TResponse>> {
    try {
      return Promise.resolve(this.processor.processBatch(batch.payloads, batch));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** With one result too few or too many nobody can say whose is whose, so nobody gets any. */
  private endingOf(
    batch: RequestBatch<TRequest, TResponse>,
    results: readonly (TResponse | Error)[],
  ): BatchEnding<TResponse> {
    const { batchSize } = batch;
    try {
      return Array.isArray(results) && results.length === batchSize
        ? { results }
        : { error: new ResponseCountMismatchError(this.batcherName, batchSize, results) };
    } catch (error) {
      // A proxy may refuse to tell even whether it is a list.
      return { error: this.toBatchingError(batch, error) };
    }
  }

  private toBatchingError(
    { batchId, batchSize }: RequestBatch<TRequest, TResponse>,
    error: unknown,
  ): BatchingError {
    // A proxy may throw when it is asked for its class; `isError` asks with care.
    return isError(error) && error instanceof BatchingError
      ? error
      : new BatchProcessingError(this.batcherName, batchId, batchSize, error);
  }

  private end(batch: RequestBatch<TRequest, TResponse>, slot: number, ending: BatchEnding<TResponse>): void {
    this.running.free(slot);
    batch.endedAtMs = this.clock.now();
    this.onEnded(batch, ending);
  }
}
