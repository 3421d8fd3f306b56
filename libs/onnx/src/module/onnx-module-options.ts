import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { BatchingConfig } from 'nestjs-batching';
import type { OnnxModelOptions } from '../model/onnx-model-options.js';
import type { OnnxRow } from '../rows/onnx-row.js';

/**
 * A model and how its requests are batched, side by side. What is not said of batching comes from
 * `BatchingModule.forRoot`, then from the defaults.
 */
export interface OnnxModuleConfig extends OnnxModelOptions, BatchingConfig<OnnxRow> {}

/** What `OnnxModule.register` takes. */
export interface OnnxModuleOptions extends OnnxModuleConfig {
  /** By this name `@Batched`, `@InjectBatcher` and the health check know the model. Unique in the app. */
  readonly name: string;
}

/** What `OnnxModule.registerAsync` takes: the configuration comes from a factory that Nest calls. */
export interface OnnxModuleAsyncOptions {
  /** By this name `@Batched`, `@InjectBatcher` and the health check know the model. Unique in the app. */
  readonly name: string;
  /** Modules that export what the factory injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** Tokens of what the factory gets, in the order of its parameters. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Makes the configuration; called once, when the app starts. */
  readonly useFactory: (...dependencies: never[]) => OnnxModuleConfig | Promise<OnnxModuleConfig>;
}
