import { InvalidConfigError } from 'nestjs-batching/core';
import { timeoutHeaderName } from './timeout-header.js';

describe('timeoutHeaderName', () => {
  it.each([
    [true, 'Request-Timeout'],
    ['true', 'Request-Timeout'],
    ['X-Patience', 'X-Patience'],
    [false, undefined],
    ['false', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('takes %j, also out of an environment variable, for %j', (option, name) => {
    expect(timeoutHeaderName(option)).toBe(name);
  });

  it.each(['bad header', 'X-Zeit:', 'Wärme', 'a\nb', ' X-Patience'])(
    'refuses %j, which no client can send, and says what a name is made of',
    (option) => {
      expect(() => timeoutHeaderName(option)).toThrow(InvalidConfigError);
      expect(() => timeoutHeaderName(option)).toThrow(
        `timeoutHeader: received ${JSON.stringify(option)}, expected true, false, or a header's name: letters, digits`,
      );
    },
  );

  it.each([5, null, {}])('refuses %j, which is no name at all', (option) => {
    expect(() => timeoutHeaderName(option as never)).toThrow(InvalidConfigError);
  });
});
