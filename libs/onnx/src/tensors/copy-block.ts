import type { CopyPlaces } from './tensor-elements.js';

/** Where a block lies in a tensor. */
export interface BlockPlace {
  readonly elements: CopyPlaces;
  /** The dimensions of the whole tensor. */
  readonly dims: readonly number[];
  /** The block's first element, counted in elements of the tensor. */
  readonly start: number;
}

/**
 * Copies a block of elements from one tensor into another of the same type and number of dimensions, in runs as
 * long as both tensors have the elements one behind the other.
 *
 * @param block The size of the block along each axis.
 */
export function copyBlock(block: readonly number[], from: BlockPlace, to: BlockPlace): void {
  let runAxis = block.length - 1;
  let runLength = block[runAxis] ?? 1;
  while (runAxis > 0 && from.dims[runAxis] === block[runAxis] && to.dims[runAxis] === block[runAxis]) {
    runAxis -= 1;
    runLength *= block[runAxis] ?? 1;
  }
  copyRuns(block, 0, runAxis, runLength, from, from.start, to, to.start);
}

/** Whether the elements of a block lie one behind the other in a tensor of these dimensions. */
export function isContiguous(block: readonly number[], dims: readonly number[]): boolean {
  let axis = 0;
  while (axis < block.length && block[axis] === 1) axis += 1;
  for (let inner = axis + 1; inner < block.length; inner++) if (block[inner] !== dims[inner]) return false;
  return true;
}

/** How far apart two neighbors along an axis are, in elements. */
export function strideOf(dims: readonly number[], axis: number): number {
  let stride = 1;
  for (let inner = axis + 1; inner < dims.length; inner++) stride *= dims[inner] ?? 1;
  return stride;
}

function copyRuns(
  block: readonly number[],
  axis: number,
  runAxis: number,
  runLength: number,
  from: BlockPlace,
  fromStart: number,
  to: BlockPlace,
  toStart: number,
): void {
  if (axis >= runAxis) {
    const { scale } = to.elements;
    copyRun(from.elements.places, fromStart * scale, to.elements.places, toStart * scale, runLength * scale);
    return;
  }
  const count = block[axis] ?? 1;
  const fromStride = strideOf(from.dims, axis);
  const toStride = strideOf(to.dims, axis);
  for (let index = 0; index < count; index++) {
    copyRuns(
      block,
      axis + 1,
      runAxis,
      runLength,
      from,
      fromStart + index * fromStride,
      to,
      toStart + index * toStride,
    );
  }
}

function copyRun(
  from: Uint8Array | string[],
  fromStart: number,
  to: Uint8Array | string[],
  toStart: number,
  length: number,
): void {
  if (!Array.isArray(from) && !Array.isArray(to)) {
    to.set(from.subarray(fromStart, fromStart + length), toStart);
    return;
  }
  for (let index = 0; index < length; index++) to[toStart + index] = from[fromStart + index] ?? '';
}
