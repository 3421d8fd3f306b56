import { describeValue, InvalidConfigError } from '../errors/index.js';
import type { AbortNotice } from './abort-notice.js';
import type { ProcessorResults } from './processor-results.js';
import { hasProcessBatch, isClass, isProcessFunction } from './processor-shape.js';

/** What a processor is told about the batch it runs. */
export interface BatchContext {
  /** Number of the batch, counted from 1 in each batcher. */
  readonly batchId: number;
  /** How many requests the batch holds; the length of the array that the processor gets. */
  readonly batchSize: number;
  /** The size at which it shall run: the next of `allowedBatchSizes`; without them `batchSize`. */
  readonly paddedBatchSize: number;
  /**
   * Aborted when nobody waits for this batch any more: every caller has left or run out of time, or the
   * batcher was closed. A processor may then stop early; its results would reach no one.
   */
  readonly signal: AbortSignal;
  /**
   * Tells the same as `signal`, for processors of many small batches: to make a signal and listen to it takes Node some
   * 15 µs a batch, this next to nothing. The batcher's contexts have it always; one made by hand needs none.
   */
  readonly abortNotice?: AbortNotice | undefined;
  /**
   * A processor that takes batches in advance (`batchesInAdvance`) calls it when it really begins with this one: the
   * time that the batch takes counts from then. Needs no `this`.
   */
  readonly started?: (() => void) | undefined;
}

/**
 * Runs one batch. Result *i* answers request *i*; an `Error` in place *i* rejects request *i* alone. Where results are
 * promises, as those of `requests.map(async …)`, the batch runs until all of them are settled; one that rejects,
 * rejects its request alone. What it throws (or rejects with) fails every request of the batch.
 */
export type ProcessBatch<TRequest, TResponse> = (
  requests: readonly TRequest[],
  context: BatchContext,
) => PromiseLike<ProcessorResults<TResponse>> | ProcessorResults<TResponse>;

/** How a processor fares, as a health check wants to know it. */
export interface ProcessorHealth {
  /** Whether the processor can run a batch now. */
  readonly isReady: boolean;
  /** Why not, in a sentence for the operator. */
  readonly reason?: string;
  /** Whatever else is worth showing: model, device, provider, workers. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What runs a batch: a model, a database, a remote service; anything cheaper per batch than per item. */
export interface BatchProcessor<TRequest, TResponse> {
  /** Runs one batch; see {@link ProcessBatch}. Up to `maxConcurrentBatches` calls overlap. */
  readonly processBatch: ProcessBatch<TRequest, TResponse>;

  /**
   * Looks at one request on its arrival, before it takes a place in the queue. Throws what the caller shall get,
   * normally an `InvalidRequestError`; anything else becomes the `cause` of one. A bad request thus never spoils the
   * batch of its neighbors. It returns nothing: a promise is an `AdmissionFailedError`, since nobody waits for it.
   */
  validateRequest?(request: TRequest): void;

  /**
   * Releases what the processor holds: sessions, workers, connections. `BatchingModule` calls it when the app
   * closes, after the last batch; who uses a `DynamicBatcher` without it calls it after `drain`.
   */
  close?(): void | Promise<void>;

  /** The only sizes that the processor likes, unless the configuration names others (`allowedBatchSizes`). */
  readonly allowedBatchSizes?: readonly number[] | undefined;

  /**
   * How many batches it can run at the same time now: its live workers. An integer from 0. `maxConcurrentBatches`
   * is this many unless the configuration says otherwise, and never more. Default: as the configuration says.
   */
  readonly concurrentBatches?: number | undefined;

  /**
   * How many full batches it takes beyond those that it can run now, so that the next one is ready when one has
   * ended. An integer from 0. Default 0.
   */
  readonly batchesInAdvance?: number | undefined;

  /**
   * Takes note of who wants to be called whenever `concurrentBatches` or `allowedBatchSizes` may have changed. What it
   * returns, if anything, ends that: a batcher calls it when it is closed.
   */
  onLimitsChanged?(listener: () => void): (() => void) | void;

  /** Tells how the processor fares. Without it a processor counts as ready. */
  getHealth?(): ProcessorHealth;
}

/** A processor, or just the function that it would consist of. */
export type BatchProcessorLike<TRequest, TResponse> =
  BatchProcessor<TRequest, TResponse> | ProcessBatch<TRequest, TResponse>;

/**
 * The processor that was given, or that a function is.
 *
 * @param subject Whose it is, for the message.
 * @throws InvalidConfigError if it is neither.
 */
export function toBatchProcessor<TRequest, TResponse>(
  processor: BatchProcessorLike<TRequest, TResponse>,
  subject = 'batcher',
): BatchProcessor<TRequest, TResponse> {
  if (isProcessFunction(processor)) return { processBatch: processor as ProcessBatch<TRequest, TResponse> };
  if (hasProcessBatch(processor)) return processor as BatchProcessor<TRequest, TResponse>;
  const problem = `received ${isClass(processor) ? 'a class' : describeValue(processor)}, expected a function of the requests, or an object with a method processBatch`;
  throw new InvalidConfigError(subject, [{ field: 'processor', problem }]);
}
