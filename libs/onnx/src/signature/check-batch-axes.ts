import type { ConfigFault } from 'nestjs-batching/core';

import type { BatchedTensor } from './batched-tensor.js';
import { describeShape, describeTensor } from '../tensors/tensor-shape.js';

/** What the tensors' batch axes have against each other. Of outputs, the trial run tells the rest. */
export function checkBatchAxes(
  inputs: readonly BatchedTensor[],
  outputs: readonly BatchedTensor[],
): ConfigFault[] {
  const batchNames = new Set(
    inputs.map(batchSizeOf).filter((size) => typeof size === 'string' && size !== ''),
  );
  const isBatch = (size: number | string): boolean => batchNames.has(size);
  const faults = [
    ...inputs.map((tensor) => ({
      field: `inputs.${tensor.name}`,
      problem: describeForeignBatch(tensor, isBatch),
    })),
    ...inputs.map((tensor) => ({ field: `inputs.${tensor.name}`, problem: describeOddSize(tensor, inputs) })),
    ...outputs.map((tensor) => ({
      field: `outputs.${tensor.name}`,
      problem: describeForeignBatch(tensor, isBatch, '; or name in `outputs` only those that you need'),
    })),
  ].flatMap(({ field, problem }) => (problem === undefined ? [] : [{ field, problem }]));
  if (inputs.length > 0 && inputs.every(({ batchAxis }) => batchAxis === undefined)) {
    faults.unshift({ field: 'inputs', problem: 'every input is shared, so that none carries the batch' });
  }
  return faults;
}

/** The number of rows at which the model's inputs are fixed; undefined where they are free. */
export function findFixedBatchSize(inputs: readonly BatchedTensor[]): number | undefined {
  const fixed = inputs.map(batchSizeOf).find((size) => typeof size === 'number');
  return fixed;
}

function batchSizeOf({ shape, batchAxis }: BatchedTensor): number | string | undefined {
  return batchAxis === undefined ? undefined : shape[batchAxis];
}

/** The batch may be nowhere but in its axis. */
function describeForeignBatch(
  tensor: BatchedTensor,
  isBatch: (size: number | string) => boolean,
  advice = '',
): string | undefined {
  const { shape, batchAxis } = tensor;
  const foreignAxis = shape.findIndex((size, axis) => axis !== batchAxis && isBatch(size));
  const text = `the model has it as ${describeShape(shape)}`;
  if (batchAxis === undefined) {
    return foreignAxis === -1
      ? undefined
      : `declared \`shared\`, but ${text}, whose axis ${foreignAxis} is the batch; declare \`batchAxis: ${foreignAxis}\` instead`;
  }
  if (foreignAxis === -1) return describeLikelyBatch(tensor);
  return isBatch(shape[batchAxis] ?? '')
    ? `${text}, where a row's size is that of its batch: rows that depend on each other cannot be batched${advice}`
    : `${text}, whose batch is axis ${foreignAxis} and not ${batchAxis}; declare \`batchAxis: ${foreignAxis}\`${advice}`;
}

/** A fixed size in the place of the batch while another axis is called by its name is an axis overlooked. */
function describeLikelyBatch({ shape, batchAxis = 0 }: BatchedTensor): string | undefined {
  if (typeof shape[batchAxis] !== 'number') return undefined;
  const axis = shape.findIndex((size) => typeof size === 'string' && /^batch/i.test(size));
  return axis === -1
    ? undefined
    : `the model has it as ${describeShape(shape)}, whose axis ${batchAxis} is fixed and whose axis ${axis} is the batch by its name; declare \`batchAxis: ${axis}\``;
}

/** All inputs must be free along the batch, or fixed at the same size. */
function describeOddSize(tensor: BatchedTensor, inputs: readonly BatchedTensor[]): string | undefined {
  const size = batchSizeOf(tensor);
  if (typeof size !== 'number') return undefined;
  const other = inputs.find((input) => ![undefined, size].includes(batchSizeOf(input) as number | undefined));
  if (other === undefined) return undefined;
  return (
    `the model has it as ${describeTensor(tensor)}, whose batch size is fixed at ${size}, unlike that of ` +
    `${other.name}: ${describeTensor(other)}; declare \`shared: true\` if it belongs to all rows alike, its \`batchAxis\` ` +
    'if that is another, or export the model with the same batch size for all inputs'
  );
}
