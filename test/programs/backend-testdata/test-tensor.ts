import { readFile } from 'node:fs/promises';

import type { NumericTensorData, TensorData } from 'nestjs-batching/onnx';

import { loadOnnxProto } from '../../../libs/testing/src/onnx-models/onnx-proto.js';
import type { Integer, TensorProto } from './model-proto.js';

/** A tensor of the test data. A float16 is its 16 bits. */
export interface TestTensor {
  /** In ONNX Runtime's words; those that it has none for carry ONNX's. */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

type NumericArray = new (buffer: ArrayBuffer) => NumericTensorData;

/** The names of ONNX's element types by their numbers, and what holds them. */
const ELEMENT_TYPES: Readonly<Record<number, { readonly name: string; readonly array?: NumericArray }>> = {
  1: { name: 'float32', array: Float32Array },
  2: { name: 'uint8', array: Uint8Array },
  3: { name: 'int8', array: Int8Array },
  4: { name: 'uint16', array: Uint16Array },
  5: { name: 'int16', array: Int16Array },
  6: { name: 'int32', array: Int32Array },
  7: { name: 'int64', array: BigInt64Array },
  8: { name: 'string' },
  9: { name: 'bool', array: Uint8Array },
  10: { name: 'float16', array: Uint16Array },
  11: { name: 'float64', array: Float64Array },
  12: { name: 'uint32', array: Uint32Array },
  13: { name: 'uint64', array: BigUint64Array },
  14: { name: 'complex64' },
  15: { name: 'complex128' },
  16: { name: 'bfloat16', array: Uint16Array },
};

export function elementTypeName(code: number): string {
  return ELEMENT_TYPES[code]?.name ?? `type ${code}`;
}

export function elementTypeCode(name: string): number {
  return Number(Object.entries(ELEMENT_TYPES).find(([, type]) => type.name === name)?.[0]);
}

/** Reads a file that holds a `TensorProto`. @throws Error where the type has no array to be read into. */
export async function readTensorFile(path: string): Promise<TestTensor> {
  const type = await loadOnnxProto('TensorProto');
  return toTestTensor(type.decode(await readFile(path)) as unknown as TensorProto);
}

function toTestTensor(proto: TensorProto): TestTensor {
  const type = elementTypeName(proto.dataType);
  const dims = proto.dims.map(Number);
  if (type === 'string') {
    return { type, dims, data: (proto.stringData ?? []).map((bytes) => Buffer.from(bytes).toString('utf8')) };
  }
  const array = ELEMENT_TYPES[proto.dataType]?.array;
  if (array === undefined) throw new Error(`${type} cannot be read`);
  return { type, dims, data: readElements(array, proto) };
}

function readElements(array: NumericArray, proto: TensorProto): TensorData {
  // A copy, since the bytes lie in a larger file and are not aligned.
  if ((proto.rawData?.length ?? 0) > 0) return new array(new Uint8Array(proto.rawData ?? []).buffer);
  const lists = [proto.floatData, proto.doubleData, proto.int32Data, proto.int64Data, proto.uint64Data];
  const list: readonly Integer[] = lists.find((candidate) => (candidate?.length ?? 0) > 0) ?? [];
  const bytesEach = new array(new ArrayBuffer(0)).BYTES_PER_ELEMENT;
  const elements = new array(new ArrayBuffer(list.length * bytesEach));
  list.forEach((value, index) => {
    if (elements instanceof BigInt64Array || elements instanceof BigUint64Array) {
      elements[index] = BigInt(value.toString());
    } else {
      elements[index] = Number(value);
    }
  });
  return elements;
}

/** Row *i* of a tensor, which has one axis less. */
export function rowOf({ type, dims, data }: TestTensor, index: number): TestTensor {
  const length = dims.slice(1).reduce((product, size) => product * size, 1);
  return { type, dims: dims.slice(1), data: data.slice(index * length, (index + 1) * length) };
}

/** Rows of one shape, one behind the other. */
export function stack(rows: readonly TestTensor[]): TestTensor {
  const [first] = rows;
  if (first === undefined) throw new Error('there is nothing to stack');
  const dims = [rows.length, ...first.dims];
  if (!ArrayBuffer.isView(first.data))
    return { ...first, dims, data: rows.flatMap(({ data }) => data as readonly string[]) };
  const bytes = Buffer.concat(rows.map(({ data }) => bytesOf(data)));
  return { ...first, dims, data: readAs(first.data, bytes) };
}

/** The same elements from the last to the first: something else of the same shape. */
export function reversed(tensor: TestTensor): TestTensor {
  return {
    ...tensor,
    data: [...(tensor.data as readonly never[])].reverse().reduce(put, tensor.data.slice()),
  };
}

function put<TData extends TensorData>(data: TData, element: never, index: number): TData {
  (data as unknown as never[])[index] = element;
  return data;
}

/** Zeros, or empty strings. */
export function zerosLike({ type, dims, data }: TestTensor): TestTensor {
  if (!ArrayBuffer.isView(data)) return { type, dims, data: data.map(() => '') };
  return { type, dims, data: readAs(data, Buffer.alloc(data.byteLength)) };
}

function bytesOf(data: TensorData): Uint8Array {
  if (!ArrayBuffer.isView(data)) throw new TypeError('strings have no bytes');
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function readAs(data: NumericTensorData, bytes: Uint8Array): TensorData {
  return new (data.constructor as NumericArray)(new Uint8Array(bytes).buffer);
}
