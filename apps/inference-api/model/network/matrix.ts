/** A matrix within an array. Swapping the strides transposes it without moving a number. */
export interface Matrix {
  readonly data: Float32Array;
  /** Where its first element lies. */
  readonly offset: number;
  /** Distance from an element to the one below it. */
  readonly rowStride: number;
  /** Distance from an element to the one on its right. */
  readonly columnStride: number;
}

/** `rows × inner` times `inner × columns`. */
export interface ProductSize {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

/** Views part of an array as a row-major matrix. */
export function matrix(data: Float32Array, columns: number, offset = 0): Matrix {
  return { data, offset, rowStride: columns, columnStride: 1 };
}

/** The same numbers with rows and columns swapped. */
export function transposed({ data, offset, rowStride, columnStride }: Matrix): Matrix {
  return { data, offset, rowStride: columnStride, columnStride: rowStride };
}

/** Adds `left · right` to `sum`, which is row-major and must not overlap them. */
export function addProduct(left: Matrix, right: Matrix, sum: Matrix, size: ProductSize): void {
  const blockedRows = size.rows - (size.rows % 4);
  const blockedColumns = size.columns - (size.columns % 4);
  addBlockedProduct(left, right, sum, blockedRows, size.inner, blockedColumns);
  addPlainProduct(left, right, sum, size.inner, [0, blockedRows], [blockedColumns, size.columns]);
  addPlainProduct(left, right, sum, size.inner, [blockedRows, size.rows], [0, size.columns]);
}

/**
 * Takes the result in blocks of 4 × 4, so that each number that is loaded serves four products and the sums
 * stay in registers; several times as fast as the plain loop. The fallbacks to 0 cost nothing: the compiler
 * knows that the elements of a typed array are numbers.
 */
function addBlockedProduct(
  { data: a, offset: aOffset, rowStride: aRow, columnStride: aColumn }: Matrix,
  { data: b, offset: bOffset, rowStride: bRow, columnStride: bColumn }: Matrix,
  { data: c, offset: cOffset, rowStride: cRow }: Matrix,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row += 4) {
    for (let column = 0; column < columns; column += 4) {
      let [s00, s01, s02, s03] = [0, 0, 0, 0];
      let [s10, s11, s12, s13] = [0, 0, 0, 0];
      let [s20, s21, s22, s23] = [0, 0, 0, 0];
      let [s30, s31, s32, s33] = [0, 0, 0, 0];
      let aIndex = aOffset + row * aRow;
      let bIndex = bOffset + column * bColumn;
      for (let step = 0; step < inner; step++) {
        const a0 = a[aIndex] ?? 0;
        const a1 = a[aIndex + aRow] ?? 0;
        const a2 = a[aIndex + 2 * aRow] ?? 0;
        const a3 = a[aIndex + 3 * aRow] ?? 0;
        const b0 = b[bIndex] ?? 0;
        const b1 = b[bIndex + bColumn] ?? 0;
        const b2 = b[bIndex + 2 * bColumn] ?? 0;
        const b3 = b[bIndex + 3 * bColumn] ?? 0;
        s00 += a0 * b0;
        s01 += a0 * b1;
        s02 += a0 * b2;
        s03 += a0 * b3;
        s10 += a1 * b0;
        s11 += a1 * b1;
        s12 += a1 * b2;
        s13 += a1 * b3;
        s20 += a2 * b0;
        s21 += a2 * b1;
        s22 += a2 * b2;
        s23 += a2 * b3;
        s30 += a3 * b0;
        s31 += a3 * b1;
        s32 += a3 * b2;
        s33 += a3 * b3;
        aIndex += aColumn;
        bIndex += bRow;
      }
      addFour(c, cOffset + row * cRow + column, s00, s01, s02, s03);
      addFour(c, cOffset + (row + 1) * cRow + column, s10, s11, s12, s13);
      addFour(c, cOffset + (row + 2) * cRow + column, s20, s21, s22, s23);
      addFour(c, cOffset + (row + 3) * cRow + column, s30, s31, s32, s33);
    }
  }
}

function addFour(data: Float32Array, at: number, s0: number, s1: number, s2: number, s3: number): void {
  data[at] = (data[at] ?? 0) + s0;
  data[at + 1] = (data[at + 1] ?? 0) + s1;
  data[at + 2] = (data[at + 2] ?? 0) + s2;
  data[at + 3] = (data[at + 3] ?? 0) + s3;
}

/** For the rows and columns, each from the first up to but not including the second, that fill no block. */
function addPlainProduct(
  left: Matrix,
  right: Matrix,
  sum: Matrix,
  inner: number,
  [firstRow, endRow]: readonly [number, number],
  [firstColumn, endColumn]: readonly [number, number],
): void {
  for (let row = firstRow; row < endRow; row++) {
    for (let column = firstColumn; column < endColumn; column++) {
      let total = 0;
      for (let step = 0; step < inner; step++) {
        total +=
          (left.data[left.offset + row * left.rowStride + step * left.columnStride] ?? 0) *
          (right.data[right.offset + step * right.rowStride + column * right.columnStride] ?? 0);
      }
      const at = sum.offset + row * sum.rowStride + column;
      sum.data[at] = (sum.data[at] ?? 0) + total;
    }
  }
}
