import type { BatchInfo, RequestOptions } from 'nestjs-batching/core';

export const BATCHED_METADATA = Symbol('BATCHED_METADATA');

export interface BatchedOptions<TResponse = never> extends Pick<RequestOptions, 'timeoutMs'> {
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
