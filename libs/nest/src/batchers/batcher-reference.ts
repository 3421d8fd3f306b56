import type { Type } from '@nestjs/common';
import { describeValue, InvalidConfigError, isRecord } from 'nestjs-batching/core';
import { declarationOf, type BatchProcessorClass } from './batch-processor.decorator.js';
import { DEFAULT_BATCHER_NAME } from './batcher.tokens.js';

/** A batcher, by its name or by its processor's class. */
export type BatcherReference<TRequest = never, TResponse = unknown> =
  string | BatchProcessorClass<TRequest, TResponse>;

/**
 * The batcher that a decorator was given first, or the default one if it was given nothing. `undefined` is not nothing:
 * it is what a class or a name still is in CommonJS while two files import each other.
 */
export function batcherGivenIn(parameters: readonly unknown[]): BatcherReference {
  return (parameters.length === 0 ? DEFAULT_BATCHER_NAME : parameters[0]) as BatcherReference;
}

/**
 * The name of the batcher that is meant.
 *
 * @param askedBy Who was given it, for the message: `@Batched() of DigitsController.classify`.
 * @throws InvalidConfigError if it is neither a name nor a class with `@BatchProcessor()`.
 */
export function batcherNameOf(reference: BatcherReference | undefined, askedBy: string): string {
  if (typeof reference === 'string') return reference;
  const declared = declarationOf(reference);
  if (declared !== undefined) return declared.name;
  throw new InvalidConfigError(askedBy, [{ field: 'batcher', problem: problemOfReference(reference) }]);
}

function problemOfReference(reference: unknown): string {
  const expected = 'expected a name, or a class with @BatchProcessor()';
  if (typeof reference === 'function') {
    const parent = Object.getPrototypeOf(reference) as Type;
    const hint =
      declarationOf(parent) === undefined
        ? 'decorate it, or give the name under which it is registered'
        : `that of ${parent.name}, which it extends, does not count for it`;
    return `received class ${reference.name}, ${expected}; ${hint}`;
  }
  if (reference === undefined) return `received undefined, ${expected}; is there a circular import?`;
  if (!isRecord(reference)) return `received ${describeValue(reference)}, ${expected}`;
  const { constructor } = reference;
  if (declarationOf(constructor) !== undefined) {
    return `received an instance of ${(constructor as Type).name}, ${expected}; give the class itself`;
  }
  return `received an object, ${expected}`;
}
