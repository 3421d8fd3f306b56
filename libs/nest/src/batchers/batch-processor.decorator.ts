import { Injectable, type InjectableOptions, type Type } from '@nestjs/common';
import {
  describeValue,
  InvalidConfigError,
  isRecord,
  type BatchContext,
  type BatchingConfig,
  type BatchProcessor as CoreBatchProcessor,
  type ConfigFault,
} from 'nestjs-batching/core';
import { nameOfMember } from '../discovery/decorated-member.js';
import { DEFAULT_BATCHER_NAME } from './batcher.tokens.js';

/** Where Nest keeps what `@Injectable()` was given; its own name for it cannot be imported from both of its majors. */
const SCOPE_OPTIONS_METADATA = 'scope:options';

/** What runs a batch: a class of this shape can be a `@BatchProcessor()`. */
export type BatchProcessorHost<TRequest, TResponse> = CoreBatchProcessor<TRequest, TResponse>;

/** The same by core's name, which the decorator would hide otherwise. */
export type BatchProcessor<TRequest, TResponse> = CoreBatchProcessor<TRequest, TResponse>;

/** A class whose batches have requests and responses of these types. */
export type BatchProcessorClass<TRequest, TResponse> = Type<BatchProcessorHost<TRequest, TResponse>>;

/** What `@BatchProcessor()` leaves on a class. */
export interface DeclaredProcessor {
  readonly name: string;
  readonly config: BatchingConfig;
}

/**
 * The decorator of a class whose requests the functions of a configuration (`costOf`, `bucketOf`, `keyOf`) can look at;
 * the compiler refuses any other class, and one that cannot run a batch. A configuration without such functions asks
 * for nothing.
 */
export type BatchProcessorDecorator<TAsked> = <
  TRequest extends ([TAsked] extends [never] ? unknown : TAsked),
>(
  target: abstract new (...dependencies: never[]) => {
    processBatch(
      requests: TRequest[],
      context: BatchContext,
    ): ReturnType<CoreBatchProcessor<TRequest, unknown>['processBatch']>;
  },
) => void;

const BATCH_PROCESSOR_METADATA = Symbol('BATCH_PROCESSOR_METADATA');

/**
 * The name of every class that has been declared, so that `forRoot` can provide its batcher for injection. Not the
 * class: one that hot module replacement has replaced shall go.
 */
const declaredNames = new Set<string>();

/**
 * Makes a provider the processor of a batcher: list the class in a module's `providers`, and `@Batched(name)`,
 * `@InjectBatcher(name)` and `BatcherService` know the batcher. The class lives as long as the app does: one that is
 * request-scoped stops the start. `BatchingModule.forRoot()` must be in the app for injection to work.
 *
 * @param name Unique in the app. Default: the default batcher's.
 * @param config How the requests are batched. What is left out comes from `forRoot`, then from the defaults. What is
 *   only known when the app starts is said by `BatchingModule.registerBatcherAsync`, which then provides the class.
 * @throws InvalidConfigError if the name is none, the configuration is no object, or what it stands on is no class.
 */
export function BatchProcessor<TRequest = unknown>(
  name?: string,
  config?: BatchingConfig<TRequest>,
): BatchProcessorDecorator<TRequest>;
export function BatchProcessor<TRequest>(...parameters: unknown[]): BatchProcessorDecorator<TRequest> {
  // Left out it is the default; undefined is what a name of another file still is in a circular import.
  const name = parameters.length === 0 ? DEFAULT_BATCHER_NAME : (parameters[0] as string);
  const [, config = {}] = parameters as [unknown, BatchingConfig?];
  // As a decorator itself it is called with the class in place of the name.
  if (typeof name === 'function') throw withoutBrackets(name);
  return (target, ...member: unknown[]) => {
    assertDeclared(target, member, name, config);
    const declared: DeclaredProcessor = { name, config };
    // Whatever scope the class has been given below is to be seen when the app starts.
    Injectable(Reflect.getOwnMetadata(SCOPE_OPTIONS_METADATA, target) as InjectableOptions | undefined)(
      target,
    );
    Reflect.defineMetadata(BATCH_PROCESSOR_METADATA, declared, target);
    declaredNames.add(name);
  };
}

function withoutBrackets({ name: className }: { readonly name: string }): InvalidConfigError {
  const problem =
    "it has no brackets; write @BatchProcessor('name'), or @BatchProcessor() for the default batcher";
  return new InvalidConfigError(`@BatchProcessor of ${className}`, [{ field: 'name', problem }]);
}

function assertDeclared(
  target: { readonly name: string },
  [propertyKey, descriptor]: readonly unknown[],
  name: unknown,
  config: unknown,
): void {
  const field = problemOfDeclaration(target, propertyKey, name, config);
  if (field === undefined) return;
  const decorated = { target, propertyKey: propertyKey as string | undefined, descriptor };
  throw new InvalidConfigError(`@BatchProcessor() of ${nameOfMember(decorated)}`, [field]);
}

function problemOfDeclaration(
  target: unknown,
  propertyKey: unknown,
  name: unknown,
  config: unknown,
): ConfigFault | undefined {
  if (typeof target !== 'function' || propertyKey !== undefined) {
    return { field: 'class', problem: 'received a member of a class, expected the class itself' };
  }
  if (typeof name !== 'string' || name === '') {
    const expected = 'a name that is not empty, before the configuration';
    const question = name === undefined ? '; is there a circular import?' : '';
    return { field: 'name', problem: `received ${describeValue(name)}, expected ${expected}${question}` };
  }
  if (isRecord(config)) return undefined;
  const expected = 'an object such as { maxBatchSize: 32 }';
  return { field: 'config', problem: `received ${describeValue(config)}, expected ${expected}` };
}

/** What was declared of a class itself, not of one that it extends; undefined if it is no `@BatchProcessor()`. */
export function declarationOf(target: unknown): DeclaredProcessor | undefined {
  if (typeof target !== 'function') return undefined;
  return Reflect.getOwnMetadata(BATCH_PROCESSOR_METADATA, target) as DeclaredProcessor | undefined;
}

/** The names of all processors that have been declared so far, in this app or in another one of the process. */
export function declaredProcessorNames(): readonly string[] {
  return [...declaredNames];
}
