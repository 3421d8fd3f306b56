import type { DynamicModule, FactoryProvider, Type } from '@nestjs/common';
import { declaredProcessorNames } from '../batchers/batch-processor.decorator.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import {
  BATCHING_DEFAULTS,
  DEFAULT_BATCHER_NAME,
  getBatcherToken,
  getProcessorToken,
} from '../batchers/batcher.tokens.js';
import { processorProvider } from '../batchers/processor-reference.js';
import { AgreedDefaults, type GivenDefaults } from '../options/agreed-defaults.js';
import { assertForRootOptions } from '../options/assert-options.js';
import { batchingOf, type BatchingModuleOptions } from '../options/batching-options.js';
import { BatchingCoreModule } from './batching-core.module.js';
import type { BatchingModuleExtras } from './batching.module-definition.js';
import { StartFaults } from './start-faults.js';

/**
 * A call of `forRoot` with what it provides: the default batcher, if it has a processor, and those of all
 * `@BatchProcessor()` classes.
 */
export function withDefaultBatcher(definition: DynamicModule, extras: BatchingModuleExtras): DynamicModule {
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
export function withoutOptions(
  module: Type,
  { isGlobal = true, imports = [] }: BatchingModuleExtras,
): DynamicModule {
  const declared = declaredBatcherProviders(declaredProcessorNames());
  return {
    module,
    global: isGlobal,
    imports: [BatchingCoreModule, ...imports],
    providers: declared,
    exports: declared.map(({ provide }) => provide),
  };
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
