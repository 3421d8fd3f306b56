import { toFloat16Bits } from './float16-bits.js';
import { createTensorData, type NumericTensorData, type TensorData, type TensorType } from './tensor-type.js';

/** One element as a person writes it: a number, a bigint for 64-bit integers, a string for strings. */
export type TensorElement = number | bigint | string;

/** The smallest and largest value of each integer type. */
const RANGES: Partial<Record<TensorType, readonly [bigint, bigint]>> = {
  int8: [-(2n ** 7n), 2n ** 7n - 1n],
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint8: [0n, 2n ** 8n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  bool: [0n, 1n],
};

/** What an element of this type may be, if `value` cannot be one; otherwise undefined. */
export function describeUnfitElement(type: TensorType, value: TensorElement): string | undefined {
  if (type === 'string') return typeof value === 'string' ? undefined : 'a string';
  const range = RANGES[type];
  if (range === undefined) return typeof value === 'number' ? undefined : 'a number';
  const [lowest, highest] = range;
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value);
  if (isWhole && BigInt(value) >= lowest && BigInt(value) <= highest) return undefined;
  return `a whole number from ${lowest} to ${highest}`;
}

/** Up to which floating-point numbers have every whole one: 2 to the number of their significand's bits (IEEE 754). */
const LARGEST_COUNTS: Partial<Record<TensorType, number>> = { float16: 2 ** 11, float32: 2 ** 24 };

/** Up to which one element can count without a gap; Infinity where nothing in memory is as long as that. */
export function largestCountOf(type: TensorType): number {
  const largest = LARGEST_COUNTS[type] ?? Number(RANGES[type]?.[1] ?? Infinity);
  return largest < Number.MAX_SAFE_INTEGER ? largest : Infinity;
}

/** Nothing, in the element type: zero, false, the empty string. */
export function zeroOf(type: TensorType): TensorElement {
  return type === 'string' ? '' : 0;
}

/**
 * Writes one value into all elements.
 *
 * @param value One that fits the type (`describeUnfitElement`).
 */
export function fillElements(type: TensorType, data: TensorData, value: TensorElement): void {
  if (Array.isArray(data)) (data as string[]).fill(String(value));
  else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else {
    const number = type === 'float16' ? toFloat16Bits(Number(value)) : Number(value);
    (data as Exclude<NumericTensorData, BigInt64Array | BigUint64Array>).fill(number);
  }
}

/** Elements from `start` to `end`: a view where they lie in a buffer, a copy where they are strings. */
export function sliceElements(data: TensorData, start: number, end: number): TensorData {
  return 'buffer' in data ? data.subarray(start, end) : data.slice(start, end);
}

/** The same elements in memory of their own; what a `Buffer` calls its `slice` is a view. */
export function copyElements(type: TensorType, data: TensorData): TensorData {
  if (!('buffer' in data)) return data.slice();
  const copy = createTensorData(type, data.length) as NumericTensorData;
  new Uint8Array(copy.buffer).set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return copy;
}

/**
 * A run of elements of whatever type, for copying: bytes copy the same way for every numeric type. `scale` is how
 * many places an element takes.
 */
export interface CopyPlaces {
  readonly places: Uint8Array | string[];
  readonly scale: number;
}

export function toCopyPlaces(data: TensorData): CopyPlaces {
  if (!('buffer' in data)) return { places: data as string[], scale: 1 };
  return {
    places: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    scale: data.BYTES_PER_ELEMENT,
  };
}
