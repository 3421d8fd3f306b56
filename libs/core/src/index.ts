export type { BatchedResponse, BatchInfo, DispatchReason } from './batch-info.js';
export { BatchBuilder, type BatchDecision, type BatchingView } from './batch-builder.js';
export type {
  BatchContext,
  BatchProcessor,
  BatchProcessorLike,
  ProcessBatch,
  ProcessorHealth,
} from './batch-processor.js';
export {
  DEFAULT_BATCHING_CONFIG,
  TIMEOUT_STRATEGIES,
  type BatchingConfig,
  type ResolvedBatchingConfig,
  type TimeoutStrategy,
} from './batching-config.js';
export { BoundedRequestQueue, type QueueEntry } from './bounded-request-queue.js';
export type { Alarm, Clock } from './clock.js';
export * from './config-rules.js';
export type { DurationSummary } from './duration-histogram.js';
export {
  DynamicBatcher,
  type BatcherState,
  type DrainResult,
  type DynamicBatcherOptions,
} from './dynamic-batcher.js';
export * from './errors/index.js';
export type { QueuedRequest } from './queued-request.js';
export type { BatchTotals, QueueStatistics, RequestTotals } from './queue-statistics.js';
export type { RequestBatch } from './request-batch.js';
export type { RequestOptions } from './request-options.js';
export { assertBatchingDefaults, BATCHING_OPTION_NAMES, resolveConfig } from './resolve-config.js';
export { systemClock } from './system-clock.js';
