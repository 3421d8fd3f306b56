import { Module, type DynamicModule } from '@nestjs/common';
import {
  assertRegistration,
  BATCHING_DEFAULTS,
  BATCHING_OVERRIDES,
  BatchingModule,
  replacedProcessor,
  StartFaults,
  type BatchingModuleOptions,
  type BatchingOverrides,
} from 'nestjs-batching';
import { loadBatchedModel, withoutModel, type BatchedModel } from './load-batched-model.js';
import type { OnnxModuleAsyncOptions, OnnxModuleConfig, OnnxModuleOptions } from './onnx-module-options.js';

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
    const { name, imports = [], inject = [], useFactory } = options;
    const configToken = `OnnxModuleConfig(${name})`;
    const loadedToken = `BatchedModel(${name})`;
    const modelModule: DynamicModule = {
      module: OnnxModule,
      imports,
      providers: [
        { provide: configToken, inject, useFactory },
        {
          provide: loadedToken,
          inject: [
            StartFaults,
            configToken,
            { token: BATCHING_DEFAULTS, optional: true },
            { token: BATCHING_OVERRIDES, optional: true },
          ],
          useFactory: (
            start: StartFaults,
            config: OnnxModuleConfig,
            defaults?: BatchingModuleOptions,
            overrides?: BatchingOverrides,
          ) =>
            start.tellTogether(() =>
              replacedProcessor(name, overrides) === undefined
                ? loadBatchedModel(name, config, defaults)
                : withoutModel(config),
            ),
        },
        {
          provide: getOnnxModelToken(name),
          inject: [loadedToken],
          useFactory: ({ model }: BatchedModel) => model,
        },
      ],
      exports: [loadedToken, getOnnxModelToken(name)],
    };
    const batcherModule = BatchingModule.registerBatcherAsync({
      name,
      imports: [modelModule],
      inject: [loadedToken],
      useFactory: ({ model, batching }: BatchedModel) =>
        model === undefined ? batching : { ...batching, processor: model },
    });
    return {
      module: OnnxModule,
      imports: [modelModule, batcherModule],
      exports: [modelModule, batcherModule],
    };
  }
}
