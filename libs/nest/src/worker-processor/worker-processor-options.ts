import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { BatchingConfig } from 'nestjs-batching/core';
import type { FileLocation, WorkerOptions } from 'nestjs-batching/worker';

/** A processor module and how its requests are batched, side by side. */
export interface WorkerProcessorConfig extends WorkerOptions, BatchingConfig {
  /**
   * The JavaScript module that runs the batches: a `file:` URL (`new URL('./words.processor.js', import.meta.url)`), or
   * a path, which counts from the working directory of the process. It exports `processBatch(requests, context)`, as
   * a function or as part of an object that is its default, and perhaps `close()`; or `createProcessor(workerData)`,
   * which returns such an object. Requests and results are plain data: they are copied.
   */
  readonly module: FileLocation;
  /** Plain data for `createProcessor`. */
  readonly workerData?: unknown;
}

/** What `WorkerProcessor.register` takes. */
export interface WorkerProcessorOptions extends WorkerProcessorConfig {
  /** By this name `@Batched`, `@InjectBatcher` and the health check know it. Unique in the app. */
  readonly name: string;
}

/** What `WorkerProcessor.registerAsync` takes: the configuration comes from a factory that Nest calls. */
export interface WorkerProcessorAsyncOptions {
  /** By this name `@Batched`, `@InjectBatcher` and the health check know it. Unique in the app. */
  readonly name: string;
  /** Modules that export what the factory injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** Tokens of what the factory gets, in the order of its parameters. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Makes the configuration; called once, when the app starts. */
  readonly useFactory: (...dependencies: never[]) => WorkerProcessorConfig | Promise<WorkerProcessorConfig>;
}
