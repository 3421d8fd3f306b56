import type { Provider, Type } from '@nestjs/common';
import {
  hasProcessBatch,
  InvalidConfigError,
  isClass,
  isProcessFunction,
  type BatchProcessor,
  type BatchProcessorLike,
} from 'nestjs-batching/core';
import { getProcessorToken } from './batcher.tokens.js';

/**
 * How a module names what runs its batches: a class (made and wired by Nest), an object with `processBatch`,
 * or that function by itself.
 */
export type ProcessorReference<TRequest = never, TResponse = unknown> =
  Type<BatchProcessor<TRequest, TResponse>> | BatchProcessorLike<TRequest, TResponse>;

/** Whether Nest must make an instance of it first. */
export function isProcessorClass(reference: unknown): reference is Type<BatchProcessor<never, unknown>> {
  return isClass(reference);
}

/** Provides a batcher's processor, or nothing if there is none. */
export function processorProvider(name: string, reference: ProcessorReference | undefined): Provider {
  const provide = getProcessorToken(name);
  return isProcessorClass(reference) ? { provide, useClass: reference } : { provide, useValue: reference };
}

/** @throws InvalidConfigError if it cannot run a batch. */
export function assertProcessor(
  batcherName: string,
  candidate: unknown,
): asserts candidate is BatchProcessorLike<never, unknown> {
  if (isProcessFunction(candidate) || hasProcessBatch(candidate)) return;
  throw new InvalidConfigError(`batcher "${batcherName}"`, [
    {
      field: 'processor',
      problem: `received ${describe(candidate)}, expected a function, or a class or object with a method processBatch(requests, context)`,
    },
  ]);
}

function describe(candidate: unknown): string {
  if (candidate === undefined || candidate === null) return 'none';
  if (typeof candidate === 'function') return `class ${candidate.name}`;
  if (typeof candidate !== 'object') return `a ${typeof candidate}`;
  return `an instance of ${candidate.constructor?.name ?? 'Object'} without that method`;
}
