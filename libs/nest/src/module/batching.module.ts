import { Module, type DynamicModule } from '@nestjs/common';
import type { BatchingConfig } from 'nestjs-batching/core';
import { assertMade, soundDefaults } from '../options/assert-options.js';
import {
  assertAsyncRegistration,
  assertRegistration,
  type RegistrationField,
} from '../options/assert-registration.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import {
  BATCHING_DEFAULTS,
  getBatcherToken,
  getProcessorToken,
  OPTIONAL_DEFAULTS,
} from '../batchers/batcher.tokens.js';
import { BatchingCoreModule } from './batching-core.module.js';
import { ASYNC_OPTIONS_TYPE, ConfigurableModuleClass, OPTIONS_TYPE } from './batching.module-definition.js';
import type {
  BatcherAsyncOptions,
  BatcherFactoryResult,
  BatcherOptions,
  BatchingModuleOptions,
  DeclaredBatcherAsyncOptions,
  DeclaredBatcherOptions,
} from '../options/batching-options.js';
import { withCheckedMaker } from '../options/checked-options-maker.js';
import { processorProvider } from '../batchers/processor-reference.js';
import { declaredBatcher, isDeclared } from './declared-batcher.js';
import { withDefaultBatcher, withoutOptions } from './default-batcher.js';
import { StartFaults } from './start-faults.js';

/**
 * Adds batchers to a Nest app: `forRoot` once for what they have in common (and the default batcher),
 * `registerBatcher` for each named one. A wrong configuration stops the start with every fault listed.
 */
@Module({})
export class BatchingModule extends ConfigurableModuleClass {
  /**
   * What all batchers start from; with a `processor`, also the default batcher. Without options it changes nothing of
   * what another call says; two that say different things stop the start.
   */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    assertRegistration('BatchingModule.forRoot()', options, '{ maxBatchSize: 32 }, or nothing', ['imports']);
    if (saysNothing(options)) return withoutOptions(BatchingModule, options);
    return withDefaultBatcher(super.forRoot(options), options);
  }

  /**
   * `forRoot` with a configuration that is only known later: of a `useFactory`, or of a class (`useClass`,
   * `useExisting`) that is a {@link BatchingOptionsFactory}.
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    const example = '{ useFactory: () => ({ maxBatchSize: 32 }) }';
    const call = 'BatchingModule.forRootAsync()';
    assertAsyncRegistration(call, options, example);
    const method = 'createBatchingOptions';
    const maker = { call, method, token: BATCHING_DEFAULTS };
    return withDefaultBatcher(withCheckedMaker(super.forRootAsync(options), options, maker), options);
  }

  /**
   * Adds a batcher of its own name. A class with `@BatchProcessor()` has its name from there, and what is said here
   * wins over what the decorator says.
   */
  static registerBatcher<TRequest = never>(
    options: BatcherOptions<TRequest> | DeclaredBatcherOptions<TRequest>,
  ): DynamicModule;
  static registerBatcher(options: BatcherOptions | DeclaredBatcherOptions): DynamicModule {
    assertBatcherRegistration('registerBatcher()', options, "{ name: 'words', processor }", ['imports']);
    const { name = '', processor, imports = [], ...config } = options;
    if (isDeclared(processor)) {
      const useFactory = (): BatchingConfig => config;
      return { module: BatchingModule, ...declaredBatcher({ ...options, processor, useFactory }) };
    }
    return {
      module: BatchingModule,
      imports: [BatchingCoreModule, ...imports],
      providers: [
        processorProvider(name, processor),
        {
          provide: getBatcherToken(name),
          inject: [StartFaults, BatcherRegistry, getProcessorToken(name), OPTIONAL_DEFAULTS],
          useFactory: (
            start: StartFaults,
            registry: BatcherRegistry,
            instance: unknown,
            defaults?: BatchingModuleOptions,
          ) => start.tellTogether(() => registry.create(name, instance, soundDefaults(defaults), config)),
        },
      ],
      exports: [getBatcherToken(name)],
    };
  }

  /** `registerBatcher` with a configuration, and perhaps a processor, that is only known later. */
  static registerBatcherAsync(options: BatcherAsyncOptions | DeclaredBatcherAsyncOptions): DynamicModule {
    const example = "{ name: 'words', useFactory: () => ({ processor }) }";
    assertBatcherRegistration('registerBatcherAsync()', options, example, [
      'useFactory',
      'imports',
      'inject',
    ]);
    const { name = '', processor, imports = [], inject = [], useFactory } = options;
    if (isDeclared(processor)) {
      return { module: BatchingModule, ...declaredBatcher({ ...options, processor }) };
    }
    const optionsToken = `BatcherOptions(${name})`;
    return {
      module: BatchingModule,
      imports: [BatchingCoreModule, ...imports],
      providers: [
        { provide: optionsToken, inject, useFactory },
        processorProvider(name, processor),
        {
          provide: getBatcherToken(name),
          inject: [StartFaults, BatcherRegistry, getProcessorToken(name), optionsToken, OPTIONAL_DEFAULTS],
          useFactory: (
            start: StartFaults,
            registry: BatcherRegistry,
            instance: unknown,
            options: BatcherFactoryResult,
            defaults?: BatchingModuleOptions,
          ) =>
            start.tellTogether(() => {
              assertMade(`batcher "${name}"`, options);
              const { processor: made, ...config } = options;
              return registry.create(name, instance ?? made, soundDefaults(defaults), config);
            }),
        },
      ],
      exports: [getBatcherToken(name)],
    };
  }
}

function assertBatcherRegistration(
  method: string,
  options: BatcherOptions | BatcherAsyncOptions | DeclaredBatcherOptions | DeclaredBatcherAsyncOptions,
  example: string,
  fields: readonly RegistrationField[],
): void {
  const call = `BatchingModule.${method}`;
  assertRegistration(call, options, example);
  const isNamed = isDeclared(options.processor);
  assertRegistration(call, options, example, isNamed ? fields : ['name', ...fields]);
}

function saysNothing({ isGlobal: _isGlobal, imports: _imports, ...options }: typeof OPTIONS_TYPE): boolean {
  return Object.values(options).every((value) => value === undefined);
}
