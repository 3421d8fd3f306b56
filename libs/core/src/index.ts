/**
 * The batcher by itself: no framework, no dependency. For use without Nest, and for what is told about
 * batches, errors and statistics.
 *
 * @module nestjs-batching/core
 */

export type { BatchedResponse, BatchInfo, DispatchReason } from './processor/batch-info.js';
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
} from './processor/batch-processor.js';
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
} from './config/batching-config.js';
export { BoundedRequestQueue, type QueueRules, type RequestsAhead } from './queue/bounded-request-queue.js';
export type { Bucket, BucketLoad } from './queue/bucket.js';
export type { PriorityRules } from './queue/priority-lines.js';
export type { OrdinaryLine } from './queue/ordinary-line.js';
export type { BucketKey, QueueEntry } from './queue/queue-entry.js';
export type { Alarm, Clock } from './time/clock.js';
export * from './config/config-rules.js';
export { hasProcessBatch, isClass, isProcessFunction } from './processor/processor-shape.js';
export type { DurationSummary } from './statistics/duration-histogram.js';
export { DynamicBatcher, type BatcherState, type DrainResult } from './dynamic-batcher.js';
export type { DrainOptions, DynamicBatcherOptions } from './config/dynamic-batcher-options.js';
export * from './errors/index.js';
export { isError } from './errors/is-error.js';
export { nearestName } from './config/nearest-name.js';
export { areResultsThere, settleResults, type ProcessorResults } from './processor/processor-results.js';
export type { QueuedRequest } from './requests/queued-request.js';
export type {
  BatchTotals,
  LearnedStatistics,
  ProgressStatistics,
  QueueStatistics,
  RequestTotals,
} from './statistics/queue-statistics.js';
export type { RequestBatch } from './execution/request-batch.js';
export type { RequestOptions } from './requests/request-options.js';
export type { RequestTerms } from './requests/request-terms.js';
export { assertBatchingDefaults, BATCHING_OPTION_NAMES, resolveConfig } from './config/resolve-config.js';
export { systemClock } from './time/system-clock.js';
