/**
 * The batcher by itself: no framework, no dependency. For use without Nest, and for what is told about
 * batches, errors and statistics.
 *
 * @module nestjs-batching/core
 */

// The batcher, and what it is told.
export { DynamicBatcher, type BatcherState, type DrainResult } from './dynamic-batcher.js';
export type { DrainOptions, DynamicBatcherOptions } from './config/dynamic-batcher-options.js';
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
export type { RequestOptions } from './requests/request-options.js';
export type { AbortNotice } from './processor/abort-notice.js';
export type {
  BatchContext,
  BatchProcessor,
  BatchProcessorLike,
  ProcessBatch,
  ProcessorHealth,
} from './processor/batch-processor.js';
export type { BucketKey } from './queue/queue-entry.js';

// What it tells.
export type { BatchedResponse, BatchInfo, DispatchReason } from './processor/batch-info.js';
export * from './errors/index.js';
export type {
  BatchTotals,
  LearnedStatistics,
  ProgressStatistics,
  QueueStatistics,
  RequestTotals,
} from './statistics/queue-statistics.js';
export type { DurationSummary } from './statistics/duration-histogram.js';
export type { BatchingCause, BatchingExplanation, BatchingFinding } from './scheduling/explanation.js';

// Where time comes from.
export type { Alarm, Clock } from './time/clock.js';
export { systemClock } from './time/system-clock.js';

// What decisions are made of, for who tries a policy by itself.
export { BatchBuilder, type BatchDecision, type BatchingView } from './scheduling/batch-builder.js';
export { adaptiveWaitUntilMs, type AdaptiveView } from './scheduling/adaptive-wait.js';
export type { ArrivalRate } from './learned/arrival-rate.js';
export { CostCurve } from './learned/cost-curve.js';
export type { LearnedBatches } from './learned/learned-batches.js';
export { LearnedBehavior } from './learned/learned-behavior.js';
export type { LearnedBucket, LearnedBuckets } from './learned/learned-buckets.js';
export { BoundedRequestQueue, type QueueRules } from './queue/bounded-request-queue.js';
export type { Bucket, BucketLoad } from './queue/bucket.js';
export type { OrdinaryLine } from './queue/ordinary-line.js';
export type { PriorityRules } from './queue/priority-lines.js';
export type { QueueEntry } from './queue/queue-entry.js';
export type { BatchOutlook, RequestsAhead } from './queue/requests-ahead.js';
export type { QueuedRequest } from './requests/queued-request.js';
export type { RequestTerms } from './requests/request-terms.js';
export type { RequestBatch } from './execution/request-batch.js';

// What the other libs of this package share with it: how options, processors and results are looked at.
export * from './config/config-rules.js';
export { nearestName } from './config/nearest-name.js';
export { assertBatchingDefaults, BATCHING_OPTION_NAMES, resolveConfig } from './config/resolve-config.js';
export { isError } from './errors/is-error.js';
export { areResultsThere, settleResults, type ProcessorResults } from './processor/processor-results.js';
export { abortNoticeOf, throwIfAborted } from './processor/abort-notice.js';
export { AbortState } from './processor/abort-state.js';
export { hasProcessBatch, isClass, isProcessFunction } from './processor/processor-shape.js';
