/**
 * The sizes of a tensor's dimensions, the batch axis first. A name stands for a size that may differ from
 * run to run; an empty name is one that the model did not name.
 */
export type TensorShape = readonly (number | string)[];

/** One input or output of a model. */
export interface TensorSignature {
  readonly name: string;
  readonly type: string;
  readonly shape: TensorShape;
}

/** What remains of a shape for one row: all but the batch axis. */
export function rowShapeOf(shape: TensorShape): TensorShape {
  return shape.slice(1);
}

export function hasFreeDimensions(rowShape: TensorShape): boolean {
  return rowShape.some((size) => typeof size === 'string');
}

/** How many elements a tensor of this size has. */
export function elementCountOf(dims: readonly number[]): number {
  return dims.reduce((count, size) => count * size, 1);
}

/** A shape as a person reads it: `[batch, 3, ?]`. */
export function describeShape(shape: TensorShape): string {
  return `[${shape.map((size) => (size === '' ? '?' : size)).join(', ')}]`;
}

/** A tensor as a person reads it: `float32 [batch, 3, 224, 224]`. */
export function describeTensor({ type, shape }: Pick<TensorSignature, 'type' | 'shape'>): string {
  return `${type} ${describeShape(shape)}`;
}
