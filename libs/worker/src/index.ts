/**
 * Workers in threads and processes: pools of them, and processors that run in them. Nest apps have
 * `WorkerProcessor` of `nestjs-batching` for the latter.
 *
 * @module nestjs-batching/worker
 */

export { describeShortage } from './pool/describe-shortage.js';
export { fileLocationOf, toFileUrl, type FileLocation } from './processor/file-location.js';
export { RunTimeoutError } from './pool/run-timeout.error.js';
export { overdueReason, readyWithin } from './hosts/ready-within.js';
export type { SerializedError } from './protocol/serialized-error.js';
export { failAfterOthers, untilAllStarted, startAlongside } from './hosts/start-alongside.js';
export { startWorker } from './hosts/start-worker.js';
export { WorkerEndedError } from './hosts/worker-ended.error.js';
export type { CallOptions, WorkerHost, WorkerIsolation, WorkerSpecification } from './hosts/worker-host.js';
export {
  WORKER_PROCESSOR_OPTION_NAMES,
  WorkerBatchProcessor,
  type WorkerBatchProcessorOptions,
} from './processor/worker-batch-processor.js';
export { loggerRule, neverThrowing, processWarnings, type WorkerLogger } from './pool/worker-logger.js';
export {
  checkWorkerOptions,
  resolveWorkerOptions,
  withWorkerNumbers,
  WORKER_OPTION_RULES,
  type ResolvedWorkerOptions,
  type WorkerOptions,
} from './pool/worker-options.js';
export {
  WorkerPool,
  type PoolStatus,
  type PreparedCall,
  type RunOptions,
  type WorkerPoolOptions,
} from './pool/worker-pool.js';
export type { StartContext } from './pool/worker-place.js';
export type { WorkerCalls } from './protocol/worker-protocol.js';
export type {
  CallContext,
  CreateWorkerService,
  ServiceAnswer,
  WorkerService,
} from './inside/worker-service.js';
