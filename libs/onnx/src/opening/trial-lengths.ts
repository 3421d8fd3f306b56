import type { NamedTensor } from '../model-protocol.js';
import type { BatchedInput } from '../signature/batched-tensor.js';
import { copyBlock } from '../tensors/copy-block.js';
import type { DynamicAxis } from '../signature/dynamic-axis.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { fillElements, toCopyPlaces, zeroOf } from '../tensors/tensor-elements.js';
import { areSameDims, elementCountOf } from '../tensors/tensor-shape.js';
import { createTensorData } from '../tensors/tensor-type.js';
import type { TrialInputs } from './trial-inputs.js';

type LengthenedSignature = Pick<ModelSignature, 'inputs' | 'dynamicAxes'>;

/**
 * The same, at half of its lengths; a single position becomes several, filled up as padding is, but real to masks and
 * lengths. Undefined where there are no other lengths: without dynamic axes, or if rows have one position at most.
 */
export function withOtherLengths(
  { inputs, dynamicAxes }: LengthenedSignature,
  trial: TrialInputs,
): TrialInputs | undefined {
  const lengths = dynamicAxes.map((axis, index) => otherLength(axis, index, trial.lengths[index] ?? 1));
  if (lengths.every((length, index) => length === trial.lengths[index])) return undefined;
  return {
    areZeros: trial.areZeros,
    lengths,
    create: (rowCount) =>
      trial.create(rowCount).map((tensor, index) => resize(tensor, inputs[index], dynamicAxes, lengths)),
  };
}

/** Several axes of one position each become of different length, so that outputs show which of them they follow. */
function otherLength({ maxLength }: DynamicAxis, index: number, length: number): number {
  return length === 1 ? Math.min(maxLength, 2 + index) : Math.floor(length / 2);
}

function resize(
  tensor: NamedTensor,
  input: BatchedInput | undefined,
  dynamicAxes: readonly DynamicAxis[],
  lengths: readonly number[],
): NamedTensor {
  const { name, type } = tensor;
  const told = dynamicAxes.findIndex((axis) => axis.lengths === name);
  if (told !== -1) {
    fillElements(type, tensor.data, lengths[told] ?? 1);
    return tensor;
  }
  const sizeOf = (size: number | string | undefined): number | undefined =>
    lengths[dynamicAxes.findIndex((axis) => axis.name === size)];
  const dims = tensor.dims.map((size, axis) =>
    axis === input?.batchAxis ? size : (sizeOf(input?.shape[axis]) ?? size),
  );
  if (areSameDims(dims, tensor.dims)) return tensor;
  const data = createTensorData(type, elementCountOf(dims));
  const isMask = dynamicAxes.some(({ mask }) => mask === name);
  fillElements(type, data, isMask ? 1 : (input?.padWith ?? zeroOf(type)));
  const block = dims.map((size, axis) => Math.min(size, tensor.dims[axis] ?? size));
  copyBlock(
    block,
    { elements: toCopyPlaces(tensor.data), dims: tensor.dims, start: 0 },
    { elements: toCopyPlaces(data), dims, start: 0 },
  );
  return { name, type, dims, data };
}
