import type { TensorData } from '../tensors/tensor-type.js';

/** One input of one request, checked. */
export interface RowTensor {
  /** The elements, row-major: the caller's own array, unless it is a mask or a length that was left out. */
  readonly data: TensorData;
  /** The dimensions of one row, without the batch axis; of a shared input the whole. */
  readonly dims: readonly number[];
  /** How many rows, one behind the other along the batch axis; undefined for one that came without that axis. */
  readonly rowCount: number | undefined;
}

/** One request's inputs, checked. */
export interface ReadRow {
  /** In the order of the model's inputs. */
  readonly tensors: readonly RowTensor[];
  /** How many rows the request brings. */
  readonly rowCount: number;
  /** Whether it came with the batch axis; its results have that axis too, then. */
  readonly hasBatchAxis: boolean;
  /** The size of its rows along each dynamic axis, in their order. */
  readonly lengths: readonly number[];
}
