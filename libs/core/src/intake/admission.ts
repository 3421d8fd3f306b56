import type { BatchProcessor } from '../processor/batch-processor.js';
import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import {
  AdmissionFailedError,
  BatchingError,
  describeValue,
  describeThrown,
  DeadlineExceededError,
  InvalidRequestError,
  isRecord,
  RequestAbortedError,
  RequestTooLargeError,
} from '../errors/index.js';
import { isProgrammingError } from '../errors/is-programming-error.js';
import { NO_OPTIONS, type RequestOptions } from '../requests/request-options.js';
import type { BucketKey } from '../queue/queue-entry.js';
import { QueuedRequest } from '../requests/queued-request.js';

/** Looks at a call before it takes a place in the queue. Whatever is wrong with it is said at once. */
export class Admission<TRequest, TResponse> {
  /** Whether the configuration asks nothing of a request whose caller said nothing. */
  private isNothingAsked = false;

  constructor(
    private readonly batcherName: string,
    private readonly config: ResolvedBatchingConfig,
    private readonly processor: Pick<BatchProcessor<TRequest, never>, 'validateRequest'>,
  ) {
    this.configChanged();
  }

  /** Looks at the configuration anew. */
  configChanged(): void {
    const { defaultTimeoutMs, costOf, bucketOf, keyOf } = this.config;
    const questions = [defaultTimeoutMs, costOf, bucketOf, keyOf];
    this.isNothingAsked = questions.every((question) => question === undefined);
  }

  /**
   * Makes a request that waits on the terms that were found out; undefined if nobody has said or asks anything, so that
   * it may wait on those that are ordinary.
   *
   * @throws InvalidRequestError, RequestTooLargeError, RequestAbortedError, or DeadlineExceededError (phase
   *   `admission`) if its time is over already; what the processor's `validateRequest` throws; or AdmissionFailedError
   *   if that, or a function of the configuration, is itself wrong.
   */
  examine(payload: TRequest, options: RequestOptions): QueuedRequest<TRequest, TResponse> | undefined {
    if (!this.isNothingAsked || !saysNothing(options)) return this.examineClosely(payload, options);
    this.validate(payload);
    return undefined;
  }

  /** @throws InvalidRequestError if the options are no object: a number, say, that was meant as `timeoutMs`. */
  assertOptions(options: RequestOptions): void {
    if (isRecord(options)) return;
    throw this.invalid(
      'options',
      options,
      'an object such as { timeoutMs: 200 }; leave them out for the defaults',
    );
  }

  /** In one piece: so V8 compiles it by itself, with all that it calls, and not as a part of what calls it. */
  private examineClosely(payload: TRequest, options: RequestOptions): QueuedRequest<TRequest, TResponse> {
    const { config } = this;
    const { costOf, bucketOf, keyOf } = config;
    if (options !== NO_OPTIONS) this.assertGiven(options);
    this.validate(payload);
    const { priority = 0, tenant } = options;
    const timeoutMs = options.timeoutMs ?? config.defaultTimeoutMs ?? Infinity;
    if (typeof timeoutMs !== 'number' || !(timeoutMs > 0)) throw this.wrongTimeout(timeoutMs);
    if (!Number.isInteger(priority) || priority < 0 || priority >= config.priorityLevels) {
      throw this.wrongPriority(priority);
    }
    if (tenant !== undefined && (typeof tenant !== 'string' || tenant === '')) {
      throw this.invalid('tenant', tenant, 'a string that is not empty');
    }
    return new QueuedRequest<TRequest, TResponse>(payload, {
      timeoutMs,
      priority,
      tenant,
      cost: costOf === undefined ? 1 : this.checkCost(this.ask('costOf', costOf, payload)),
      bucketKey: bucketOf === undefined ? undefined : this.keyBy('bucketOf', bucketOf, payload),
      coalescingKey: keyOf === undefined ? undefined : this.keyBy('keyOf', keyOf, payload),
    });
  }

  /**
   * Looks at the options as a whole, and at whether the call still counts.
   *
   * @throws InvalidRequestError if they are no object, RequestAbortedError if their signal is aborted.
   */
  private assertGiven(options: RequestOptions): void {
    this.assertOptions(options);
    if (options.signal !== undefined) this.assertNotAborted(options.signal);
  }

