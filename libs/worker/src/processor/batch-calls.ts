import type { SerializedError } from '../protocol/serialized-error.js';

/** What a worker with a user's processor can be asked for. */
export interface BatchCalls {
  readonly batch: { readonly request: BatchRequest; readonly reply: BatchReply };
}

export interface BatchRequest {
  readonly requests: readonly unknown[];
  readonly batchId: number;
  readonly paddedBatchSize: number;
  /** Whether each result shall come as bytes of its own, so that one that cannot be read leaves the others readable. */
  readonly isApart: boolean;
}

export interface BatchReply {
  /** One for each request; undefined where there is an error instead. */
  readonly results: readonly unknown[];
  readonly errors: readonly { readonly index: number; readonly error: SerializedError }[];
}
