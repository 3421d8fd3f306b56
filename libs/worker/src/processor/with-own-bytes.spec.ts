import { withOwnBytes } from './with-own-bytes.js';

describe('withOwnBytes', () => {
  const large = Float32Array.of(1, 2, 3, 4);

  it.each([
    ['a typed array', large.subarray(1, 3), 8],
    ['a Buffer', Buffer.from(large.buffer, 4, 8), 8],
    ['a DataView', new DataView(large.buffer, 4, 2), 2],
    ['an empty part', large.subarray(2, 2), 0],
  ])('takes %s out of its larger buffer, with the same bytes', (_, view, byteLength) => {
    const own = withOwnBytes(view) as typeof view;
    expect(own.buffer.byteLength).toBe(byteLength);
    const bytesOf = ({ buffer, byteOffset }: ArrayBufferView): Buffer =>
      Buffer.from(buffer, byteOffset, byteLength);
    expect(bytesOf(own).equals(bytesOf(view))).toBe(true);
    expect(own.constructor).toBe(view.constructor);
  });

  it.each([
    ['a view of a whole buffer', large],
    ['memory of several threads', new Uint8Array(new SharedArrayBuffer(8), 0, 4)],
    ['what is no view', { length: 3 }],
  ])('leaves %s as it is', (_, value) => {
    expect(withOwnBytes(value)).toBe(value);
  });
});
