import { Module, type DynamicModule, type FactoryProvider, type Provider } from '@nestjs/common';
import type { BatchingConfig } from 'nestjs-batching/core';
import { AgreedDefaults, type GivenDefaults } from '../options/agreed-defaults.js';
import { assertForRootOptions, assertMade, soundDefaults } from '../options/assert-options.js';
import {
  assertAsyncRegistration,
  assertRegistration,
  type RegistrationField,
} from '../options/assert-registration.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import {
  BATCHING_DEFAULTS,
  DEFAULT_BATCHER_NAME,
  getBatcherToken,
  getProcessorToken,
} from '../batchers/batcher.tokens.js';
import { BatchingCoreModule } from './batching-core.module.js';
import {
  ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  OPTIONS_TYPE,
  type BatchingModuleExtras,
} from './batching.module-definition.js';
import {
  batchingOf,
  type BatcherAsyncOptions,
  type BatcherFactoryResult,
  type BatcherOptions,
  type BatchingModuleOptions,
  type DeclaredBatcherAsyncOptions,
  type DeclaredBatcherOptions,
} from '../options/batching-options.js';
import { withCheckedMaker } from '../options/checked-options-maker.js';
import { declaredBatcher, isDeclared } from './declared-batcher.js';
import { declaredProcessorNames } from '../batchers/batch-processor.decorator.js';
import { isProcessorClass, type ProcessorReference } from '../batchers/processor-reference.js';
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
    if (saysNothing(options)) return withoutOptions(options);
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

const OPTIONAL_DEFAULTS = { token: BATCHING_DEFAULTS, optional: true };

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

function withDefaultBatcher(definition: DynamicModule, extras: BatchingModuleExtras): DynamicModule {
  const { isGlobal = true, processor, imports = [] } = extras;
  const declared = declaredBatcherProviders(
    declaredProcessorNames().filter((name) => name !== DEFAULT_BATCHER_NAME),
  );
  return {
    ...definition,
    global: isGlobal,
    imports: [BatchingCoreModule, ...(definition.imports ?? imports)],
    providers: [
      ...(definition.providers ?? []),
      processorProvider(DEFAULT_BATCHER_NAME, processor),
      {
        provide: getBatcherToken(),
        inject: [
          StartFaults,
          BatcherRegistry,
          getProcessorToken(DEFAULT_BATCHER_NAME),
          BATCHING_DEFAULTS,
          AgreedDefaults,
        ],
        useFactory: (
          start: StartFaults,
          registry: BatcherRegistry,
          instance: unknown,
          defaults: BatchingModuleOptions,
          agreed: AgreedDefaults,
        ) =>
          start.tellTogether(() =>
            createDefaultBatcher(registry, instance, defaults, isGlobal ? agreed : new AgreedDefaults()),
          ),
      },
      ...declared,
    ],
    exports: [BATCHING_DEFAULTS, getBatcherToken(), ...declared.map(({ provide }) => provide)],
  };
}

/** What a call of `forRoot` stands for that says nothing: the options are those of another call, if there is one. */
function withoutOptions({ isGlobal = true, imports = [] }: BatchingModuleExtras): DynamicModule {
  const declared = declaredBatcherProviders(declaredProcessorNames());
  return {
    module: BatchingModule,
    global: isGlobal,
    imports: [BatchingCoreModule, ...imports],
    providers: declared,
    exports: declared.map(({ provide }) => provide),
  };
}

function saysNothing({ isGlobal: _isGlobal, imports: _imports, ...options }: typeof OPTIONS_TYPE): boolean {
  return Object.values(options).every((value) => value === undefined);
}

/** The batchers of all `@BatchProcessor()` classes, so that they can be injected before Nest has made the classes. */
function declaredBatcherProviders(names: readonly string[]): FactoryProvider[] {
  return names.map((name) => ({
    provide: getBatcherToken(name),
    inject: [BatcherRegistry],
    useFactory: (registry: BatcherRegistry) => registry.find(name) ?? registry.expect(name),
  }));
}

/** Without a processor there is no default batcher, but the defaults still have to be right. */
function createDefaultBatcher(
  registry: BatcherRegistry,
  instance: unknown,
  defaults: BatchingModuleOptions,
  agreed: AgreedDefaults,
): unknown {
  assertForRootOptions(defaults);
  const config = batchingOf(defaults);
  const processor = instance ?? defaults.processor;
  if (!agreed.agreeOn({ ...defaults, processor } as GivenDefaults))
    return registry.find(DEFAULT_BATCHER_NAME);
  if (processor !== undefined) return registry.create(DEFAULT_BATCHER_NAME, processor, config);
  const isDeclared = declaredProcessorNames().includes(DEFAULT_BATCHER_NAME);
  return isDeclared ? registry.expect(DEFAULT_BATCHER_NAME) : undefined;
}

function processorProvider(name: string, reference: ProcessorReference | undefined): Provider {
  const provide = getProcessorToken(name);
  return isProcessorClass(reference) ? { provide, useClass: reference } : { provide, useValue: reference };
}
