import type { NamedTensor } from '../model-protocol.js';
import type { OnnxResultRow, OnnxTensorRow } from '../onnx-row.js';
import { describeShape, elementCountOf } from './tensor-shape.js';

/**
 * Takes a batch's outputs apart: row *i* is what the model gave for request *i*. Nothing is copied; the data of
 * each row is a view into the output's buffer.
 *
 * @throws Error if an output does not have one row for each request. Whose a row is, nobody could say then.
 */
export function splitRows(outputs: readonly NamedTensor[], batchSize: number): readonly OnnxResultRow[] {
  const rowsByOutput = outputs.map((output) => splitOutput(output, batchSize));
  return Array.from({ length: batchSize }, (_, index) =>
    Object.fromEntries(rowsByOutput.map(({ name, rowAt }) => [name, rowAt(index)])),
  );
}

/** What is wrong with an output's batch axis, in words; undefined where nothing is. */
export function describeBatchAxisFault({ name, dims }: NamedTensor, batchSize: number): string | undefined {
  if (dims[0] === batchSize) return undefined;
  return `output "${name}" came with shape ${describeShape(dims)} for a batch of ${batchSize}; its first dimension must be the batch`;
}

function splitOutput(
  output: NamedTensor,
  batchSize: number,
): { readonly name: string; readonly rowAt: (index: number) => OnnxTensorRow } {
  const fault = describeBatchAxisFault(output, batchSize);
  if (fault !== undefined) throw new Error(fault);
  const { name, type, data, dims } = output;
  const rowDims = Object.freeze(dims.slice(1));
  const rowLength = elementCountOf(rowDims);
  return {
    name,
    rowAt: (index) => ({
      type,
      data: data.subarray(index * rowLength, (index + 1) * rowLength),
      dims: rowDims,
    }),
  };
}
