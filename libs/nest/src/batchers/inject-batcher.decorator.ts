import { Inject } from '@nestjs/common';
import type { DynamicBatcher } from 'nestjs-batching/core';
import type { BatchProcessorHost } from './batch-processor.decorator.js';
import { batcherNameOf, type BatcherReference } from './batcher-reference.js';
import { DEFAULT_BATCHER_NAME, getBatcherToken } from './batcher.tokens.js';

/**
 * Injects the `DynamicBatcher` of this name, or of this processor class.
 *
 * @param batcher As it was registered, or a class with `@BatchProcessor()`. Default: the default batcher.
 */
export const InjectBatcher = (
  batcher: BatcherReference = DEFAULT_BATCHER_NAME,
): PropertyDecorator & ParameterDecorator =>
  Inject(getBatcherToken(batcherNameOf(batcher, '@InjectBatcher()')));

/** The type of a processor's batcher: `@InjectBatcher(DigitsProcessor) digits: BatcherOf<DigitsProcessor>`. */
export type BatcherOf<TProcessor> =
  TProcessor extends BatchProcessorHost<infer TRequest, infer TResponse>
    ? DynamicBatcher<TRequest, TResponse>
    : never;
