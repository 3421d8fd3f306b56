import { runInNewContext } from 'node:vm';

import { InvalidRequestError } from 'nestjs-batching/core';

import { dynamicAxis, signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import { RowReader } from './row-reader.js';

const image = tensor({ name: 'image', shape: ['batch', 1, 2, 2] });
const tokens = tensor({ name: 'tokens', type: 'int64', shape: ['batch', 'length'] });
const mask = tensor({ name: 'mask', type: 'bool', shape: ['batch', 'length'] });
const temperature = tensor({ name: 'temperature', shape: ['batch'] });

describe('RowReader', () => {
  const fixed = new RowReader('digits', signature({ inputs: [image] }));
  const free = new RowReader('text', signature({ inputs: [tokens, mask] }));
  const pixels = Float32Array.of(1, 2, 3, 4);

  it('takes a plain typed array where no dimension is free', () => {
    expect(fixed.read({ image: pixels })).toEqual({
      tensors: [{ data: pixels, dims: [1, 2, 2], rowCount: undefined }],
      rowCount: 1,
      hasBatchAxis: false,
      lengths: [],
    });
  });

  it('takes dimensions with and without the batch axis, and keeps in mind which', () => {
    const without = fixed.read({ image: { data: pixels, dims: [1, 2, 2] } });
    const withAxis = fixed.read({ image: { data: pixels, dims: [1, 1, 2, 2] } });
    expect([without, withAxis].map(({ tensors }) => tensors[0]?.dims)).toEqual([
      [1, 2, 2],
      [1, 2, 2],
    ]);
    expect([without, withAxis].map(({ hasBatchAxis }) => hasBatchAxis)).toEqual([false, true]);
  });

  it('takes one number for an input that has the batch axis alone', () => {
    const reader = new RowReader('text', signature({ inputs: [temperature] }));
    for (const value of [
      { data: Float32Array.of(1), dims: [] },
      { data: Float32Array.of(1), dims: [1] },
      Float32Array.of(1),
    ]) {
      expect(reader.read({ temperature: value }).tensors[0]?.dims).toEqual([]);
    }
  });

  it('takes free dimensions of any size, equal where the model has the same name for them', () => {
    const row = {
      tokens: { data: BigInt64Array.of(1n, 2n, 3n), dims: [3] },
      mask: { data: Uint8Array.of(1, 0, 1), dims: [1, 3] },
    };
    expect(free.read(row).tensors.map(({ dims }) => dims)).toEqual([[3], [3]]);
  });

  it('takes arrays of another realm and Buffers for what they are', () => {
    const foreign = runInNewContext('new Float32Array(4)') as Float32Array;
    expect(fixed.read({ image: foreign }).tensors[0]).toMatchObject({ data: foreign, dims: [1, 2, 2] });
    const bytes = new RowReader(
      'bytes',
      signature({ inputs: [tensor({ name: 'bytes', type: 'uint8', shape: ['n', 3] })] }),
    );
    expect(bytes.read({ bytes: Buffer.from('abc') }).tensors).toHaveLength(1);
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
    ['dimensions that are nothing', { image: { data: pixels, dims: null } }, 'with dims null'],
    [
      'the wrong dimensions behind the batch axis',
      { image: { data: pixels, dims: [1, 2, 1, 2] } },
      'with dims [1, 2, 1, 2]',
    ],
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

  it('refuses in few words what is long or deep itself', () => {
    const keys = Array.from({ length: 10_000 }, (_, index) => [`key${index}`, 0] as const);
    const name = 'x'.repeat(10_000);
    let deep: unknown = pixels;
    for (let depth = 0; depth < 20_000; depth += 1) deep = { data: deep, dims: [4] };
    expectRefusal(
      fixed,
      { image: Object.fromEntries(keys) },
      'received an object with key0, key1, key2, key3, key4, key5, key6, key7, … (10000 in all).',
    );
    expectRefusal(
      fixed,
      { image: { data: pixels, dims: new Array<number>(10_000).fill(1) } },
      'with dims [1, 1, 1, 1, 1, 1, 1, 1, … (10000 in all)].',
    );
    expectRefusal(fixed, { image: { [name]: 0 } }, `received an object with ${'x'.repeat(80)}….`);
    expectRefusal(fixed, { image: pixels, [name]: pixels }, `it has no input "${'x'.repeat(80)}…"; its`);
    expectRefusal(fixed, { image: deep }, 'received an object with data, dims with dims [4].');
  });

  it('shows of dimensions that are no numbers what they are', () => {
    const dims = ['2', Object.create(null), 2n];
    expectRefusal(fixed, { image: { data: pixels, dims } }, 'with dims ["2", an object, 2n].');
  });

  it.each(['constructor', 'toString', '__proto__', 'valueOf'])(
    'takes an input called %s from the row alone, not from what every object has',
    (name) => {
      const reader = new RowReader('odd', signature({ inputs: [tensor({ name, shape: ['batch', 2] })] }));
      expectRefusal(reader, {}, `input "${name}" is missing: expected float32 [2]`);
      expectRefusal(reader, runInNewContext('({})'), `input "${name}" is missing`);
      const data = Float32Array.of(1, 2);
      const own = Object.defineProperty({}, name, { value: data, enumerable: true });
      const bare = Object.defineProperty(Object.create(null) as object, name, { value: data });
      for (const row of [own, bare, Object.create(own)]) expect(reader.read(row).tensors[0]?.data).toBe(data);
    },
  );

  it('takes an instance of a class whose getters give the inputs', () => {
    class Sample {
      get image(): Float32Array {
        return pixels;
      }
      get toString(): never {
        return pixels as never;
      }
    }
    expect(fixed.read(new Sample()).tensors[0]?.data).toBe(pixels);
    const inputs = [tensor({ name: 'toString', shape: ['batch', 4] })];
    expect(new RowReader('odd', signature({ inputs })).read(new Sample()).tensors[0]?.data).toBe(pixels);
  });

  it('names the first inputs of a model that has many', () => {
    const inputs = Array.from({ length: 20 }, (_, index) => tensor({ name: `input${index}`, shape: ['n'] }));
    const many = new RowReader('many', signature({ inputs }));
    expect(() => many.read(null)).toThrow(
      /"input7": float32 \[\] \(a Float32Array of length 1\), … \(20 in all\), received null/,
    );
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
    [
      'an empty dimension, and says what is the least',
      { tokens: { data: new BigInt64Array(0), dims: [0] } },
      'received a BigInt64Array of length 0 with dims [0]; every dimension is at least 1.',
    ],
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

  it.each([
    ['int8', 'an Int8Array of length 2'],
    ['uint8', 'a Uint8Array of length 2'],
    ['string', 'an array of length 2'],
  ] as const)('speaks of what it expects as a person does: %s', (type, expected) => {
    const reader = new RowReader('pairs', signature({ inputs: [tensor({ type, shape: ['batch', 2] })] }));
    expectRefusal(reader, { x: new Int16Array(1) }, `(${expected}), received an Int16Array of length 1`);
  });

  it('does not mind an unknown input that is undefined', () => {
    expect(() => fixed.read({ image: pixels, label: undefined })).not.toThrow();
  });
});

describe('RowReader, of requests that bring several rows', () => {
  const reader = new RowReader('pairs', signature({ inputs: [image, temperature], maxRowsPerRequest: 3 }));
  const images = (rowCount: number): object => ({
    data: new Float32Array(4 * rowCount),
    dims: [rowCount, 1, 2, 2],
  });

  it('takes as many rows as its inputs agree on, up to the most', () => {
    const row = reader.read({ image: images(3), temperature: { data: new Float32Array(3), dims: [3] } });
    expect(row).toMatchObject({ rowCount: 3, hasBatchAxis: true });
    expect(row.tensors.map(({ dims }) => dims)).toEqual([[1, 2, 2], []]);
  });

  it('counts an input without the batch axis as one row', () => {
    expect(reader.read({ image: images(1), temperature: Float32Array.of(1) })).toMatchObject({
      rowCount: 1,
      hasBatchAxis: true,
    });
    expectRefusal(
      reader,
      { image: images(2), temperature: Float32Array.of(1) },
      'input "temperature": expected 2 rows as in input "image", received 1 row',
    );
  });

  it('refuses more rows than one request may bring, and says how many it may', () => {
    expectRefusal(
      reader,
      { image: images(4), temperature: { data: new Float32Array(4), dims: [4] } },
      'or rows of them ({ data: Float32Array, dims: [1 to 3, 1, 2, 2] }), received a Float32Array of length 16 with dims [4, 1, 2, 2]',
    );
  });

  it('takes the rows along whichever axis is the batch', () => {
    const state = tensor({ name: 'state', shape: [2, 'batch', 4], batchAxis: 1 });
    const stateful = new RowReader('lstm', signature({ inputs: [state], maxRowsPerRequest: 3 }));
    const row = stateful.read({ state: { data: new Float32Array(24), dims: [2, 3, 4] } });
    expect(row).toMatchObject({ rowCount: 3, tensors: [{ dims: [2, 4], rowCount: 3 }] });
  });
});

describe('RowReader, of shared inputs', () => {
  const rate = tensor({ name: 'rate', type: 'int64', shape: [], batchAxis: undefined });
  const reader = new RowReader('speech', signature({ inputs: [temperature, rate], maxRowsPerRequest: 4 }));

  it('takes them whole, whatever the number of rows', () => {
    const row = reader.read({
      temperature: { data: new Float32Array(2), dims: [2] },
      rate: BigInt64Array.of(8000n),
    });
    expect(row).toMatchObject({ rowCount: 2, tensors: [{ rowCount: 2 }, { dims: [], rowCount: undefined }] });
  });

  it('refuses one with a batch axis', () => {
    expectRefusal(
      reader,
      { temperature: Float32Array.of(1), rate: { data: BigInt64Array.of(8000n), dims: [1] } },
      'input "rate": expected int64 [] (a BigInt64Array of length 1), received a BigInt64Array of length 1 with dims [1]',
    );
  });
});

describe('RowReader, of strings', () => {
  const reader = new RowReader(
    'text',
    signature({ inputs: [tensor({ name: 'text', type: 'string', shape: ['batch', 2] })] }),
  );

  it('takes them as a plain array', () => {
    expect(reader.read({ text: ['a', ''] }).tensors[0]).toMatchObject({ data: ['a', ''], dims: [2] });
  });

  it('refuses what is not all strings', () => {
    expectRefusal(reader, { text: ['a', 1] }, 'of strings, received 1 at index 1');
    expectRefusal(reader, { text: ['a', null] }, 'of strings, received null at index 1');
    expectRefusal(
      reader,
      { text: ['a', 'cut\0off'] },
      'of strings without U+0000, received one at index 1 with U+0000 at its index 3',
    );
    expectRefusal(
      reader,
      { text: ['a'] },
      'expected string [2] (an array of length 2), received an Array of length 1',
    );
  });
});

describe('RowReader, of dynamic axes', () => {
  const lengths = tensor({ name: 'lengths', type: 'int32', shape: ['batch', 1] });
  const reader = new RowReader(
    'text',
    signature({
      inputs: [{ ...mask, type: 'float32' }, tokens, lengths],
      dynamicAxes: [dynamicAxis({ mask: 'mask', lengths: 'lengths', maxLength: 5 })],
      maxRowsPerRequest: 2,
    }),
  );

  it('makes the mask and the lengths that the caller leaves out', () => {
    const row = reader.read({ tokens: { data: BigInt64Array.of(7n, 8n, 9n), dims: [3] } });
    expect(row.lengths).toEqual([3]);
    expect(row.tensors).toEqual([
      { data: Float32Array.of(1, 1, 1), dims: [3], rowCount: 1 },
      { data: BigInt64Array.of(7n, 8n, 9n), dims: [3], rowCount: undefined },
      { data: Int32Array.of(3), dims: [1], rowCount: 1 },
    ]);
    // Far more ones than the first mask took.
    const two = reader.read({ tokens: { data: new BigInt64Array(10), dims: [2, 5] } });
    expect(two.tensors[0]).toEqual({ data: new Float32Array(10).fill(1), dims: [5], rowCount: 2 });
    expect(two.tensors[2]).toEqual({ data: Int32Array.of(5, 5), dims: [1], rowCount: 2 });
  });

  it('takes those that the caller sends', () => {
    const own = { data: Float32Array.of(0, 1), dims: [2] };
    const row = reader.read({ tokens: { data: new BigInt64Array(2), dims: [2] }, mask: own });
    expect(row.tensors[0]).toMatchObject(own);
  });

  it('refuses a row that is longer than the longest allowed, not one that is as long', () => {
    expect(reader.read({ tokens: { data: new BigInt64Array(5), dims: [5] } }).lengths).toEqual([5]);
    expectRefusal(
      reader,
      { tokens: { data: new BigInt64Array(6), dims: [6] } },
      'with length of at most 5, received length = 6',
    );
  });

  it('are made also where every object has a member of their name', () => {
    const odd = tensor({ name: 'constructor', type: 'int32', shape: ['batch'] });
    const dynamicAxes = [dynamicAxis({ lengths: 'constructor' })];
    const oddReader = new RowReader('odd', signature({ inputs: [tokens, odd], dynamicAxes }));
    const row = oddReader.read({ tokens: { data: new BigInt64Array(3), dims: [3] } });
    expect(row.tensors[1]?.data).toEqual(Int32Array.of(3));
  });

  it('still asks for the input that tells the length', () => {
    expectRefusal(reader, {}, 'input "tokens" is missing');
  });
});

function expectRefusal(reader: RowReader, row: unknown, message: string): void {
  const read = (): unknown => reader.read(row);
  expect(read).toThrow(InvalidRequestError);
  expect(read).toThrow(message);
}
