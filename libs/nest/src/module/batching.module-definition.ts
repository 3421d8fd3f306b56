import { ConfigurableModuleBuilder, type ModuleMetadata } from '@nestjs/common';
import { BATCHING_DEFAULTS } from '../batchers/batcher.tokens.js';
import type { BatchingModuleOptions } from '../options/batching-options.js';
import type { ProcessorReference } from '../batchers/processor-reference.js';

/** What Nest must know before it makes anything, and thus cannot come from an asynchronous factory. */
export interface BatchingModuleExtras {
  /**
   * Whether the options count for all batchers of the app. Default true. With false they count for the default batcher
   * alone (`processor`), which only modules can inject that import this one.
   */
  isGlobal?: boolean;
  /** The processor of the default batcher, if it is a class. */
  processor?: ProcessorReference | undefined;
  /** Modules that export what the processor class injects. */
  imports?: ModuleMetadata['imports'];
}

const EXTRAS: BatchingModuleExtras = { isGlobal: true, processor: undefined, imports: [] };

export const { ConfigurableModuleClass, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<BatchingModuleOptions>({ optionsInjectionToken: BATCHING_DEFAULTS })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createBatchingOptions')
    .setExtras(EXTRAS, (definition) => definition)
    .build();
