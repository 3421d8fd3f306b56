import type { BucketKey } from '../queue/queue-entry.js';

/**
 * What to do while a slot is free and the batch is not full.
 *
 * - `dispatch-partial`: when the oldest request has waited `maxWaitTimeMs`, run what is there.
 * - `wait-for-full`: wait that long once more for a full batch, then run what is there.
 * - `adaptive`: run at once unless waiting is expected to pay, judged by what has been learned of the processor
 *   and of the arrivals (see `adaptiveWaitUntilMs`); never longer than `maxWaitTimeMs`.
 */
export type TimeoutStrategy = 'dispatch-partial' | 'wait-for-full' | 'adaptive';

/** Every {@link TimeoutStrategy}. */
export const TIMEOUT_STRATEGIES: readonly TimeoutStrategy[] = [
  'dispatch-partial',
  'wait-for-full',
  'adaptive',
];

/**
 * What a batch costs: `sum` of its requests' costs, or `padded`, the largest cost times their count, as a tensor
 * costs in which every row is as long as the longest.
 */
export type CostModel = 'sum' | 'padded';

/** Every {@link CostModel}. */
export const COST_MODELS: readonly CostModel[] = ['sum', 'padded'];

/**
 * What a full queue does with a newcomer: `refuse` it, or `displace` the newest request of the lowest priority, if
 * that is lower than the newcomer's.
 */
export type QueueFullPolicy = 'displace' | 'refuse';

/** Every {@link QueueFullPolicy}. */
export const QUEUE_FULL_POLICIES: readonly QueueFullPolicy[] = ['displace', 'refuse'];

/** Whether a batch between two allowed sizes is padded `up` to the larger or cut `down` to the smaller. */
export type Padding = 'up' | 'down';

/** Every {@link Padding}. */
export const PADDINGS: readonly Padding[] = ['up', 'down'];

/**
 * A function that looks at a request. Written as a method, so that a function of the app's own request type fits
 * where the type of the requests is not known, as in a module's options.
 */
type RequestLook<TRequest, TAnswer> = { look(request: TRequest): TAnswer }['look'];

/**
 * How a batcher forms and runs its batches. Every field may be left out.
 *
 * @typeParam TRequest What `costOf`, `bucketOf` and `keyOf` look at.
 */
export interface BatchingConfig<TRequest = unknown> {
  /** Most requests in one batch. Integer, 1 to 65,536. Default 32. */
  readonly maxBatchSize?: number | undefined;
  /**
   * How long the oldest request may wait for company while a slot is free, in milliseconds. 0 to 60,000.
   * Default 5.
   */
  readonly maxWaitTimeMs?: number | undefined;
  /** A batch of this size runs at once, whatever the strategy. Integer, 1 to `maxBatchSize`. Default: none. */
  readonly preferredBatchSize?: number | undefined;
  /** Most requests that wait; one more is refused. Integer, `maxBatchSize` to 16,777,216. Default 1,024. */
  readonly maxQueueSize?: number | undefined;
  /** Most batches that run at the same time. Integer, 1 to 1,024. Default 1: what one GPU does. */
  readonly maxConcurrentBatches?: number | undefined;
  /** What to do while a slot is free and the batch is not full. Default `adaptive`. */
  readonly timeoutStrategy?: TimeoutStrategy | undefined;
  /**
   * Time that a caller has if the call does not say (`timeoutMs`), in milliseconds. Above 0, at most
   * 86,400,000 (a day). Default: no limit.
   */
  readonly defaultTimeoutMs?: number | undefined;
  /** How long `drain` takes at most if the call does not say, in milliseconds. 0 to 3,600,000. Default 10,000. */
  readonly drainTimeoutMs?: number | undefined;

  /** How many priorities there are: 0 (first) to one less. Integer, 1 to 64. Default 1. */
  readonly priorityLevels?: number | undefined;
  /**
   * The head start of each priority over the next, in milliseconds: a request of priority p is overtaken only by
   * those that come within p times this time after it. 0 to 3,600,000. Default 1,000.
   */
  readonly priorityAgingMs?: number | undefined;
  /** What a full queue does with a newcomer of higher priority. Default `displace`. */
  readonly queueFullPolicy?: QueueFullPolicy | undefined;

  /** Shares of the tenants that are not to have 1 like all others. Each from 0.01 to 100. Default: none. */
  readonly tenantWeights?: Readonly<Record<string, number>> | undefined;
  /** Most requests that wait for one tenant. Integer, 1 to 16,777,216. Default: as many as the queue holds. */
  readonly maxQueueSizePerTenant?: number | undefined;

