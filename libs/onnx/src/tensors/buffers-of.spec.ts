import { buffersOf } from './buffers-of.js';
import type { NamedTensor } from '../model-protocol.js';

const tensor = (data: NamedTensor['data']): NamedTensor => ({
  name: 'x',
  type: 'float32',
  dims: [data.length],
  data,
});

describe('buffersOf', () => {
  it('names each buffer once, although two tensors share it', () => {
    const shared = new ArrayBuffer(16);
    const other = new Float32Array(2);
    const tensors = [
      tensor(new Float32Array(shared, 0, 2)),
      tensor(new Float32Array(shared, 8)),
      tensor(other),
    ];
    const buffers = buffersOf(tensors);
    expect(buffers).toHaveLength(2);
    expect(buffers[0]).toBe(shared);
    expect(buffers[1]).toBe(other.buffer);
  });

  it('leaves out what cannot be given away', () => {
    expect(buffersOf([tensor(new Float32Array(new SharedArrayBuffer(8)))])).toEqual([]);
    expect(buffersOf([{ ...tensor(new Float32Array(0)), type: 'string', data: ['a'] } as never])).toEqual([]);
  });
});
