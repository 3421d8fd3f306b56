export type { BatchedResponse, BatchInfo, DispatchReason } from './batch-info.js';
export { BatchBuilder, type BatchDecision, type BatchingView } from './scheduling/batch-builder.js';
export { adaptiveWaitUntilMs, type AdaptiveView } from './scheduling/adaptive-wait.js';
export { CostCurve } from './scheduling/cost-curve.js';
export { LearnedBehavior } from './scheduling/learned-behavior.js';
export type { BatchingCause, BatchingExplanation, BatchingFinding } from './scheduling/explanation.js';
export type {
  BatchContext,
  BatchProcessor,
  BatchProcessorLike,
  ProcessBatch,
  ProcessorHealth,
} from './batch-processor.js';
export {
  COST_MODELS,
  DEFAULT_BATCHING_CONFIG,
  PADDINGS,
  QUEUE_FULL_POLICIES,
  TIMEOUT_STRATEGIES,
  type BatchingConfig,
  type CostModel,
  type Padding,
  type QueueFullPolicy,
  type ResolvedBatchingConfig,
  type TimeoutStrategy,
} from './batching-config.js';
export { BoundedRequestQueue, type QueueRules } from './queue/bounded-request-queue.js';
export type { BucketKey, QueueEntry } from './queue/queue-entry.js';
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
export type {
  BatchTotals,
  LearnedStatistics,
  ProgressStatistics,
  QueueStatistics,
  RequestTotals,
} from './queue-statistics.js';
export type { RequestBatch } from './request-batch.js';
export type { RequestOptions } from './request-options.js';
export { assertBatchingDefaults, BATCHING_OPTION_NAMES, resolveConfig } from './resolve-config.js';
export { systemClock } from './system-clock.js';
