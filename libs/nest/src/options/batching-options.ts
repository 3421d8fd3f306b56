import type { FactoryProvider, ModuleMetadata, Type } from '@nestjs/common';
import {
  BATCHING_OPTION_NAMES,
  nearestName,
  type BatchingConfig,
  type BatchProcessor,
} from 'nestjs-batching/core';
import type { ProcessorReference } from '../batchers/processor-reference.js';

/** What `forRoot` takes: what all batchers start from, and optionally the processor of a default batcher. */
export interface BatchingModuleOptions extends BatchingConfig {
  /** Runs the batches of the default batcher, which `BatcherService` stands for. Default: there is none. */
  readonly processor?: ProcessorReference | undefined;
  /**
   * The header by which HTTP clients of `@Batched()` handlers may say how long they wait: seconds (`2`), or with a
   * unit (`250ms`). `true` stands for `Request-Timeout`. It can shorten the handler's `timeoutMs`, or the
   * batcher's `defaultTimeoutMs`, not lengthen it. A name that no header can have stops the start.
   * Default: none.
   */
  readonly timeoutHeader?: boolean | string | undefined;
}

/** A class that makes what `forRoot` takes, for `forRootAsync({ useClass })`. */
export interface BatchingOptionsFactory {
  /** Called once, when the app starts. */
  createBatchingOptions(): BatchingModuleOptions | Promise<BatchingModuleOptions>;
}

/** What of it is for batchers. */
export function batchingOf({
  processor: _processor,
  timeoutHeader: _timeoutHeader,
  ...config
}: BatchingModuleOptions = {}): BatchingConfig {
  return config;
}

/**
 * Takes apart what stands side by side in a module's options: how requests are batched, and all the rest.
 *
 * @param otherNames Which options the rest may be. A field that is none of them, nor a batcher's, stands with those
 *   among which the one is that is probably meant: there it is refused, and told which. If they are not given, a
 *   batcher's option is meant only where nothing but upper and lower case differ.
 */
export function separateBatching(
  config: object,
  otherNames?: readonly string[],
): {
  /** The fields that a batcher knows, or that are meant for it. */
  batching: BatchingConfig;
  /** All others that have a value, known to anybody or not. */
  others: object;
} {
  const names: readonly string[] = BATCHING_OPTION_NAMES;
  const lowerCaseNames = new Set(names.map((name) => name.toLowerCase()));
  const isBatching = (field: string): boolean => {
    if (lowerCaseNames.has(field.toLowerCase())) return true;
    if (otherNames === undefined || otherNames.includes(field)) return false;
    return names.includes(nearestName(field, [...otherNames, ...names]) ?? '');
  };
  const entries = Object.entries(config).filter(([, value]) => value !== undefined);
  return {
    batching: Object.fromEntries(entries.filter(([field]) => isBatching(field))),
    others: Object.fromEntries(entries.filter(([field]) => !isBatching(field))),
  };
}

/**
 * What `registerBatcher` takes. What is left out comes from `forRoot`, then from the defaults.
 *
 * @typeParam TRequest What the processor gets, and `costOf`, `bucketOf` and `keyOf` look at. Default: not said, so that
 *   they may look at anything.
 */
export interface BatcherOptions<TRequest = never> extends BatchingConfig<
  [TRequest] extends [never] ? unknown : TRequest
> {
  /** By this name `@Batched`, `@InjectBatcher` and `BatcherService.get` know it. Unique in the app. */
  readonly name: string;
  /** What runs the batches: a class that Nest makes, an object, or a function. */
  readonly processor: ProcessorReference<TRequest>;
  /** Modules that export what the processor class injects. */
  readonly imports?: ModuleMetadata['imports'];
}

/**
 * What `registerBatcher` takes for a class with `@BatchProcessor()`, which has its name from there. What is said here
 * wins over what the decorator says. The class is provided by this, and stands in no module's `providers` besides.
 */
export interface DeclaredBatcherOptions<TRequest = never> extends Omit<
  BatcherOptions<TRequest>,
  'name' | 'processor'
> {
  /** The class says it. */
  readonly name?: undefined;
  /** The class; Nest makes it. */
  readonly processor: Type<BatchProcessor<TRequest, unknown>>;
}

/** What `registerBatcherAsync` takes: the configuration comes from a factory that Nest calls. */
export interface BatcherAsyncOptions {
  /** By this name `@Batched`, `@InjectBatcher` and `BatcherService.get` know it. Unique in the app. */
  readonly name: string;
  /** The processor, if it is known now; otherwise the factory returns it. */
  readonly processor?: ProcessorReference;
  /** Modules that export what the factory and the processor class inject. */
  readonly imports?: ModuleMetadata['imports'];
  /** Tokens of what the factory gets, in the order of its parameters. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Makes the configuration, and the processor if it is not named beside the factory. */
  readonly useFactory: (...dependencies: never[]) => BatcherFactoryResult | Promise<BatcherFactoryResult>;
}

/** What `registerBatcherAsync` takes for a class with `@BatchProcessor()`; see {@link DeclaredBatcherOptions}. */
export interface DeclaredBatcherAsyncOptions extends Omit<
  BatcherAsyncOptions,
  'name' | 'processor' | 'useFactory'
> {
  /** The class says it. */
  readonly name?: undefined;
  /** The class; Nest makes it. */
  readonly processor: Type<BatchProcessor<never, unknown>>;
  /** Makes the configuration; called once, when the app starts. */
  readonly useFactory: (...dependencies: never[]) => BatchingConfig | Promise<BatchingConfig>;
}

/** What the factory of `registerBatcherAsync` returns. */
export interface BatcherFactoryResult extends BatchingConfig {
  /** A function or an object. (A class belongs beside the factory, where Nest sees it in time.) */
  readonly processor?: Exclude<ProcessorReference, new (...args: never[]) => unknown>;
}
