import type { TensorData, TensorType } from '../tensors/tensor-type.js';

/** The elements of one input, and their dimensions where the model leaves some of them free. */
export interface OnnxTensorValue {
  /** The elements, row-major, in the typed array that belongs to the input's type; strings in a plain array. */
  readonly data: TensorData;
  /**
   * The size of each dimension, without the batch axis for one row, or with it for as many rows as it says, up to
   * the model's `maxRowsPerRequest`.
   */
  readonly dims: readonly number[];
}

/**
 * One caller's inputs by name, each *without* the batch axis: for an input `image` of `float32
 * [batch, 1, 28, 28]` a row is `{ image: Float32Array(784) }`. An input with free dimensions besides the
 * batch axis needs `{ data, dims }`. If `dims` has the batch axis too, the request brings as many rows as that says;
 * all its batched inputs agree on it, and its results have the batch axis then. The arrays are copied when the batch
 * is formed; they stay the caller's, who must leave them alone until the answer is there.
 */
export type OnnxRow = Readonly<Record<string, TensorData | OnnxTensorValue>>;

/** One output's part that belongs to one caller. */
export interface OnnxTensorRow {
  /** What its elements are, as the model declares it. */
  readonly type: TensorType;
  /**
   * The elements, row-major: mostly a view into the buffer that holds the whole batch's output. Read it through
   * this array, never through `data.buffer`, where the other callers' rows are too; call `data.slice()`
   * before you transfer it to another thread or keep it for long. Of a shared output each caller has a copy of its own.
   */
  readonly data: TensorData;
  /** The size of each dimension; with the batch axis only if the request came with it. */
  readonly dims: readonly number[];
}

/** One caller's outputs by name. */
export type OnnxResultRow = Readonly<Record<string, OnnxTensorRow>>;
