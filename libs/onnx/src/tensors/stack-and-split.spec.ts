import fc from 'fast-check';

import { groupRowsByShape } from './group-rows.js';
import type { ReadRow, RowTensor } from './row-reader.js';
import { splitRows } from './split-rows.js';
import { stackRows } from './stack-rows.js';
import { createTensorData, TENSOR_TYPES, type TensorType } from './tensor-type.js';

describe('stacking and splitting', () => {
  it('gives each row back as it was, for any types, shapes and number of rows', () => {
    fc.assert(
      fc.property(inputsAndRows(), ({ types, rows }) => {
        const inputs = types.map((type, index) => ({ name: `input${index}`, type, shape: ['batch'] }));
        const split = splitRows(stackRows(inputs, rows), rows.length);
        rows.forEach((row, rowIndex) => {
          row.forEach(({ data, dims }, index) => {
            const type = types[index];
            expect(split[rowIndex]?.[`input${index}`]).toEqual({ type, data, dims });
          });
        });
      }),
    );
  });

  it('copies what goes in: the stacked buffer is nobody else’s', () => {
    const mine = Float32Array.of(1, 2);
    const [tensor] = stackRows(
      [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      [[{ data: mine, dims: [2] }]],
    );
    expect(tensor).toMatchObject({ name: 'x', dims: [1, 2] });
    expect(tensor?.data.buffer).not.toBe(mine.buffer);
    expect(tensor?.data.buffer.byteLength).toBe(8);
  });

  it('copies only a row’s own part of a larger buffer', () => {
    const large = Float32Array.of(9, 1, 2, 9);
    const rows: ReadRow[] = [
      [{ data: large.subarray(1, 3), dims: [2] }],
      [{ data: Float32Array.of(3, 4), dims: [2] }],
    ];
    const [tensor] = stackRows([{ name: 'x', type: 'float32', shape: ['batch', 2] }], rows);
    expect(Array.from(tensor?.data as Float32Array)).toEqual([1, 2, 3, 4]);
  });

  it('copies nothing that comes out: rows are views into the output', () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const rows = splitRows([{ name: 'y', type: 'float32', dims: [2, 2], data }], 2);
    expect(rows.map((row) => row['y']?.data.buffer === data.buffer)).toEqual([true, true]);
    expect(rows[1]?.['y']).toEqual({ type: 'float32', dims: [2], data: Float32Array.of(3, 4) });
  });

  it.each([
    ['too few rows', [1, 4]],
    ['too many rows', [4, 1]],
    ['no batch axis', []],
  ])('refuses an output with %s, since nobody could say whose a row is', (_, dims) => {
    const output = { name: 'y', type: 'float32', dims, data: new Float32Array(4) } as const;
    expect(() => splitRows([output], 2)).toThrow(
      `output "y" came with shape [${dims.join(', ')}] for a batch of 2; its first dimension must be the batch`,
    );
  });
});

describe('groupRowsByShape', () => {
  it('keeps rows of one shape together and in order, and leaves out those that are not to be run', () => {
    const row = (length: number): ReadRow => [{ data: new Float32Array(length), dims: [length] }];
    const rows = [row(2), row(3), undefined, row(2), row(3), row(5)];
    const groups = groupRowsByShape(rows);
    expect(groups.map(({ indexes }) => indexes)).toEqual([[0, 3], [1, 4], [5]]);
    for (const group of groups) expect(group.rows).toEqual(group.indexes.map((index) => rows[index]));
  });

  it('tells [2, 3] from [23] and from [2], [3]', () => {
    const tensor = (dims: readonly number[]): RowTensor => ({ data: new Float32Array(0), dims });
    const groups = groupRowsByShape([[tensor([2, 3])], [tensor([23])], [tensor([2]), tensor([3])]]);
    expect(groups).toHaveLength(3);
  });
});

function inputsAndRows(): fc.Arbitrary<{ types: TensorType[]; rows: ReadRow[] }> {
  const input = fc.record({
    type: fc.constantFrom(...TENSOR_TYPES),
    dims: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
  });
  return fc
    .record({
      inputs: fc.array(input, { minLength: 1, maxLength: 3 }),
      rowCount: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(),
    })
    .map(({ inputs, rowCount, seed }) => ({
      types: inputs.map(({ type }) => type),
      rows: Array.from({ length: rowCount }, (_, row) =>
        inputs.map(({ type, dims }, index) => ({
          data: countFrom(type, dims, seed + 97 * row + 13 * index),
          dims,
        })),
      ),
    }));
}

/** Elements that differ from row to row and from input to input; their bytes stay below 128 and so make no NaN. */
function countFrom(type: TensorType, dims: readonly number[], start: number): RowTensor['data'] {
  const data = createTensorData(
    type,
    dims.reduce((product, size) => product * size, 1),
  );
  const bytes = new Uint8Array(data.buffer);
  bytes.forEach((_, index) => (bytes[index] = (start + 31 * index) % 127));
  return data;
}