  /** What a request takes of a batch's budget (tokens, rows); above 0. Default: 1 for each. */
  readonly costOf?: RequestLook<TRequest, number> | undefined;
  /** Most that a batch may cost; a request that alone costs more is refused. Above 0. Default: no limit. */
  readonly maxBatchCost?: number | undefined;
  /** How the costs of a batch's requests add up. Default `sum`. */
  readonly costModel?: CostModel | undefined;

  /** Requests of different buckets never share a batch (model, shape). Default: all are of one bucket. */
  readonly bucketOf?: RequestLook<TRequest, BucketKey> | undefined;

  /**
   * The only sizes that the processor likes (those for which a GPU has its kernels). A batch has one of them
   * whenever the queue allows; else the processor is told to pad it (`paddedBatchSize`). Integers, 1 to
   * `maxBatchSize`. Default: what the processor names, or any size.
   */
  readonly allowedBatchSizes?: readonly number[] | undefined;
  /** Between two allowed sizes, which one. Default: where a request costs less, by the learned S(n). */
  readonly padding?: Padding | undefined;

  /** Requests of the same key, while one of them is under way, share its place and its result. Default: none do. */
  readonly keyOf?: RequestLook<TRequest, string | number | undefined> | undefined;
}

/** A configuration with every field decided; frozen. */
export interface ResolvedBatchingConfig {
  /** Most requests in one batch. Integer, 1 to 65,536. */
  readonly maxBatchSize: number;
  /** How long the oldest request may wait for company while a slot is free, in milliseconds. 0 to 60,000. */
  readonly maxWaitTimeMs: number;
  /**
   * A batch of this size runs at once. Integer, 1 to `maxBatchSize`; undefined: no size does but the largest.
   */
  readonly preferredBatchSize: number | undefined;
  /** Most requests that wait. Integer, `maxBatchSize` to 16,777,216. */
  readonly maxQueueSize: number;
  /** Most batches that run at the same time. Integer, 1 to 1,024. */
  readonly maxConcurrentBatches: number;
  /** What to do while a slot is free and the batch is not full. */
  readonly timeoutStrategy: TimeoutStrategy;
  /** Time of a caller that does not say, in milliseconds, above 0; undefined: no limit. */
  readonly defaultTimeoutMs: number | undefined;
  /** How long a drain takes at most if the call does not say, in milliseconds. 0 to 3,600,000. */
  readonly drainTimeoutMs: number;
  /** How many priorities there are. Integer, 1 to 64. */
  readonly priorityLevels: number;
  /** The head start of each priority over the next, in milliseconds. 0 to 3,600,000. */
  readonly priorityAgingMs: number;
  /** What a full queue does with a newcomer of higher priority. */
  readonly queueFullPolicy: QueueFullPolicy;
  /** Shares of the tenants that do not have 1. Each from 0.01 to 100. */
  readonly tenantWeights: Readonly<Record<string, number>>;
  /** Most requests that wait for one tenant; undefined: as many as the queue holds. */
  readonly maxQueueSizePerTenant: number | undefined;
  /** What a request takes of a batch's budget; undefined: 1 each. */
  readonly costOf: RequestLook<unknown, number> | undefined;
  /** Most that a batch may cost, above 0; undefined: no limit. */
  readonly maxBatchCost: number | undefined;
  /** How the costs of a batch's requests add up. */
  readonly costModel: CostModel;
  /** Which requests may share a batch: those of the same key; undefined: all may. */
  readonly bucketOf: RequestLook<unknown, BucketKey> | undefined;
  /** The only sizes that the processor likes; undefined: it likes any. */
  readonly allowedBatchSizes: readonly number[] | undefined;
  /** Which of two allowed sizes a batch between them gets; undefined: the one where a request costs less. */
  readonly padding: Padding | undefined;
  /** Requests of the same key share a place while one of them is under way; undefined: none do. */
  readonly keyOf: RequestLook<unknown, string | number | undefined> | undefined;
}

/** What counts where nobody says otherwise; frozen. */
export const DEFAULT_BATCHING_CONFIG: ResolvedBatchingConfig = Object.freeze({
  maxBatchSize: 32,
  maxWaitTimeMs: 5,
  preferredBatchSize: undefined,
  maxQueueSize: 1024,
  maxConcurrentBatches: 1,
  timeoutStrategy: 'adaptive',
  defaultTimeoutMs: undefined,
  drainTimeoutMs: 10_000,
  priorityLevels: 1,
  priorityAgingMs: 1000,
  queueFullPolicy: 'displace',
  tenantWeights: Object.freeze({}),
  maxQueueSizePerTenant: undefined,
  costOf: undefined,
  maxBatchCost: undefined,
  costModel: 'sum',
  bucketOf: undefined,
  allowedBatchSizes: undefined,
  padding: undefined,
  keyOf: undefined,
});
