import { types } from 'node:util';

/** The element types that requests and results can have, and the typed array that holds each. */
const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
} as const;

/** Element type of a tensor, in ONNX Runtime's words. A `bool` is one byte, 0 or 1, in a `Uint8Array`. */
export type TensorType = keyof typeof ARRAYS;

/** The elements of a tensor, row-major. */
export type TensorData =
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

/** Every element type that is supported. */
export const TENSOR_TYPES = Object.keys(ARRAYS) as readonly TensorType[];

export function isTensorType(type: unknown): type is TensorType {
  return typeof type === 'string' && Object.hasOwn(ARRAYS, type);
}

/** The name of the typed array that holds elements of this type: `float32` → `Float32Array`. */
export function arrayNameOf(type: TensorType): string {
  return ARRAYS[type].name;
}

/** Zeros in a buffer of their own. */
export function createTensorData(type: TensorType, length: number): TensorData {
  return new ARRAYS[type](length);
}

/**
 * Which typed array a value is, or undefined for anything else. A `Buffer` is a `Uint8Array`. Goes by the tag
 * and not by `instanceof`, which is false for an array from another realm (a VM context, another thread).
 */
export function typedArrayNameOf(value: unknown): string | undefined {
  return types.isTypedArray(value) ? value[Symbol.toStringTag] : undefined;
}
