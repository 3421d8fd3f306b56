import { types } from 'node:util';

/** The typed array that holds the elements of each numeric type. */
const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const satisfies Record<NumericTensorType, unknown>;

/** An element type whose elements lie in a buffer. */
export type NumericTensorType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/**
 * Element type of a tensor, in ONNX Runtime's words. A `bool` is one byte, 0 or 1, in a `Uint8Array`. A `float16`
 * is its 16 bits in a `Uint16Array`, on every version of Node. A `string` tensor is a plain array of strings.
 */
export type TensorType = NumericTensorType | 'string';

/** The elements of a numeric tensor, row-major. */
export type NumericTensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** The elements of a tensor, row-major. */
export type TensorData = NumericTensorData | readonly string[];

/** Every element type that is supported. */
export const TENSOR_TYPES = [...Object.keys(ARRAYS), 'string'] as readonly TensorType[];

/** Gives a buffer of exactly that many bytes; what is in it does not matter. */
export type AllocateBuffer = (byteLength: number) => ArrayBuffer;

export const allocateNewBuffer: AllocateBuffer = (byteLength) => new ArrayBuffer(byteLength);

export function isTensorType(type: unknown): type is TensorType {
  return type === 'string' || (typeof type === 'string' && Object.hasOwn(ARRAYS, type));
}

/** What holds elements of this type: `float32` → `Float32Array`, `string` → `Array`. */
export function arrayNameOf(type: TensorType): string {
  return type === 'string' ? 'Array' : ARRAYS[type].name;
}

/**
 * Room for that many elements. What a buffer from `allocate` holds stays in it: whoever asks writes every element.
 *
 * @param allocate Default: a new buffer, of zeros.
 */
export function createTensorData(
  type: TensorType,
  length: number,
  allocate: AllocateBuffer = allocateNewBuffer,
): TensorData {
  if (type === 'string') return new Array<string>(length).fill('');
  const array = ARRAYS[type];
  return new array(allocate(length * array.BYTES_PER_ELEMENT), 0, length);
}

/**
 * Which typed array a value is, `Array` for a plain one, or undefined for anything else. A `Buffer` is a
 * `Uint8Array`. Goes by the tag and not by `instanceof`, which is false for an array from another realm (a VM
 * context, another thread).
 */
export function arrayNameOfValue(value: unknown): string | undefined {
  if (types.isTypedArray(value)) return value[Symbol.toStringTag];
  return Array.isArray(value) ? 'Array' : undefined;
}
