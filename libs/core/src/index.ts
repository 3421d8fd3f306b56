/**
 * The batcher by itself: no framework, no dependency. For use without Nest, and for what is told about
 * batches, errors and statistics.
 *
 * @module nestjs-batching/core
 */

export type { BatchedResponse, BatchInfo, DispatchReason } from './batch-info.js';
export { BatchBuilder, type BatchDecision, type BatchingView } from './scheduling/batch-builder.js';
export type { ArrivalRate } from './scheduling/arrival-rate.js';
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
export { BoundedRequestQueue, type QueueRules, type RequestsAhead } from './queue/bounded-request-queue.js';
export type { Bucket, BucketLoad } from './queue/bucket.js';
export type { PriorityRules } from './queue/priority-lines.js';
export type { OrdinaryLine } from './queue/ordinary-line.js';
export type { BucketKey, QueueEntry } from './queue/queue-entry.js';
export type { Alarm, Clock } from './clock.js';
export * from './config-rules.js';
export { hasProcessBatch, isClass, isProcessFunction } from './processor-shape.js';
export type { DurationSummary } from './duration-histogram.js';
export { DynamicBatcher, type BatcherState, type DrainResult } from './dynamic-batcher.js';
export type { DrainOptions, DynamicBatcherOptions } from './dynamic-batcher-options.js';
export * from './errors/index.js';
export { isError } from './is-error.js';
export { nearestName } from './nearest-name.js';
export { areResultsThere, settleResults, type ProcessorResults } from './processor-results.js';
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
export type { RequestTerms } from './request-terms.js';
export { assertBatchingDefaults, BATCHING_OPTION_NAMES, resolveConfig } from './resolve-config.js';
export { systemClock } from './system-clock.js';
