import { Module, type DynamicModule } from '@nestjs/common';
import { assertRegistration } from './assert-registration.js';
import { BATCHING_DEFAULTS } from './batcher.tokens.js';
import type { BatchingModuleOptions } from './batching-options.js';
import { BATCHING_OVERRIDES, replacedProcessor, type BatchingOverrides } from './batching-overrides.js';
import { BatchingModule } from './batching.module.js';
import { startWorkerProcessor, withoutWorkers, type StartedProcessor } from './start-worker-processor.js';
import { StartFaults } from './start-faults.js';
import type {
  WorkerProcessorAsyncOptions,
  WorkerProcessorConfig,
  WorkerProcessorOptions,
} from './worker-processor-options.js';

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
  static register(options: WorkerProcessorOptions): DynamicModule {
    const example = "{ name: 'pages', module: new URL('./pages.processor.js', import.meta.url) }";
    assertRegistration('WorkerProcessor.register()', options, example, ['name']);
    const { name, ...config } = options;
    return WorkerProcessor.registerAsync({ name, useFactory: () => config });
  }

  /** `register` with a configuration that is only known later. */
  static registerAsync(options: WorkerProcessorAsyncOptions): DynamicModule {
    const example = "{ name: 'pages', useFactory: () => ({ module }) }";
    const fields = ['name', 'useFactory', 'imports', 'inject'] as const;
    assertRegistration('WorkerProcessor.registerAsync()', options, example, fields);
    const { name, imports = [], inject = [], useFactory } = options;
    const configToken = `WorkerProcessorConfig(${name})`;
    const startedToken = `WorkerProcessor(${name})`;
    const processorModule: DynamicModule = {
      module: WorkerProcessor,
      imports,
      providers: [
        { provide: configToken, inject, useFactory },
        {
          provide: startedToken,
          inject: [
            StartFaults,
            configToken,
            { token: BATCHING_DEFAULTS, optional: true },
            { token: BATCHING_OVERRIDES, optional: true },
          ],
          useFactory: (
            start: StartFaults,
            config: WorkerProcessorConfig,
            defaults?: BatchingModuleOptions,
            overrides?: BatchingOverrides,
          ) =>
            start.tellTogether(() =>
              replacedProcessor(name, overrides) === undefined
                ? startWorkerProcessor(name, config, defaults)
                : withoutWorkers(config),
            ),
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
