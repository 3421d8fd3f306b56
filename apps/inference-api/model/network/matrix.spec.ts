import * as fc from 'fast-check';
import { addProduct, matrix, transposed } from './matrix.js';

const sizes = fc.record({
  rows: fc.integer({ min: 1, max: 9 }),
  inner: fc.integer({ min: 1, max: 9 }),
  columns: fc.integer({ min: 1, max: 9 }),
});

describe('addProduct', () => {
  it('adds rows times columns, for every size', () => {
    fc.assert(
      fc.property(sizes, ({ rows, inner, columns }) => {
        const left = counting(rows * inner);
        const right = counting(inner * columns);
        const sum = new Float32Array(rows * columns).fill(1);
        addProduct(matrix(left, inner), matrix(right, columns), matrix(sum, columns), {
          rows,
          inner,
          columns,
        });
        for (let row = 0; row < rows; row++) {
          for (let column = 0; column < columns; column++) {
            let expected = 1;
            for (let step = 0; step < inner; step++) {
              expected += (left[row * inner + step] ?? 0) * (right[step * columns + column] ?? 0);
            }
            expect(sum[row * columns + column]).toBe(expected);
          }
        }
      }),
    );
  });

  it('gives the transposed product for transposed factors', () => {
    fc.assert(
      fc.property(sizes, ({ rows, inner, columns }) => {
        const left = counting(rows * inner);
        const right = counting(inner * columns);
        const product = new Float32Array(rows * columns);
        const swapped = new Float32Array(rows * columns);
        addProduct(matrix(left, inner), matrix(right, columns), matrix(product, columns), {
          rows,
          inner,
          columns,
        });
        addProduct(
          transposed(matrix(right, columns)),
          transposed(matrix(left, inner)),
          matrix(swapped, rows),
          { rows: columns, inner, columns: rows },
        );
        product.forEach((value, index) => {
          expect(swapped[(index % columns) * rows + Math.floor(index / columns)]).toBe(value);
        });
      }),
    );
  });

  it('touches only the part of the result that it is given', () => {
    const sum = new Float32Array(12);
    const ones = new Float32Array(4).fill(1);
    addProduct(matrix(ones, 2), matrix(ones, 2), matrix(sum, 2, 4), { rows: 2, inner: 2, columns: 2 });
    expect(Array.from(sum)).toEqual([0, 0, 0, 0, 2, 2, 2, 2, 0, 0, 0, 0]);
  });
});

function counting(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => (index % 7) - 3);
}
