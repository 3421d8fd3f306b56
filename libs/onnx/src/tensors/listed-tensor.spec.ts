import type { NamedTensor } from '../model-protocol.js';
import { listTensor, readTensor } from './listed-tensor.js';

describe('A listed tensor', () => {
  it.each<NamedTensor>([
    { name: 'ids', type: 'int64', dims: [2, 1], data: BigInt64Array.of(1n, 2n) },
    { name: 'words', type: 'string', dims: [2], data: ['a', 'b'] },
  ])('comes as it was sent: $name', (tensor) => {
    expect(readTensor(structuredClone(listTensor(tensor)))).toEqual(tensor);
  });
});
