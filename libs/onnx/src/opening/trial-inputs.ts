import type { NamedTensor } from '../model-protocol.js';
import type { ModelSignature } from '../signature/model-signature.js';
import type { ReadRow } from '../rows/read-row.js';
import { stackInput } from '../layout/stack-input.js';
import { fillElements, zeroOf } from '../tensors/tensor-elements.js';
import { elementCountOf } from '../tensors/tensor-shape.js';
import { allocateNewBuffer, createTensorData } from '../tensors/tensor-type.js';

type TriedSignature = Pick<ModelSignature, 'inputs' | 'dynamicAxes'>;

/** What a model is tried out with before any request has come. */
export interface TrialInputs {
  /** Whether they are zeros, for want of anything better. */
  readonly areZeros: boolean;
  /** How long each row is along the dynamic axes, in their order. */
  readonly lengths: readonly number[];
  /** That many rows for every input. */
  create(rowCount: number): readonly NamedTensor[];
}

/** Zeros; a dimension that is free counts 1, and masks and lengths are ones. */
export function trialInputsOfZeros({ inputs, dynamicAxes }: TriedSignature): TrialInputs {
  const ones = new Set(dynamicAxes.flatMap(({ mask, lengths }) => [mask, lengths]));
  return {
    areZeros: true,
    lengths: dynamicAxes.map(() => 1),
    create: (rowCount) =>
      inputs.map(({ name, type, shape, batchAxis }) => {
        const dims = shape.map((size, axis) =>
          axis === batchAxis ? rowCount : typeof size === 'number' ? size : 1,
        );
        const data = createTensorData(type, elementCountOf(dims));
        fillElements(type, data, ones.has(name) ? 1 : zeroOf(type));
        return { name, type, dims, data };
      }),
  };
}

/** The same row again and again. */
export function trialInputsOfRow({ inputs }: TriedSignature, row: ReadRow): TrialInputs {
  return {
    areZeros: false,
    lengths: row.lengths,
    create: (paddedRowCount) =>
      inputs.map((input, index) =>
        stackInput(input, index, { rows: [row], rowCount: 1, paddedRowCount }, allocateNewBuffer),
      ),
  };
}
