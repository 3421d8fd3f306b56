/**
 * Workers in threads and processes: pools of them, and processors that run in them. Nest apps have
 * `WorkerProcessor` of `nestjs-batching` for the latter.
 *
 * @module nestjs-batching/worker
 */

export { describeShortage } from './describe-shortage.js';
export { codeOf } from './error-code.js';
export { fileLocationOf, toFileUrl, type FileLocation } from './file-location.js';
export { RunTimeoutError } from './run-timeout.error.js';
export { overdueReason, readyWithin } from './ready-within.js';
export type { CallContext } from './served-call.js';
export type { SerializedError } from './serialized-error.js';
export { failAfterOthers, modelsStarted, startAlongside } from './start-alongside.js';
export { startWorker, type StartWorker } from './start-worker.js';
export { WorkerEndedError } from './worker-ended.error.js';
export type { CallOptions, WorkerHost, WorkerIsolation, WorkerSpecification } from './worker-host.js';
export { WorkerBatchProcessor, type WorkerBatchProcessorOptions } from './worker-batch-processor.js';
export { loggerRule, neverThrowing, processWarnings, type WorkerLogger } from './worker-logger.js';
export {
  checkWorkerOptions,
  resolveWorkerOptions,
  withWorkerNumbers,
  WORKER_OPTION_RULES,
  type ResolvedWorkerOptions,
  type WorkerOptions,
} from './worker-options.js';
export {
  WorkerPool,
  type PoolStatus,
  type PreparedCall,
  type RunOptions,
  type WorkerPoolOptions,
} from './worker-pool.js';
export type { StartContext } from './worker-place.js';
export type { WorkerCalls } from './worker-protocol.js';
export type { CreateWorkerService, ServiceAnswer, WorkerService } from './worker-service.js';
