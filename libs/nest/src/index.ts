/**
 * Batching in a Nest app: modules, decorators, injection. All of `nestjs-batching/core` can be imported from
 * here, too.
 *
 * @module nestjs-batching
 */

export { findAnnouncedBatchers, type AnnouncedBatchers } from './announced-batchers.js';
export { assertMade, soundDefaults } from './assert-options.js';
export {
  assertAsyncRegistration,
  assertRegistration,
  type OptionsMaker,
  type RegistrationField,
} from './assert-registration.js';
export {
  BatchProcessor,
  type BatchProcessorClass,
  type BatchProcessorDecorator,
  type BatchProcessorHost,
} from './batch-processor.decorator.js';
export {
  Batched,
  batchRequest,
  type BatchedHandler,
  type BatchedMethodDecorator,
  type BatchedReturn,
  type BatchRequest,
} from './batched.decorator.js';
export type { BatchedOptions, PerCall } from './batched.metadata.js';
export { batcherNameOf, type BatcherReference } from './batcher-reference.js';
export { BatcherRegistry, type RegisteredBatcher } from './batcher.registry.js';
export { BatcherService } from './batcher.service.js';
export { BATCHING_DEFAULTS, DEFAULT_BATCHER_NAME, getBatcherToken } from './batcher.tokens.js';
export { BATCHING_OVERRIDES, replacedProcessor, type BatchingOverrides } from './batching-overrides.js';
export { BatchingErrorResponder } from './batching-error.responder.js';
export { BatchingHttpException } from './batching-http.exception.js';
export { BatchingModule } from './batching.module.js';
export type { BatchingModuleExtras } from './batching.module-definition.js';
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
} from './batching-options.js';
export { withCheckedMaker, type MakerCall } from './checked-options-maker.js';
export { collectFaults, type ConfigOutcome } from './collect-faults.js';
export { InjectBatcher, type BatcherOf } from './inject-batcher.decorator.js';
export { noBatchingModuleError } from './no-batching-module.error.js';
export type { ProcessorReference } from './processor-reference.js';
export {
  registerStartedProcessor,
  type StartedProcessor,
  type StartedRegistration,
} from './register-started-processor.js';
export { StartFaults } from './start-faults.js';
export * from 'nestjs-batching/core';
export type {
  WorkerProcessorAsyncOptions,
  WorkerProcessorConfig,
  WorkerProcessorOptions,
} from './worker-processor-options.js';
export { WorkerProcessor } from './worker-processor.module.js';
