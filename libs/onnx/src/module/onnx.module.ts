import { Module, type DynamicModule } from '@nestjs/common';
import { assertRegistration, registerStartedProcessor } from 'nestjs-batching';
import { loadBatchedModel } from './load-batched-model.js';
import type { OnnxModuleAsyncOptions, OnnxModuleOptions } from './onnx-module-options.js';

/** The injection token of a model, for who wants its `metadata`. */
export function getOnnxModelToken(name: string): string {
  return `OnnxModel(${name})`;
}

/**
 * Registers a batcher whose processor is an ONNX model. The app starts when the model is loaded, has been
 * tried on its execution provider and is warm; it does not start if anything is wrong with model or options.
 */
@Module({})
export class OnnxModule {
  /**
   * Registers the batcher and the model of that name. Anything wrong with options or model stops the start
   * with an `InvalidConfigError`.
   */
  static register(options: OnnxModuleOptions): DynamicModule {
    const example = "{ name: 'digits', path: 'digits.onnx', executionProviders: ['cpu'] }";
    assertRegistration('OnnxModule.register()', options, example, ['name']);
    const { name, ...config } = options;
    return OnnxModule.registerAsync({ name, useFactory: () => config });
  }

  /** `register` with a configuration that is only known later. */
  static registerAsync(options: OnnxModuleAsyncOptions): DynamicModule {
    const example = "{ name: 'digits', useFactory: () => ({ path, executionProviders }) }";
    const fields = ['name', 'useFactory', 'imports', 'inject'] as const;
    assertRegistration('OnnxModule.registerAsync()', options, example, fields);
    return registerStartedProcessor({
      ...options,
      module: OnnxModule,
      processorToken: getOnnxModelToken(options.name),
      start: loadBatchedModel,
    });
  }
}
