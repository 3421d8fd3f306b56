import type { OnnxElementType, OnnxInitializer, OnnxNumericType } from './onnx-graph.js';

interface ElementFormat {
  /** Number of the type in ONNX's `TensorProto.DataType`. */
  readonly code: number;
  readonly bytes: number;
  readonly write: (view: DataView, offset: number, value: number | bigint) => void;
}

const formats: Readonly<Record<OnnxNumericType, ElementFormat>> = {
  float32: { code: 1, bytes: 4, write: (view, at, value) => view.setFloat32(at, Number(value), true) },
  uint8: { code: 2, bytes: 1, write: (view, at, value) => view.setUint8(at, Number(value)) },
  int8: { code: 3, bytes: 1, write: (view, at, value) => view.setInt8(at, Number(value)) },
  uint16: { code: 4, bytes: 2, write: (view, at, value) => view.setUint16(at, Number(value), true) },
  int16: { code: 5, bytes: 2, write: (view, at, value) => view.setInt16(at, Number(value), true) },
  int32: { code: 6, bytes: 4, write: (view, at, value) => view.setInt32(at, Number(value), true) },
  int64: { code: 7, bytes: 8, write: (view, at, value) => view.setBigInt64(at, BigInt(value), true) },
  bool: { code: 9, bytes: 1, write: (view, at, value) => view.setUint8(at, Number(value) === 0 ? 0 : 1) },
  float16: { code: 10, bytes: 2, write: (view, at, value) => view.setUint16(at, Number(value), true) },
  float64: { code: 11, bytes: 8, write: (view, at, value) => view.setFloat64(at, Number(value), true) },
  uint32: { code: 12, bytes: 4, write: (view, at, value) => view.setUint32(at, Number(value), true) },
  uint64: { code: 13, bytes: 8, write: (view, at, value) => view.setBigUint64(at, BigInt(value), true) },
};

const STRING_CODE = 8;

/** Number that ONNX gives to an element type. */
export function elementTypeCode(type: OnnxElementType): number {
  return type === 'string' ? STRING_CODE : formats[type].code;
}

/**
 * A tensor's elements as ONNX keeps them: little-endian, row-major, without padding.
 *
 * @throws Error where the number of elements is not the product of the dimensions.
 */
export function encodeTensorData({ name, type, dims, data }: OnnxInitializer): Uint8Array {
  const elements = dims.reduce((product, dimension) => product * dimension, 1);
  if (data.length !== elements) {
    throw new Error(
      `Tensor "${name}" of shape [${dims.join(', ')}] needs ${elements} elements, received ${data.length}.`,
    );
  }
  const { bytes, write } = formats[type];
  const encoded = new Uint8Array(elements * bytes);
  const view = new DataView(encoded.buffer);
  for (let index = 0; index < elements; index++) {
    write(view, index * bytes, data[index] ?? 0);
  }
  return encoded;
}
