import type { BatchedInput, BatchedTensor, DynamicAxis, ModelSignature } from 'nestjs-batching/onnx';

/** A tensor of which only what a test is about has to be said. The batch axis is the first. */
export function tensor<TTensor extends Partial<BatchedInput>>(given: TTensor): BatchedInput {
  return { name: 'x', type: 'float32', shape: ['batch'], batchAxis: 0, ...given };
}

/** An axis that any rows share. */
export function dynamicAxis(given: Partial<DynamicAxis> = {}): DynamicAxis {
  return {
    name: 'length',
    mask: undefined,
    lengths: undefined,
    maxLength: Infinity,
    maxPaddingShare: 1,
    ...given,
  };
}

/** A signature of which only what a test is about has to be said. Without outputs it gives its inputs back. */
export function signature(given: Partial<ModelSignature>): ModelSignature {
  const inputs = given.inputs ?? [tensor({})];
  const outputs: readonly BatchedTensor[] = inputs.map(({ name, type, shape, batchAxis }) => ({
    name,
    type,
    shape,
    batchAxis,
  }));
  return {
    inputs,
    outputs,
    dynamicAxes: [],
    fixedBatchSize: undefined,
    allowedBatchSizes: undefined,
    maxRowsPerRequest: 1,
    ...given,
  };
}
