import type { ExecutionContext } from '@nestjs/common';
import type { BatchInfo, RequestOptions } from 'nestjs-batching/core';

export const BATCHED_METADATA = Symbol('BATCHED_METADATA');

/** A value, or what tells it for each call: from a header, a user, an argument. */
export type PerCall<TValue> = TValue | ((context: ExecutionContext) => TValue | undefined);

/** What `@Batched()` may be told of the calls of its method, each for all of them or for each anew. */
export interface BatchedOptions<TResponse = never> {
  /** How long the caller waits, in milliseconds, above 0. Default: `defaultTimeoutMs` of the batcher. */
  readonly timeoutMs?: PerCall<RequestOptions['timeoutMs']>;
  /** From 0, which is served first, to `priorityLevels` less one. Default 0. */
  readonly priority?: PerCall<RequestOptions['priority']>;
  /** Whose request it is, for shares and bounds by tenant. Default: nobody's. */
  readonly tenant?: PerCall<RequestOptions['tenant']>;
  /** Aborted when the caller does not want the answer any more. Over HTTP, the client's leaving counts besides. */
  readonly signal?: PerCall<RequestOptions['signal']>;
  /**
   * Makes the body of the answer from the caller's result and the batch that it rode in.
   * Default: the result is the body.
   */
  readonly toBody?: (response: TResponse, batch: BatchInfo) => unknown;
}

/** What `@Batched()` leaves on a method. */
export interface BatchedMetadata extends BatchedOptions {
  readonly batcherName: string;
}
