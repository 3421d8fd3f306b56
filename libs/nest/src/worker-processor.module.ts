import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { assertBatchingDefaults, type BatchingConfig } from 'nestjs-batching/core';

import { WorkerBatchProcessor, type WorkerBatchProcessorOptions } from 'nestjs-batching/worker';

import { BATCHING_OVERRIDES, replacedProcessor, type BatchingOverrides } from './batching-overrides.js';
import { separateBatching } from './batching-options.js';
import { BatchingModule } from './batching.module.js';
import type {
  WorkerProcessorAsyncOptions,
  WorkerProcessorConfig,
  WorkerProcessorOptions,
} from './worker-processor-options.js';

/** A processor whose workers are ready, and how its requests are to be batched. */
interface StartedProcessor {
  /** Undefined where a test has put another one in its place. */
  readonly processor: WorkerBatchProcessor | undefined;
  readonly batching: BatchingConfig;
}

/**
 * Registers a batcher whose processor is a JavaScript module that runs in workers: for what would hold up the event
 * loop (parsing, image work, a model in JavaScript), or may crash or hang. The app starts when the workers are ready.
 */
@Module({})
export class WorkerProcessor {
  /**
   * Registers the batcher of that name. A wrong option, or a module that does not load, stops the start with
   * an `InvalidConfigError`.
   */
  static register({ name, ...config }: WorkerProcessorOptions): DynamicModule {
    return WorkerProcessor.registerAsync({ name, useFactory: () => config });
  }

  /** `register` with a configuration that is only known later. */
  static registerAsync({
    name,
    imports = [],
    inject = [],
    useFactory,
  }: WorkerProcessorAsyncOptions): DynamicModule {
    const configToken = `WorkerProcessorConfig(${name})`;
    const startedToken = `WorkerProcessor(${name})`;
    const processorModule: DynamicModule = {
      module: WorkerProcessor,
      imports,
      providers: [
        { provide: configToken, inject, useFactory },
        {
          provide: startedToken,
          inject: [configToken, { token: BATCHING_OVERRIDES, optional: true }],
          useFactory: (config: WorkerProcessorConfig, overrides?: BatchingOverrides) =>
            start(name, config, replacedProcessor(name, overrides) !== undefined),
        },
      ],
      exports: [startedToken],
    };
    const batcherModule = BatchingModule.registerBatcherAsync({
      name,
      imports: [processorModule],
      inject: [startedToken],
      useFactory: ({ processor, batching }: StartedProcessor) =>
        processor === undefined ? batching : { ...batching, processor },
    });
    return {
      module: WorkerProcessor,
      imports: [processorModule, batcherModule],
      exports: [processorModule, batcherModule],
    };
  }
}

async function start(
  name: string,
  config: WorkerProcessorConfig,
  isReplaced: boolean,
): Promise<StartedProcessor> {
  const { batching, others } = separateBatching(config);
  // Before the workers start: a start that fails shall leave none behind.
  assertBatchingDefaults(`processor "${name}"`, batching);
  if (isReplaced) return { processor: undefined, batching };
  const processor = await WorkerBatchProcessor.start(name, {
    logger: new Logger('WorkerProcessor'),
    // What nobody knows goes on, to be refused by name.
    ...(others as WorkerBatchProcessorOptions),
  });
  return { processor, batching };
}
