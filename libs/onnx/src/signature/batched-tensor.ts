import type { TensorElement } from '../tensors/tensor-elements.js';
import type { TensorShape } from '../tensors/tensor-shape.js';
import type { TensorType } from '../tensors/tensor-type.js';

/** An input or output as it is batched: a tensor of a supported type with an axis for the batch, or a shared one. */
export interface BatchedTensor {
  /** As the model calls it. */
  readonly name: string;
  /** What its elements are. */
  readonly type: TensorType;
  /** With the batch axis in its place. Free dimensions are narrowed to what the application declared. */
  readonly shape: TensorShape;
  /** Which axis of `shape` is the batch, counted from 0; undefined for a tensor that all rows of a run share. */
  readonly batchAxis: number | undefined;
}

/** An input as it is batched. */
export interface BatchedInput extends BatchedTensor {
  /** What fills up shorter rows; undefined where none are shorter, since no dimension is dynamic. */
  readonly padWith?: TensorElement;
}
