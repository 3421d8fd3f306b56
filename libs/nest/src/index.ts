/**
 * Batching in a Nest app: modules, decorators, injection. All of `nestjs-batching/core` can be imported from
 * here, too.
 *
 * @module nestjs-batching
 */

export { findAnnouncedBatchers, type AnnouncedBatchers } from './batchers/announced-batchers.js';
export { assertMade, soundDefaults } from './options/assert-options.js';
export {
  assertAsyncRegistration,
  assertRegistration,
  type OptionsMaker,
  type RegistrationField,
} from './options/assert-registration.js';
export {
  BatchProcessor,
  type BatchProcessorClass,
  type BatchProcessorDecorator,
  type BatchProcessorHost,
} from './batchers/batch-processor.decorator.js';
export {
  Batched,
  batchRequest,
  type BatchedHandler,
  type BatchedMethodDecorator,
  type BatchedReturn,
  type BatchRequest,
} from './batched/batched.decorator.js';
export type { BatchedOptions, PerCall } from './batched/batched.metadata.js';
export { batcherNameOf, type BatcherReference } from './batchers/batcher-reference.js';
export { BatcherRegistry, type RegisteredBatcher } from './batchers/batcher.registry.js';
export { BatcherService } from './batchers/batcher.service.js';
export { BATCHING_DEFAULTS, DEFAULT_BATCHER_NAME, getBatcherToken } from './batchers/batcher.tokens.js';
export {
  BATCHING_OVERRIDES,
  replacedProcessor,
  type BatchingOverrides,
} from './options/batching-overrides.js';
export { BatchingErrorResponder } from './errors/batching-error.responder.js';
export { BatchingHttpException } from './errors/batching-http.exception.js';
export { BatchingModule } from './module/batching.module.js';
export type { BatchingModuleExtras } from './module/batching.module-definition.js';
export {
  batchingOf,
  separateBatching,
  type BatcherAsyncOptions,
  type BatcherFactoryResult,
  type BatcherOptions,
  type BatchingModuleOptions,
  type BatchingOptionsFactory,
  type DeclaredBatcherAsyncOptions,
  type DeclaredBatcherOptions,
} from './options/batching-options.js';
export { withCheckedMaker, type MakerCall } from './options/checked-options-maker.js';
export { collectFaults, type ConfigOutcome } from './options/collect-faults.js';
export { InjectBatcher, type BatcherOf } from './batchers/inject-batcher.decorator.js';
export { noBatchingModuleError } from './options/no-batching-module.error.js';
export type { ProcessorReference } from './batchers/processor-reference.js';
export {
  registerStartedProcessor,
  type StartedProcessor,
  type StartedRegistration,
} from './module/register-started-processor.js';
export { StartFaults } from './module/start-faults.js';
export * from 'nestjs-batching/core';
export type {
  WorkerProcessorAsyncOptions,
  WorkerProcessorConfig,
  WorkerProcessorOptions,
} from './worker-processor/worker-processor-options.js';
export { WorkerProcessor } from './worker-processor/worker-processor.module.js';
