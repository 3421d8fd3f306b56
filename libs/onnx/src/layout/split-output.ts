import type { NamedTensor } from '../model-protocol.js';
import type { OnnxTensorRow } from '../rows/onnx-row.js';
import type { BatchedTensor } from '../signature/batched-tensor.js';
import { copyBlock, isContiguous, strideOf } from '../tensors/copy-block.js';
import type { DynamicAxis } from '../signature/dynamic-axis.js';
import type { ReadRow } from '../rows/read-row.js';
import { isInFront } from './stack-input.js';
import { sliceElements, toCopyPlaces } from '../tensors/tensor-elements.js';
import {
  areSameDims,
  describeShape,
  elementCountOf,
  rowShapeOf,
  withBatchAxis,
} from '../tensors/tensor-shape.js';
import { createTensorData } from '../tensors/tensor-type.js';

/** An output, and which of its rows' dimensions have padding to be cut off. */
export interface ExpectedOutput extends BatchedTensor {
  readonly cuts: readonly { readonly axis: number; readonly dynamicAxis: number; readonly name: string }[];
}

/** What the run was that an output comes from. */
export interface RunSizes {
  readonly paddedRowCount: number;
  /** The length of the longest row along each dynamic axis. */
  readonly paddedLengths: readonly number[];
}

export function toExpectedOutput(output: BatchedTensor, dynamicAxes: readonly DynamicAxis[]): ExpectedOutput {
  const rowShape = rowShapeOf(output.shape, output.batchAxis);
  const cuts = rowShape.flatMap((size, axis) => {
    const dynamicAxis = dynamicAxes.findIndex(({ name }) => name === size);
    return dynamicAxis === -1 ? [] : [{ axis, dynamicAxis, name: String(size) }];
  });
  return { ...output, cuts };
}

/** What is wrong with an output's dimensions, in words; undefined where nothing is. */
export function describeOutputFault(
  { batchAxis, cuts }: ExpectedOutput,
  { name, dims }: NamedTensor,
  { paddedRowCount, paddedLengths }: RunSizes,
): string | undefined {
  const text = `output "${name}" came with shape ${describeShape(dims)}`;
  if (batchAxis !== undefined && dims[batchAxis] !== paddedRowCount) {
    const axis = batchAxis === 0 ? 'its first dimension' : `its axis ${batchAxis}`;
    return `${text} for a batch of ${paddedRowCount}; ${axis} must be the batch`;
  }
  const rowDims = rowShapeOf(dims, batchAxis);
  const cut = cuts.find(({ axis, dynamicAxis }) => rowDims[axis] !== paddedLengths[dynamicAxis]);
  if (cut === undefined) return undefined;
  return `${text} for inputs whose ${cut.name} is ${paddedLengths[cut.dynamicAxis]}; its ${cut.name} must be the same`;
}

/**
 * Takes an output apart: to each request its own rows, in their order, without what was filled up. Where they lie one
 * behind the other nothing is copied; their data are a view into the output's buffer.
 *
 * @param give Takes what belongs to the request at that index.
 * @throws Error if the output's dimensions are not those of the run. Whose a row is, nobody could say then.
 */
export function splitOutput(
  expected: ExpectedOutput,
  output: NamedTensor,
  rows: readonly ReadRow[],
  sizes: RunSizes,
  give: (index: number, tensor: OnnxTensorRow) => void,
): void {
  const fault = describeOutputFault(expected, output, sizes);
  if (fault !== undefined) throw new Error(fault);
  const { type, data, dims } = output;
  const { batchAxis, cuts } = expected;
  if (batchAxis === undefined) {
    rows.forEach(({ lengths }, index) => {
      const ownDims = Object.freeze([...cutDims(dims, cuts, lengths)]);
      // Callers may write to what they get, so each has elements of their own.
      const isOwn = index === 0 && areSameDims(ownDims, dims);
      give(index, toTensor(type, isOwn ? data : copyOfBlock(output, ownDims, 0), ownDims));
    });
    return;
  }
  const rowDims = Object.freeze(rowShapeOf(dims, batchAxis));
  const stride = strideOf(dims, batchAxis);
  const areViews = isInFront(batchAxis, rowDims);
  let start = 0;
  for (let index = 0; index < rows.length; index++) {
    const { rowCount, hasBatchAxis, lengths } = rows[index]!;
    const ownDims = cuts.length === 0 ? rowDims : cutDims(rowDims, cuts, lengths);
    const end = start + rowCount * stride;
    const own =
      areViews && ownDims === rowDims
        ? sliceElements(data, start, end)
        : takeBlock(output, withBatchAxis(ownDims, batchAxis, rowCount), start);
    give(index, toTensor(type, own, hasBatchAxis ? withBatchAxis(ownDims, batchAxis, rowCount) : ownDims));
    start = end;
  }
}

/**
 * Written as one literal, V8 comes to put these among the old objects, since some always wait for their callers: each
 * would keep its view alive until the next full collection. What begins empty is always young.
 */
function toTensor(
  type: OnnxTensorRow['type'],
  data: OnnxTensorRow['data'],
  dims: OnnxTensorRow['dims'],
): OnnxTensorRow {
  const tensor: { -readonly [TKey in keyof OnnxTensorRow]?: OnnxTensorRow[TKey] } = {};
  tensor.type = type;
  tensor.data = data;
  tensor.dims = dims;
  return tensor as OnnxTensorRow;
}

function cutDims(
  rowDims: readonly number[],
  cuts: ExpectedOutput['cuts'],
  lengths: readonly number[],
): readonly number[] {
  if (cuts.every(({ axis, dynamicAxis }) => lengths[dynamicAxis] === rowDims[axis])) return rowDims;
  const dims = [...rowDims];
  for (const { axis, dynamicAxis } of cuts) dims[axis] = lengths[dynamicAxis] ?? 0;
  return dims;
}

/** A view where the block lies in one piece, else a copy. */
function takeBlock(
  { type, data, dims }: NamedTensor,
  block: readonly number[],
  start: number,
): OnnxTensorRow['data'] {
  return isContiguous(block, dims)
    ? sliceElements(data, start, start + elementCountOf(block))
    : copyOfBlock({ type, data, dims }, block, start);
}

function copyOfBlock(
  { type, data, dims }: Pick<NamedTensor, 'type' | 'data' | 'dims'>,
  block: readonly number[],
  start: number,
): OnnxTensorRow['data'] {
  const copy = createTensorData(type, elementCountOf(block));
  copyBlock(
    block,
    { elements: toCopyPlaces(data), dims, start },
    { elements: toCopyPlaces(copy), dims: block, start: 0 },
  );
  return copy;
}
