import type { BareSession, TensorsByName } from './bare-runtime.js';
import type { ModelProto, ValueInfoProto } from './model-proto.js';
import { NotRunError } from './not-run.error.js';
import { elementTypeCode, zerosLike, stack, rowOf, type TestTensor } from './test-tensor.js';

/** How a test of ONNX's became a model with a batch axis. */
export type BatchForm = 'its first axis is the batch' | 'a Scan over a batch of whole inputs';

/** A model whose inputs and outputs have a free axis in front, and rows whose answers are known. */
export interface BatchableModel {
  readonly name: string;
  readonly form: BatchForm;
  readonly proto: ModelProto;
  readonly rows: readonly KnownRow[];
}

/** Inputs and outputs without the batch axis. */
export interface KnownRow {
  readonly inputs: TensorsByName;
  readonly outputs: TensorsByName;
}

/** How many rows a batch has at least. */
export const LEAST_ROWS = 3;

/** A graph's input or output of rows like this one, as many as there may be. */
export function batchOf(name: string, { type, dims }: TestTensor): ValueInfoProto {
  const dim = [{ dimParam: 'batch' }, ...dims.map((size) => ({ dimValue: size }))];
  return { name, type: { tensorType: { elemType: elementTypeCode(type), shape: { dim } } } };
}

export function stackByName(rows: readonly TensorsByName[]): TensorsByName {
  const names = [...(rows[0]?.keys() ?? [])];
  return new Map(names.map((name) => [name, stack(rows.flatMap((row) => row.get(name) ?? []))]));
}

export function rowsOf(tensors: TensorsByName, count: number): TensorsByName[] {
  return Array.from({ length: count }, (_, index) => mapTensors(tensors, (tensor) => rowOf(tensor, index)));
}

export function mapTensors(
  tensors: TensorsByName,
  change: (tensor: TestTensor) => TestTensor,
): TensorsByName {
  return new Map([...tensors].map(([name, tensor]) => [name, change(tensor)]));
}

/**
 * Runs what `OnnxModel` tries a model with: two rows of zeros.
 *
 * @throws NotRunError where the model cannot stand them, as one that divides whole numbers.
 */
export async function tryZeros(session: BareSession, row: TensorsByName): Promise<void> {
  const zeros = mapTensors(row, zerosLike);
  try {
    const outputs = await session.run(stackByName([zeros, zeros]));
    const short = [...outputs].find(([, { dims }]) => dims[0] !== 2);
    if (short === undefined) return;
    throw new Error(`output "${short[0]}" has the shape [${short[1].dims.join(', ')}] for two rows`);
  } catch (error) {
    throw new NotRunError(
      'zeros, of which the trial run is, make it fail or give another shape',
      (error as Error).message,
    );
  }
}
