import { Inject } from '@nestjs/common';
import { InvalidConfigError, type DynamicBatcher } from 'nestjs-batching/core';
import { nameOfMember } from '../discovery/decorated-member.js';
import type { BatchProcessorHost } from './batch-processor.decorator.js';
import { batcherGivenIn, batcherNameOf, type BatcherReference } from './batcher-reference.js';
import { getBatcherToken } from './batcher.tokens.js';

/**
 * Injects the `DynamicBatcher` of this name, or of this processor class.
 *
 * @param batcher As it was registered, or a class with `@BatchProcessor()`. Default: the default batcher.
 * @throws InvalidConfigError if it is neither a name nor such a class: `undefined`, say, of a circular import.
 */
export function InjectBatcher(batcher?: BatcherReference): PropertyDecorator & ParameterDecorator;
export function InjectBatcher(...parameters: unknown[]): PropertyDecorator & ParameterDecorator {
  // As a decorator itself it is called with what it stands on.
  if (parameters.length > 1) throw withoutBrackets(parameters);
  const name = batcherNameOf(batcherGivenIn(parameters), '@InjectBatcher()');
  return Inject(getBatcherToken(name));
}

function withoutBrackets([target, propertyKey]: readonly unknown[]): InvalidConfigError {
  const member = nameOfMember({
    target,
    propertyKey: propertyKey as string | undefined,
    descriptor: undefined,
  });
  const problem =
    "it has no brackets; write @InjectBatcher('name'), or @InjectBatcher() for the default batcher";
  return new InvalidConfigError(`@InjectBatcher of ${member}`, [{ field: 'batcher', problem }]);
}

/** The type of a processor's batcher: `@InjectBatcher(DigitsProcessor) digits: BatcherOf<DigitsProcessor>`. */
export type BatcherOf<TProcessor> =
  TProcessor extends BatchProcessorHost<infer TRequest, infer TResponse>
    ? DynamicBatcher<TRequest, TResponse>
    : never;
