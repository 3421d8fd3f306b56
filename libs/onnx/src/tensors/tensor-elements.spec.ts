import { describeUnfitElement, fillElements, sliceElements } from './tensor-elements.js';
import { createTensorData, TENSOR_TYPES } from './tensor-type.js';

describe('describeUnfitElement', () => {
  it.each([
    ['float32', 0.5],
    ['float64', -Infinity],
    ['float16', 1e-3],
    ['int8', -128],
    ['uint8', 255n],
    ['int64', 2n ** 63n - 1n],
    ['uint64', 2n ** 64n - 1n],
    ['bool', 1],
    ['string', ''],
  ] as const)('knows that %s takes %s', (type, value) => {
    expect(describeUnfitElement(type, value)).toBeUndefined();
  });

  it.each([
    ['float32', 1n, 'a number'],
    ['float32', '0', 'a number'],
    ['int8', 128, 'a whole number from -128 to 127'],
    ['uint8', -1, 'a whole number from 0 to 255'],
    ['uint16', 0.5, 'a whole number from 0 to 65535'],
    ['int64', 2 ** 60, 'a whole number from -9223372036854775808 to 9223372036854775807'],
    ['bool', 2, 'a whole number from 0 to 1'],
    ['string', 0, 'a string'],
  ] as const)('says what %s takes instead of %s', (type, value, allowed) => {
    expect(describeUnfitElement(type, value)).toBe(allowed);
  });
});

describe('fillElements', () => {
  it('writes one value of any type, as bits where the type is float16', () => {
    for (const type of TENSOR_TYPES) {
      const data = createTensorData(type, 3);
      const value = type === 'string' ? 'x' : 1;
      fillElements(type, data, value);
      const written = type === 'float16' ? 0x3c00 : value;
      const received = Array.from(data as ArrayLike<unknown>, (element) =>
        typeof element === 'bigint' ? Number(element) : element,
      );
      expect(received).toEqual([written, written, written]);
    }
  });
});

describe('sliceElements', () => {
  it('gives a view of numbers and a copy of strings', () => {
    const numbers = Int8Array.of(1, 2, 3);
    expect((sliceElements(numbers, 1, 3) as Int8Array).buffer).toBe(numbers.buffer);
    expect(sliceElements(['a', 'b', 'c'], 1, 3)).toEqual(['b', 'c']);
  });
});
