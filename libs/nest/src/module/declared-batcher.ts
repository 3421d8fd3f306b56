import type { DynamicModule, FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import { InvalidConfigError, type BatchingConfig, type BatchProcessor } from 'nestjs-batching/core';
import { assertMade } from '../options/assert-options.js';
import { declarationOf } from '../batchers/batch-processor.decorator.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import { getBatcherToken } from '../batchers/batcher.tokens.js';
import { BatchingCoreModule } from './batching-core.module.js';
import { StartFaults } from './start-faults.js';

/** A `@BatchProcessor()` class that is registered with a configuration. */
interface DeclaredBatcher {
  readonly name?: string | undefined;
  readonly processor: Type<BatchProcessor<never, unknown>>;
  readonly imports?: ModuleMetadata['imports'];
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (...dependencies: never[]) => BatchingConfig | Promise<BatchingConfig>;
}

/** Whether a processor that is to be registered has a name and a configuration of its own. */
export function isDeclared(processor: unknown): processor is Type<BatchProcessor<never, unknown>> {
  return declarationOf(processor) !== undefined;
}

/**
 * What a module consists of that registers such a class: the class itself, and what wins over its decorator. The rest
 * happens at the start, as with every `@BatchProcessor()`.
 */
export function declaredBatcher({
  name: givenName,
  processor,
  imports = [],
  inject = [],
  useFactory,
}: DeclaredBatcher): Omit<DynamicModule, 'module'> {
  const { name } = declarationOf(processor)!;
  const optionsToken = `BatcherOptions(${name})`;
  return {
    imports: [BatchingCoreModule, ...imports],
    providers: [
      processor,
      { provide: optionsToken, inject, useFactory },
      {
        provide: getBatcherToken(name),
        inject: [StartFaults, BatcherRegistry, optionsToken],
        useFactory: (start: StartFaults, registry: BatcherRegistry, config: BatchingConfig) =>
          start.tellTogether(() => {
            if (givenName !== undefined && givenName !== name) throw wrongName(givenName, processor, name);
            assertMade(`batcher "${name}"`, config);
            return registry.expectWith(name, config);
          }),
      },
    ],
    exports: [processor, getBatcherToken(name)],
  };
}

function wrongName(received: string, { name: className }: Type, declared: string): InvalidConfigError {
  const problem = `received "${received}", but ${className} has @BatchProcessor('${declared}'); leave the name out`;
  return new InvalidConfigError(`batcher "${received}"`, [{ field: 'name', problem }]);
}
