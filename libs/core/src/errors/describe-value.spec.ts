import { describeValue } from './describe-value.js';

describe('describeValue', () => {
  it.each<[unknown, string]>([
    ['a "quoted" word', '"a \\"quoted\\" word"'],
    [12.5, '12.5'],
    [NaN, 'NaN'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [7n, '7n'],
    [Symbol('mark'), 'Symbol(mark)'],
    [[1, 2, 3], 'an array of 3'],
    [{ a: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [Promise.resolve(1), 'a promise'],
    [describeValue, 'function describeValue'],
    [
      (
        () => () =>
          0
      )(),
      'function (anonymous)',
    ],
  ])('writes %p as a person would', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
