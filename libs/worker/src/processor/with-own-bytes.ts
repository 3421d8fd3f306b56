import { types } from 'node:util';

/** What all kinds of typed arrays inherit from; a Buffer has a `slice` of its own, which copies nothing. */
const { slice } = Object.getPrototypeOf(Int8Array.prototype) as Pick<Int8Array, 'slice'>;

/**
 * A view into a larger buffer as one with a buffer of its own; anything else as it is. What a thread is sent takes the
 * whole buffer along, on the event loop: 4 bytes of 200 MB would cost 200 MB. Memory of several threads is not copied.
 */
export function withOwnBytes(value: unknown): unknown {
  if (!ArrayBuffer.isView(value) || !types.isArrayBuffer(value.buffer)) return value;
  const { buffer, byteOffset, byteLength } = value;
  if (byteLength === buffer.byteLength) return value;
  return types.isTypedArray(value)
    ? Reflect.apply(slice, value, [])
    : new DataView(buffer.slice(byteOffset, byteOffset + byteLength));
}
