import type { SerializedError } from '../protocol/serialized-error.js';

/** What a worker with a user's processor can be asked for. */
export interface BatchCalls {
  readonly batch: { readonly request: BatchRequest; readonly reply: BatchReply };
}

export interface BatchRequest {
  readonly requests: readonly unknown[];
  readonly batchId: number;
  readonly paddedBatchSize: number;
}

export interface BatchReply {
  /** One for each request; undefined where there is an error instead. */
  readonly results: readonly unknown[];
  readonly errors: readonly { readonly index: number; readonly error: SerializedError }[];
}
