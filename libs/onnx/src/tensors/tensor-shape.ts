/**
 * The sizes of a tensor's dimensions. A name stands for a size that may differ from run to run; an empty name is
 * one that the model did not name.
 */
export type TensorShape = readonly (number | string)[];

/** What remains of a shape for one row: all but the batch axis. A shape without one remains whole. */
export function rowShapeOf<TSize>(shape: readonly TSize[], batchAxis: number | undefined): readonly TSize[] {
  return batchAxis === undefined ? shape : [...shape.slice(0, batchAxis), ...shape.slice(batchAxis + 1)];
}

/** The dimensions of that many rows, from those of one. */
export function withBatchAxis(
  rowDims: readonly number[],
  batchAxis: number,
  rowCount: number,
): readonly number[] {
  // The batch is mostly in front, and this is done for every tensor of every batch.
  return batchAxis === 0
    ? [rowCount, ...rowDims]
    : [...rowDims.slice(0, batchAxis), rowCount, ...rowDims.slice(batchAxis)];
}

export function hasFreeDimensions(rowShape: TensorShape): boolean {
  return rowShape.some((size) => typeof size === 'string');
}

/** How many elements a tensor of this size has. */
export function elementCountOf(dims: readonly number[]): number {
  let count = 1;
  for (const size of dims) count *= size;
  return count;
}

export function areSameDims(left: readonly number[], right: readonly number[]): boolean {
  if (left === right) return true;
  if (left.length !== right.length) return false;
  for (let axis = 0; axis < left.length; axis++) if (left[axis] !== right[axis]) return false;
  return true;
}

/** A shape as a person reads it: `[batch, 3, ?]`. */
export function describeShape(shape: TensorShape): string {
  return `[${shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`;
}

/** A tensor as a person reads it: `float32 [batch, 3, 224, 224]`. */
export function describeTensor({
  type,
  shape,
}: {
  readonly type: string;
  readonly shape: TensorShape;
}): string {
  return `${type} ${describeShape(shape)}`;
}
