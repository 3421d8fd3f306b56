import type { NamedTensor } from '../model-protocol.js';
import type { BatchedInput } from '../signature/batched-tensor.js';
import { copyBlock, strideOf } from '../tensors/copy-block.js';
import type { ReadRow, RowTensor } from '../rows/read-row.js';
import { fillElements, toCopyPlaces } from '../tensors/tensor-elements.js';
import { areSameDims, elementCountOf, withBatchAxis } from '../tensors/tensor-shape.js';
import { createTensorData, type AllocateBuffer, type TensorData } from '../tensors/tensor-type.js';

/** The requests of one run, and how many rows they and the run have. */
export interface StackedRows {
  /** One or more, such as can run together. */
  readonly rows: readonly ReadRow[];
  readonly rowCount: number;
  readonly paddedRowCount: number;
}

/**
 * Makes one tensor of one input of all requests: their rows along the batch axis, shorter ones filled up at their
 * ends, and the last one repeated up to `paddedRowCount`. Each row is copied once, into a buffer that may be given
 * away and that is written from its first element to its last; the callers keep theirs.
 *
 * @param index Where the input stands among a request's tensors.
 * @throws Error if an array has become shorter or longer since it was read, so that no neighbor gets its rows.
 */
export function stackInput(
  input: BatchedInput,
  index: number,
  { rows, rowCount, paddedRowCount }: StackedRows,
  allocate: AllocateBuffer,
): NamedTensor {
  const { name, type, batchAxis } = input;
  const tensors = rows.map((row) => tensorAt(row, index));
  const [first] = tensors;
  if (first === undefined) throw new RangeError('There are no rows to be stacked.');
  for (const tensor of tensors) assertUnchanged(name, tensor);
  if (batchAxis === undefined) {
    const data = createTensorData(type, elementCountOfRow(first), allocate);
    putElements(data, first.data, 0);
    return { name, type, dims: first.dims, data };
  }
  const rowDims = input.padWith === undefined ? first.dims : longestDims(tensors);
  const dims = withBatchAxis(rowDims, batchAxis, paddedRowCount);
  const data = createTensorData(type, elementCountOf(dims), allocate);
  const isFilledUp =
    input.padWith !== undefined && tensors.some((tensor) => !areSameDims(tensor.dims, rowDims));
  if (!isFilledUp && isInFront(batchAxis, rowDims)) {
    putInFront(data, tensors, rowCount, paddedRowCount);
  } else {
    if (isFilledUp && input.padWith !== undefined) fillElements(type, data, input.padWith);
    putAlong(batchAxis, { name, type, dims, data }, tensors, paddedRowCount - rowCount);
  }
  return { name, type, dims, data };
}

/** Whether the rows lie one behind the other, as they do if nothing is in front of the batch axis but ones. */
export function isInFront(batchAxis: number, rowDims: readonly number[]): boolean {
  for (let axis = 0; axis < batchAxis; axis++) if (rowDims[axis] !== 1) return false;
  return true;
}

function tensorAt({ tensors }: ReadRow, index: number): RowTensor {
  const tensor = tensors[index];
  if (tensor === undefined) throw new RangeError(`A row has no tensor ${index}.`);
  return tensor;
}

/** Callers who have got an answer, or have left, do what they like with their arrays. */
function assertUnchanged(name: string, tensor: RowTensor): void {
  const expected = elementCountOfRow(tensor);
  const { length } = tensor.data;
  if (length !== expected) {
    throw new Error(
      `input "${name}" has ${length} elements now and had ${expected} when it was read: leave arrays alone until the answer is there`,
    );
  }
}

function elementCountOfRow({ dims, rowCount = 1 }: RowTensor): number {
  return elementCountOf(dims) * rowCount;
}

/** The dimensions of a row to which all of these can be filled up. */
export function longestDims(tensors: readonly RowTensor[]): readonly number[] {
  const [first, ...others] = tensors;
  const longest = [...(first?.dims ?? [])];
  for (const { dims } of others) {
    for (let axis = 0; axis < longest.length; axis++) {
      longest[axis] = Math.max(longest[axis] ?? 0, dims[axis] ?? 0);
    }
  }
  return longest;
}

function putInFront(
  data: TensorData,
  tensors: readonly RowTensor[],
  rowCount: number,
  paddedRowCount: number,
): void {
  let end = 0;
  for (const tensor of tensors) {
    putElements(data, tensor.data, end);
    end += elementCountOfRow(tensor);
  }
  const rowLength = end / rowCount;
  const elements: CopiesWithin = data as Exclude<TensorData, readonly string[]> | string[];
  for (let row = rowCount; row < paddedRowCount; row++)
    elements.copyWithin(row * rowLength, end - rowLength, end);
}

function putAlong(
  batchAxis: number,
  target: NamedTensor,
  tensors: readonly RowTensor[],
  repetitions: number,
): void {
  const elements = toCopyPlaces(target.data);
  const stride = strideOf(target.dims, batchAxis);
  let start = 0;
  for (const { data, dims, rowCount = 1 } of tensors) {
    const block = withBatchAxis(dims, batchAxis, rowCount);
    copyBlock(
      block,
      { elements: toCopyPlaces(data), dims: block, start: 0 },
      { elements, dims: target.dims, start },
    );
    start += rowCount * stride;
  }
  const last = tensors.at(-1);
  if (last === undefined || repetitions === 0) return;
  const lastDims = withBatchAxis(last.dims, batchAxis, last.rowCount ?? 1);
  const lastStart = ((last.rowCount ?? 1) - 1) * strideOf(lastDims, batchAxis);
  const from = { elements: toCopyPlaces(last.data), dims: lastDims, start: lastStart };
  const block = withBatchAxis(last.dims, batchAxis, 1);
  for (let row = 0; row < repetitions; row++) {
    copyBlock(block, from, { elements, dims: target.dims, start: start + row * stride });
  }
}

/** What arrays of every element type have in common, each for its own elements. */
interface TakesElements {
  set(elements: ArrayLike<number | bigint>, start: number): void;
}

interface CopiesWithin {
  copyWithin(target: number, start: number, end: number): unknown;
}

/** Both are of the same type, since the reader has looked. */
function putElements(target: TensorData, source: TensorData, start: number): void {
  if ('buffer' in target && 'buffer' in source) {
    const taker: TakesElements = target;
    taker.set(source, start);
    return;
  }
  const strings = target as string[];
  for (let index = 0; index < source.length; index++) strings[start + index] = String(source[index]);
}
