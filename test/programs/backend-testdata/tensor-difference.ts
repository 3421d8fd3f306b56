import type { TensorData } from 'nestjs-batching/onnx';

import type { TestTensor } from './test-tensor.js';

/** What ONNX's own test runner takes for equal: |got - wanted| ≤ 1e-7 + 1e-3 · |wanted|. */
const RELATIVE = 1e-3;
const ABSOLUTE = 1e-7;

/** Where a tensor is not what was wanted, in words; undefined where it is. */
export function findDifference(got: TestTensor | undefined, wanted: TestTensor): string | undefined {
  if (got === undefined) return 'it is missing';
  if (got.type !== wanted.type) return `got ${got.type}, wanted ${wanted.type}`;
  if (got.dims.join() !== wanted.dims.join())
    return `got the shape [${got.dims.join(', ')}], wanted [${wanted.dims.join(', ')}]`;
  if (got.data.length !== wanted.data.length)
    return `got ${got.data.length} elements, wanted ${wanted.data.length}`;
  const gotNumbers = toComparable(got);
  const index = toComparable(wanted).findIndex((element, place) => !isClose(gotNumbers[place], element));
  return index === -1
    ? undefined
    : `got ${String(got.data[index])} at index ${index}, wanted ${String(wanted.data[index])}`;
}

function isClose(got: unknown, wanted: unknown): boolean {
  if (typeof got !== 'number' || typeof wanted !== 'number') return got === wanted;
  if (Object.is(got, wanted) || got === wanted) return true;
  return Math.abs(got - wanted) <= ABSOLUTE + RELATIVE * Math.abs(wanted);
}

function toComparable({ type, data }: TestTensor): readonly unknown[] {
  if (type === 'float16') return Array.from(data as Uint16Array, fromFloat16Bits);
  if (type === 'bfloat16') return Array.from(data as Uint16Array, fromBfloat16Bits);
  return Array.from<TensorData[number]>(data as readonly string[]);
}

function fromFloat16Bits(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** The upper half of a float32. */
function fromBfloat16Bits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0] ?? NaN;
}
