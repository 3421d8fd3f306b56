import type {
  DynamicModule,
  FactoryProvider,
  InjectionToken,
  ModuleMetadata,
  Provider,
  Type,
} from '@nestjs/common';
import type { BatchingConfig } from 'nestjs-batching/core';
import { OPTIONAL_DEFAULTS } from '../batchers/batcher.tokens.js';
import {
  separateBatching,
  type BatcherFactoryResult,
  type BatchingModuleOptions,
} from '../options/batching-options.js';
import {
  BATCHING_OVERRIDES,
  replacedProcessor,
  type BatchingOverrides,
} from '../options/batching-overrides.js';
import { BatchingModule } from './batching.module.js';
import { StartFaults } from './start-faults.js';

/** A processor that is ready, and how its requests are to be batched. */
export interface StartedProcessor<TProcessor> {
  /** Undefined where a test has put another one in its place. */
  readonly processor: TProcessor | undefined;
  /** How its requests are to be batched. */
  readonly batching: BatchingConfig;
}

/** A processor that takes its time to start: a model, workers. */
export interface StartedRegistration<TConfig, TProcessor> {
  /** Modules that provide what `inject` names. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /** What the factory is called with, by Nest. */
  readonly inject?: FactoryProvider['inject'] | undefined;
  /** Makes the configuration. */
  readonly useFactory: (...dependencies: never[]) => TConfig | Promise<TConfig>;
  /** The module that registers it. */
  readonly module: Type;
  /** The name of its batcher. */
  readonly name: string;
  /** By which the processor itself can be injected. */
  readonly processorToken: InjectionToken;
  /** Starts it. @throws InvalidConfigError that lists the faults of processor and batching */
  readonly start: (
    name: string,
    config: TConfig,
    defaults?: BatchingModuleOptions,
  ) => Promise<StartedProcessor<TProcessor>>;
}

/** Registers a batcher whose processor is started with the app, which is ready when the processor is. */
export function registerStartedProcessor<
  TConfig extends object,
  TProcessor extends BatcherFactoryResult['processor'],
>({
  module,
  name,
  imports = [],
  inject = [],
  useFactory,
  processorToken,
  start,
}: StartedRegistration<TConfig, TProcessor>): DynamicModule {
  const configToken = `${module.name}Config(${name})`;
  const startedToken = `${module.name}Started(${name})`;
  const started: Provider = {
    provide: startedToken,
    inject: [StartFaults, configToken, OPTIONAL_DEFAULTS, { token: BATCHING_OVERRIDES, optional: true }],
    useFactory: (
      faults: StartFaults,
      config: TConfig,
      defaults?: BatchingModuleOptions,
      overrides?: BatchingOverrides,
    ) =>
      faults.tellTogether(async (): Promise<StartedProcessor<TProcessor>> =>
        replacedProcessor(name, overrides) === undefined
          ? start(name, config, defaults)
          : { processor: undefined, batching: separateBatching(config).batching },
      ),
  };
  const processorModule: DynamicModule = {
    module,
    imports,
    providers: [
      { provide: configToken, inject, useFactory },
      started,
      {
        provide: processorToken,
        inject: [startedToken],
        useFactory: ({ processor }: StartedProcessor<TProcessor>) => processor,
      },
    ],
    exports: [startedToken, processorToken],
  };
  const batcherModule = BatchingModule.registerBatcherAsync({
    name,
    imports: [processorModule],
    inject: [startedToken],
    useFactory: ({ processor, batching }: StartedProcessor<TProcessor>) =>
      processor === undefined ? batching : { ...batching, processor },
  });
  return { module, imports: [processorModule, batcherModule], exports: [processorModule, batcherModule] };
}
