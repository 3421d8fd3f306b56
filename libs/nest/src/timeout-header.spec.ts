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
});
