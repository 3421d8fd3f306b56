import { assertObject, InvalidConfigError, isRecord } from 'nestjs-batching/core';
import { BATCHED_METADATA, type BatchedMetadata } from './batched.metadata.js';
import { DEFAULT_BATCHER_NAME } from '../batchers/batcher.tokens.js';
import { nameOfMember, type DecoratedMember } from '../discovery/decorated-member.js';

const A_METHOD = 'expected a method of instances, with a name';

/**
 * Looks at where `@Batched()` stands: only what a method of an instance returns can be sent, and only once.
 *
 * @throws InvalidConfigError that names class and member, and says what is there.
 */
export function assertBatchable(decorated: DecoratedMember): void {
  const problem = problemOf(decorated);
  if (problem === undefined) return;
  throw new InvalidConfigError(`@Batched() of ${nameOfMember(decorated)}`, [{ field: 'method', problem }]);
}

function problemOf({ target, propertyKey, descriptor }: DecoratedMember): string | undefined {
  if (typeof descriptor === 'number') return `received parameter ${descriptor + 1}, ${A_METHOD}`;
  if (propertyKey === undefined) return `received a class, ${A_METHOD}`;
  if (typeof target === 'function') return `received a static method, ${A_METHOD}`;
  if (typeof propertyKey === 'symbol') return `received a symbol-named method, ${A_METHOD}`;
  if (!isRecord(descriptor)) return `received a property, ${A_METHOD}`;
  const method = descriptor['value'];
  if (typeof method !== 'function') return `received a getter or setter, ${A_METHOD}`;
  const other = Reflect.getOwnMetadata(BATCHED_METADATA, method) as BatchedMetadata | undefined;
  return other === undefined
    ? undefined
    : `it has @Batched() already, of the batcher "${other.batcherName}", and would send each request twice; leave one out`;
}

/**
 * Looks at what `@Batched()` was given; the batcher itself, where it is neither a name nor left out, is looked at
 * elsewhere.
 *
 * @throws InvalidConfigError if the options stand in the batcher's place, or are no object: a number, say, that was
 *   meant as `timeoutMs`.
 */
export function assertBatchedArguments(batcher: unknown, options: unknown, method: string): void {
  if (isRecord(batcher) && Object.getPrototypeOf(batcher) === Object.prototype) {
    const expected = `expected a batcher before them, as in @Batched('${DEFAULT_BATCHER_NAME}', { timeoutMs: 200 })`;
    throw new InvalidConfigError(method, [{ field: 'batcher', problem: `received options, ${expected}` }]);
  }
  assertObject(method, options, 'an object such as { timeoutMs: 200 }');
}
