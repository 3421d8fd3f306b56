import { BatchProcessingError, InvalidRequestError } from 'nestjs-batching/core';
import { runInNewContext } from 'node:vm';

import { reviveError, serializeError } from './serialized-error.js';

const thereAndBack = (error: unknown): Error => reviveError(structuredClone(serializeError(error)));

describe('an error that has been serialized and revived', () => {
  it('keeps its name, message, code and stack', () => {
    const error = Object.assign(new RangeError('too far'), { code: 'TOO_FAR' });
    const revived = thereAndBack(error);
    expect(revived).toBeInstanceOf(Error);
    expect(revived).toMatchObject({ name: 'RangeError', message: 'too far', code: 'TOO_FAR' });
    expect(revived.stack).toBe(error.stack);
    expect(Object.keys(revived)).not.toContain('name');
  });

  it('has no code where there was none', () => {
    expect(thereAndBack(new Error('plain'))).not.toHaveProperty('code');
    expect(thereAndBack(new Error('plain'))).not.toHaveProperty('isRetryable');
    expect(thereAndBack(new Error('plain'))).not.toHaveProperty('cause');
  });

  it('keeps its causes', () => {
    const root = Object.assign(new Error('disk'), { code: 'ENOSPC' });
    const revived = thereAndBack(new Error('outer', { cause: new TypeError('inner', { cause: root }) }));
    expect(revived.cause).toMatchObject({
      name: 'TypeError',
      message: 'inner',
      cause: { message: 'disk', code: 'ENOSPC' },
    });
  });

  it('follows a ring of causes only so far', () => {
    const ring = new Error('ring');
    ring.cause = ring;
    let depth = 0;
    for (let error: unknown = thereAndBack(ring); error instanceof Error; error = error.cause) depth += 1;
    expect(depth).toBe(5);
  });

  it('is a refused request if it was one, so that only its caller is to blame', () => {
    const revived = thereAndBack(new InvalidRequestError('a text, please', { cause: new Error('why') }));
    expect(revived).toBeInstanceOf(InvalidRequestError);
    expect(revived).toMatchObject({
      message: 'a text, please',
      cause: { message: 'why' },
      isRetryable: false,
    });
  });

  it('keeps the name and the stack of a refused request, too', () => {
    class NoText extends InvalidRequestError {}
    const error = Object.defineProperty(new NoText('a text, please'), 'name', { value: 'NoText' });
    const revived = thereAndBack(error);
    expect(revived.name).toBe('NoText');
    expect(revived.stack).toBe(error.stack);
  });

  it.each([true, false])('says as before whether another try may succeed (%j)', (isRetryable) => {
    const revived = thereAndBack(Object.assign(new Error('busy'), { isRetryable }));
    expect(revived).toHaveProperty('isRetryable', isRetryable);
    expect(new BatchProcessingError('letters', 1, 2, revived).isRetryable).toBe(isRetryable);
  });

  it('keeps a code that is a number', () => {
    expect(thereAndBack(Object.assign(new Error('odd'), { code: 42 }))).toMatchObject({ code: 42 });
  });

  it('is an error even if what was thrown throws when it is looked at', () => {
    const thrown = {
      get message(): string {
        throw new Error('not to be read');
      },
      code: 'ODD',
    };
    expect(thereAndBack(thrown)).toMatchObject({
      name: 'Error',
      message: 'it threw a value of type object',
      code: 'ODD',
    });
  });

  it.each([
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [Symbol('sign'), 'Symbol(sign)'],
    [{ status: 503, details: 'busy' }, '{"status":503,"details":"busy"}'],
    [Object.create(null), 'it threw a value of type object'],
  ])('is an error even if %p was thrown', (thrown, message) => {
    expect(thereAndBack(thrown)).toMatchObject({ name: 'Error', message });
  });

  it('need not be of this realm', () => {
    const error: unknown = runInNewContext('new TypeError("elsewhere")');
    expect(error).not.toBeInstanceOf(Error);
    expect(thereAndBack(error)).toMatchObject({ name: 'TypeError', message: 'elsewhere' });
  });

  it('leaves behind what is not plain data', () => {
    const error = Object.assign(new Error('odd'), {
      code: { nested: true },
      name: () => 'a function',
      socket: () => undefined,
    });
    expect(serializeError(error)).toMatchObject({ name: 'Error', message: 'odd', code: undefined });
  });
});