  private assertNotAborted(signal: AbortSignal): void {
    if (typeof (signal as AbortSignal | null)?.addEventListener !== 'function') {
      throw this.invalid('signal', signal, 'an AbortSignal, or none');
    }
    if (signal.aborted) throw new RequestAbortedError(this.batcherName, signal.reason);
  }

  private wrongTimeout(timeoutMs: number): BatchingError {
    return typeof timeoutMs !== 'number' || Number.isNaN(timeoutMs)
      ? this.invalid('timeoutMs', timeoutMs, 'a number of milliseconds')
      : new DeadlineExceededError(this.batcherName, 'admission', timeoutMs);
  }

  private wrongPriority(priority: number): BatchingError {
    const { priorityLevels } = this.config;
    const allowed =
      priorityLevels === 1 ? '0, since priorityLevels is 1' : `an integer from 0 to ${priorityLevels - 1}`;
    return this.invalid('priority', priority, allowed);
  }

  private checkCost(cost: number): number {
    const { maxBatchCost = Infinity } = this.config;
    if (typeof cost !== 'number' || !(cost > 0) || cost === Infinity) {
      throw this.wrongReturn('costOf', cost, 'a number above 0');
    }
    if (cost > maxBatchCost) {
      throw new RequestTooLargeError(this.batcherName, `it costs ${cost}`, 'maxBatchCost', maxBatchCost);
    }
    return cost;
  }

  private validate(request: TRequest): void {
    const { processor } = this;
    if (processor.validateRequest === undefined) return;
    let verdict: unknown;
    try {
      verdict = processor.validateRequest(request);
    } catch (error) {
      // To refuse is what it is for, whatever it throws.
      throw refusalBy(error);
    }
    if (verdict instanceof Promise)
      throw this.wrongReturn('validateRequest', verdict, 'nothing; nobody waits for what it finds later');
  }

  /** Keys are compared as those of a `Map`: what is no text and no number would equal nothing, or too much. */
  private keyBy(name: string, look: (request: TRequest) => BucketKey, request: TRequest): BucketKey {
    const key = this.ask(name, look, request) ?? undefined;
    if (key === undefined || typeof key === 'string' || (typeof key === 'number' && !Number.isNaN(key)))
      return key;
    throw this.wrongReturn(name, key, 'a string, a number that is not NaN, or undefined');
  }

  private ask<TAnswer>(name: string, look: (request: TRequest) => TAnswer, request: TRequest): TAnswer {
    try {
      return look(request);
    } catch (error) {
      throw this.faultOf(name, error);
    }
  }

  /** What a user's function throws when it looks at a request is that request's fault, unless it shows a bug. */
  private faultOf(name: string, error: unknown): BatchingError {
    if (error instanceof BatchingError || !isProgrammingError(error)) return refusalBy(error);
    return new AdmissionFailedError(
      `Batcher "${this.batcherName}": ${name} failed: ${describeThrown(error)}`,
      {
        cause: error,
      },
    );
  }

  /**
   * What a user's function returns is not the request's fault, unless it is of the right kind: that an empty text costs
   * nothing follows from the text.
   */
  private wrongReturn(name: string, returned: unknown, expected: string): BatchingError {
    // Nobody waits for a promise, and what it rejects with would end the process.
    if (returned instanceof Promise) returned.catch(() => undefined);
    const message = `Batcher "${this.batcherName}": ${name} returned ${describeValue(returned)}, expected ${expected}.`;
    return typeof returned === 'number'
      ? new InvalidRequestError(message)
      : new AdmissionFailedError(message);
  }

  private invalid(what: string, received: unknown, expected: string): InvalidRequestError {
    return new InvalidRequestError(
      `Batcher "${this.batcherName}": received the ${what} ${describeValue(received)}, expected ${expected}.`,
    );
  }
}

/** What is thrown to refuse a request: a batching error as it is, anything else as the cause of one. */
function refusalBy(error: unknown): BatchingError {
  return error instanceof BatchingError
    ? error
    : new InvalidRequestError(describeThrown(error), { cause: error });
}

/** Whether whoever calls with these options might as well give none. */
function saysNothing(options: RequestOptions): boolean {
  if (options === NO_OPTIONS) return true;
  // What is no object says something wrong, which the closer look tells.
  if (!isRecord(options)) return false;
  const { signal, timeoutMs, priority, tenant } = options;
  const isFirst = priority === undefined || priority === 0;
  return isFirst && signal === undefined && timeoutMs === undefined && tenant === undefined;
}
