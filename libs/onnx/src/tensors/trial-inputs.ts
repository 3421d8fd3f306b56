import type { NamedTensor } from '../model-protocol.js';
import type { ModelSignature } from './model-signature.js';
import { fillElements, zeroOf } from './tensor-elements.js';
import { elementCountOf } from './tensor-shape.js';
import { createTensorData } from './tensor-type.js';

/** That many rows of zeros for every input; a dimension that is free counts 1, and masks and lengths are ones. */
export function makeTrialInputs(
  { inputs, dynamicAxes }: Pick<ModelSignature, 'inputs' | 'dynamicAxes'>,
  rowCount: number,
): readonly NamedTensor[] {
  const ones = new Set(dynamicAxes.flatMap(({ mask, lengths }) => [mask, lengths]));
  return inputs.map(({ name, type, shape, batchAxis }) => {
    const dims = shape.map((size, axis) =>
      axis === batchAxis ? rowCount : typeof size === 'number' ? size : 1,
    );
    const data = createTensorData(type, elementCountOf(dims));
    fillElements(type, data, ones.has(name) ? 1 : zeroOf(type));
    return { name, type, dims, data };
  });
}
