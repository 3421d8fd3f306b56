/** Why a batch ran when it did. */
export type DispatchReason =
  /** It held as much as a batch may hold: `maxBatchSize` requests, or `maxBatchCost`. */
  | 'full'
  /** It had reached `preferredBatchSize`. */
  | 'preferred'
  /** Its oldest request had waited as long as the strategy lets it. */
  | 'waited'
  /**
   * A slot was free, and the adaptive strategy saw no gain in waiting, or left some for other slots; or, with any
   * strategy, requests of several buckets filled the queue, so that there was no room for company.
   */
  | 'adaptive'
  /** One of its requests would have missed its deadline, had it waited longer. */
  | 'deadline'
  /** The batcher drains, or is about to: nobody waits for company any more. */
  | 'drain';

/** The batch that a response rode in. */
export interface BatchInfo {
  /** Number of the batch, counted from 1 in each batcher. */
  readonly batchId: number;
  /** How many requests the batch held. */
  readonly batchSize: number;
  /** How long this request waited in the queue, in milliseconds. */
  readonly queueTimeMs: number;
  /** How long the processor took for the batch, in milliseconds. */
  readonly processingTimeMs: number;
  /** Why the batch ran when it did. */
  readonly dispatchReason: DispatchReason;
}

/** A response together with the batch that it rode in. */
export interface BatchedResponse<TResponse> {
  /** The caller's own result. */
  readonly response: TResponse;
  /** The batch that the result came with. */
  readonly batch: BatchInfo;
}
