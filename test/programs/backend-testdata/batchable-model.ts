import type { BareSession, TensorsByName } from './bare-runtime.js';
import type { ModelProto, ValueInfoProto } from './model-proto.js';
import { elementTypeCode, zerosLike, stack, rowOf, type TestTensor } from './test-tensor.js';

/** How a test of ONNX's became a model with a batch axis. */
export type BatchForm = 'its first axis is the batch' | 'a Scan over a batch of whole inputs';

/** A model whose inputs and outputs have a free axis in front, and rows whose answers are known. */
export interface BatchableModel {
  readonly name: string;
  readonly form: BatchForm;
  readonly proto: ModelProto;
  readonly rows: readonly KnownRow[];
  /** Whether it makes nothing of zeros, as one that divides whole numbers. */
  readonly needsWarmupRow: boolean;
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

/** Whether a model can be tried with two rows of zeros, as `OnnxModel` does where nothing else is given. */
export function canRunZeros(session: BareSession, row: TensorsByName): Promise<boolean> {
  return canRunTwice(session, mapTensors(row, zerosLike));
}

/** Whether a model can be tried with a row twice. */
export async function canRunTwice(session: BareSession, row: TensorsByName): Promise<boolean> {
  try {
    const outputs = await session.run(stackByName([row, row]));
    return [...outputs.values()].every(({ dims }) => dims[0] === 2);
  } catch {
    return false;
  }
}
