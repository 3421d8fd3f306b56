import { describeValue } from 'nestjs-batching/core';

import type { BatchedInput } from '../signature/batched-tensor.js';
import { cutName } from './cut-text.js';
import { isTensorValue, withArticle } from './describe-received.js';
import type { RowTensor } from './read-row.js';
import {
  describeShape,
  describeTensor,
  elementCountOf,
  hasFreeDimensions,
  rowShapeOf,
  type TensorShape,
} from '../tensors/tensor-shape.js';
import { arrayNameOf, arrayNameOfValue, type TensorData } from '../tensors/tensor-type.js';

/** An input and what callers may send for it. */
export interface ExpectedInput extends BatchedInput {
  readonly arrayName: string;
  /** The shape of one row; of a shared input the whole. */
  readonly rowShape: TensorShape;
  /** The row's dimensions and number of elements, where no dimension is free. */
  readonly fixedDims: readonly number[] | undefined;
  readonly fixedLength: number;
  /** How many rows one request may bring. */
  readonly maxRows: number;
  /** Such as `float32 [1, 28, 28] (a Float32Array of length 784)`. */
  readonly description: string;
}

export function toExpectedInput(input: BatchedInput, maxRowsPerRequest: number): ExpectedInput {
  const { type, shape, batchAxis } = input;
  const rowShape = rowShapeOf(shape, batchAxis);
  const fixedDims = hasFreeDimensions(rowShape) ? undefined : Object.freeze(rowShape as readonly number[]);
  const fixedLength = fixedDims === undefined ? 0 : elementCountOf(fixedDims);
  const arrayName = arrayNameOf(type);
  const maxRows = batchAxis === undefined ? 1 : maxRowsPerRequest;
  const form =
    fixedDims === undefined
      ? `{ data: ${arrayName}, dims }`
      : `${arrayName === 'Array' ? 'an array' : withArticle(arrayName)} of length ${fixedLength}`;
  const rows = rowShape.toSpliced(batchAxis ?? 0, 0, `1 to ${maxRows}`);
  const many = maxRows > 1 ? ` or rows of them ({ data: ${arrayName}, dims: ${describeShape(rows)} })` : '';
  const description = `${describeTensor({ type, shape: rowShape })} (${form})${many}`;
  return { ...input, arrayName, rowShape, fixedDims, fixedLength, maxRows, description };
}

/** What came for the input, if it is of the right type and shape; else undefined. */
export function readTensor(input: ExpectedInput, value: unknown): RowTensor | undefined {
  if (arrayNameOfValue(value) === input.arrayName) {
    const data = value as TensorData;
    if (input.fixedDims === undefined || data.length !== input.fixedLength) return undefined;
    return { data, dims: input.fixedDims, rowCount: undefined };
  }
  if (!isTensorValue(value) || arrayNameOfValue(value.data) !== input.arrayName) return undefined;
  const data = value.data as TensorData;
  const tensor = toRowTensor(input, data, value.dims);
  if (tensor === undefined) return undefined;
  return data.length === elementCountOf(tensor.dims) * (tensor.rowCount ?? 1) ? tensor : undefined;
}

/** Whether what came has a dimension of size 0, of which nothing can be stacked. */
export function hasEmptyDimension(value: unknown): boolean {
  return isTensorValue(value) && Array.isArray(value.dims) && value.dims.includes(0);
}

/**
 * What is wrong with the elements themselves: ONNX Runtime takes a bool's byte as it is, so that any but 0 and 1
 * would make undefined results; it takes no array that holds anything but strings; and its binding for Node cuts a
 * string off at the first U+0000, so that the model would answer for another one.
 */
export function describeElementFault({ type }: ExpectedInput, data: TensorData): string | undefined {
  if (type !== 'bool' && type !== 'string') return undefined;
  for (let index = 0; index < data.length; index++) {
    const element: unknown = data[index];
    if (type === 'bool' && element !== 0 && element !== 1) {
      return ` with 0 for false and 1 for true, received ${String(element)} at index ${index}`;
    }
    if (type === 'string' && typeof element !== 'string') {
      return ` of strings, received ${cutName(describeValue(element))} at index ${index}`;
    }
    if (typeof element === 'string' && element.includes('\0')) {
      return ` of strings without U+0000, received one at index ${index} with U+0000 at its index ${element.indexOf('\0')}`;
    }
  }
  return undefined;
}

/** The dimensions if they are such that the model takes, with or without the batch axis; otherwise undefined. */
function toRowTensor(
  { rowShape, batchAxis, maxRows }: ExpectedInput,
  data: TensorData,
  dims: unknown,
): RowTensor | undefined {
  if (!Array.isArray(dims)) return undefined;
  const sizes: readonly unknown[] = dims;
  if (sizes.length === rowShape.length) {
    // A copy: the caller may change the original while the request waits.
    const dims = [...sizes];
    return isAllowed(rowShape, dims) ? { data, dims, rowCount: undefined } : undefined;
  }
  if (batchAxis === undefined || sizes.length !== rowShape.length + 1) return undefined;
  const rowCount = sizes[batchAxis];
  const rowDims = rowShapeOf(sizes, batchAxis);
  if (!isSize(rowCount) || rowCount > maxRows || !isAllowed(rowShape, rowDims)) return undefined;
  return { data, dims: rowDims, rowCount };
}

function isAllowed(rowShape: TensorShape, dims: readonly unknown[]): dims is readonly number[] {
  for (let axis = 0; axis < rowShape.length; axis++) {
    const size = rowShape[axis];
    if (typeof size === 'number' ? dims[axis] !== size : !isSize(dims[axis])) return false;
  }
  return true;
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
