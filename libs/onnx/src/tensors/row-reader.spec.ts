import { runInNewContext } from 'node:vm';

import { InvalidRequestError } from 'nestjs-batching/core';

import { RowReader } from './row-reader.js';

const image = { name: 'image', type: 'float32', shape: ['batch', 1, 2, 2] } as const;
const tokens = { name: 'tokens', type: 'int64', shape: ['batch', 'length'] } as const;
const mask = { name: 'mask', type: 'bool', shape: ['batch', 'length'] } as const;
const temperature = { name: 'temperature', type: 'float32', shape: ['batch'] } as const;

describe('RowReader', () => {
  const fixed = new RowReader('digits', [image]);
  const free = new RowReader('text', [tokens, mask]);
  const pixels = Float32Array.of(1, 2, 3, 4);

  it('takes a plain typed array where no dimension is free', () => {
    expect(fixed.read({ image: pixels })).toEqual([{ data: pixels, dims: [1, 2, 2] }]);
  });

  it('takes dimensions with and without a leading 1 for the batch axis', () => {
    for (const dims of [
      [1, 2, 2],
      [1, 1, 2, 2],
    ]) {
      expect(fixed.read({ image: { data: pixels, dims } })).toEqual([{ data: pixels, dims: [1, 2, 2] }]);
    }
  });

  it('takes one number for an input that has the batch axis alone', () => {
    const reader = new RowReader('text', [temperature]);
    for (const value of [
      { data: Float32Array.of(1), dims: [] },
      { data: Float32Array.of(1), dims: [1] },
      Float32Array.of(1),
    ]) {
      expect(reader.read({ temperature: value })[0]?.dims).toEqual([]);
    }
  });

  it('takes free dimensions of any size, equal where the model has the same name for them', () => {
    const row = {
      tokens: { data: BigInt64Array.of(1n, 2n, 3n), dims: [3] },
      mask: { data: Uint8Array.of(1, 0, 1), dims: [1, 3] },
    };
    expect(free.read(row).map(({ dims }) => dims)).toEqual([[3], [3]]);
  });

  it('takes arrays of another realm and Buffers for what they are', () => {
    const foreign = runInNewContext('new Float32Array(4)') as Float32Array;
    expect(fixed.read({ image: foreign })).toEqual([{ data: foreign, dims: [1, 2, 2] }]);
    const bytes = new RowReader('bytes', [{ name: 'bytes', type: 'uint8', shape: ['n', 3] }]);
    expect(bytes.read({ bytes: Buffer.from('abc') })).toHaveLength(1);
  });

  const expectedImage = 'expected float32 [1, 2, 2] (a Float32Array of length 4)';
  it.each([
    ['a missing input', {}, `input "image" is missing: ${expectedImage}`],
    ['an unknown input', { image: pixels, label: pixels }, `it has no input "label"; its inputs are "image"`],
    [
      'the wrong typed array',
      { image: new Float64Array(4) },
      `input "image": ${expectedImage}, received a Float64Array of length 4`,
    ],
    [
      'the wrong length',
      { image: new Float32Array(5) },
      `${expectedImage}, received a Float32Array of length 5`,
    ],
    ['a plain array', { image: [1, 2, 3, 4] }, `${expectedImage}, received an Array of length 4`],
    [
      'the wrong dimensions',
      { image: { data: pixels, dims: [2, 2] } },
      `${expectedImage}, received a Float32Array of length 4 with dims [2, 2]`,
    ],
    [
      'two rows in one',
      { image: { data: new Float32Array(8), dims: [2, 1, 2, 2] } },
      'with dims [2, 1, 2, 2]',
    ],
    [
      'data that do not fill the dimensions',
      { image: { data: new Float32Array(3), dims: [1, 2, 2] } },
      'a Float32Array of length 3 with dims [1, 2, 2]',
    ],
    ['dimensions that are no list', { image: { data: pixels, dims: 4 } }, 'with dims a number'],
    [
      'data of another type',
      { image: { data: new Uint8Array(4), dims: [1, 2, 2] } },
      'received a Uint8Array of length 4 with dims',
    ],
    ['a bare object', { image: { pixels } }, 'received an object with pixels'],
    ['null', { image: null }, 'received null'],
    ['text', { image: 'pixels' }, 'received a string'],
  ])('refuses %s', (_, row, message) => {
    expectRefusal(fixed, row, `Model "digits": `);
    expectRefusal(fixed, row, message);
  });

  it.each([
    ['nothing', undefined, 'received undefined'],
    ['null', null, 'received null'],
    ['a list', [pixels], 'received an Array of length 1'],
    ['the typed array without the name of its input', pixels, 'received a Float32Array of length 4'],
    ['a number', 3, 'received a number'],
  ])('refuses %s in the place of a row', (_, row, message) => {
    expectRefusal(fixed, row, message);
    expectRefusal(fixed, row, `expected an object with the inputs "image": float32 [1, 2, 2]`);
  });

  it.each([
    [
      'a plain typed array where a dimension is free',
      { tokens: BigInt64Array.of(1n) },
      'int64 [length] ({ data: BigInt64Array, dims })',
    ],
    ['an empty dimension', { tokens: { data: new BigInt64Array(0), dims: [0] } }, 'with dims [0]'],
    [
      'a size that is no whole number',
      { tokens: { data: BigInt64Array.of(1n), dims: [0.5] } },
      'with dims [0.5]',
    ],
    ['a negative size', { tokens: { data: BigInt64Array.of(1n), dims: [-1] } }, 'with dims [-1]'],
    [
      'sizes that differ although the model has one name for them',
      { tokens: { data: BigInt64Array.of(1n, 2n), dims: [2] }, mask: { data: Uint8Array.of(1), dims: [1] } },
      'input "mask": expected bool [length] ({ data: Uint8Array, dims }) with length = 2 as in input "tokens", received length = 1',
    ],
    [
      'a bool that is neither 0 nor 1',
      {
        tokens: { data: BigInt64Array.of(1n, 2n), dims: [2] },
        mask: { data: Uint8Array.of(1, 2), dims: [2] },
      },
      'received 2 at index 1',
    ],
  ])('refuses %s', (_, row, message) => {
    expectRefusal(free, row, message);
  });

  it('refuses an array that was given away after it was checked', () => {
    const given = new Float32Array(4);
    fixed.read({ image: given });
    structuredClone(given, { transfer: [given.buffer] });
    expectRefusal(fixed, { image: given }, 'a Float32Array of length 0');
  });

  it('does not mind an unknown input that is undefined', () => {
    expect(() => fixed.read({ image: pixels, label: undefined })).not.toThrow();
  });
});

function expectRefusal(reader: RowReader, row: unknown, message: string): void {
  const read = (): unknown => reader.read(row);
  expect(read).toThrow(InvalidRequestError);
  expect(read).toThrow(message);
}
