import type { BatchProcessor } from './batch-processor.js';
import type { ResolvedBatchingConfig } from './batching-config.js';
import { describeValue } from './config-rules.js';
import {
  BatchingError,
  DeadlineExceededError,
  InvalidRequestError,
  RequestAbortedError,
} from './errors/index.js';
import type { RequestOptions } from './request-options.js';

/** Looks at a call before it takes a place in the queue. Whatever is wrong with it is said at once. */
export class Admission<TRequest> {
  constructor(
    private readonly batcherName: string,
    private readonly config: ResolvedBatchingConfig,
    private readonly processor: Pick<BatchProcessor<TRequest, never>, 'validateRequest'>,
  ) {}

  /**
   * How long the caller waits, in milliseconds; Infinity if as long as it takes.
   *
   * @throws InvalidRequestError, RequestAbortedError or DeadlineExceededError (phase `admission`) if the
   *   options already rule out an answer.
   */
  timeoutMsOf({ signal, timeoutMs }: RequestOptions): number {
    if (signal?.aborted === true) throw new RequestAbortedError(this.batcherName, signal.reason);
    const allowedMs = timeoutMs ?? this.config.defaultTimeoutMs ?? Infinity;
    if (typeof allowedMs !== 'number' || Number.isNaN(allowedMs)) {
      throw new InvalidRequestError(
        `Batcher "${this.batcherName}": received the timeoutMs ${describeValue(allowedMs)}, expected a number of milliseconds.`,
      );
    }
    if (allowedMs <= 0) throw new DeadlineExceededError(this.batcherName, 'admission', allowedMs);
    return allowedMs;
  }

  /** @throws what the processor's `validateRequest` throws; as an InvalidRequestError if it is no error of ours. */
  validate(request: TRequest): void {
    try {
      this.processor.validateRequest?.(request);
    } catch (error) {
      if (error instanceof BatchingError) throw error;
      throw new InvalidRequestError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
}
