import { Module, type DynamicModule } from '@nestjs/common';
import { assertRegistration } from '../options/assert-registration.js';
import { registerStartedProcessor } from '../module/register-started-processor.js';
import { startWorkerProcessor } from './start-worker-processor.js';
import type { WorkerProcessorAsyncOptions, WorkerProcessorOptions } from './worker-processor-options.js';

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
    return registerStartedProcessor({
      ...options,
      module: WorkerProcessor,
      processorToken: `WorkerProcessor(${options.name})`,
      start: startWorkerProcessor,
    });
  }
}
