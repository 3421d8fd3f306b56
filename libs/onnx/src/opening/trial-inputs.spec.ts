import { dynamicAxis, signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import { RowReader } from '../rows/row-reader.js';
import { trialInputsOfRow, trialInputsOfZeros } from './trial-inputs.js';

const model = signature({
  inputs: [
    tensor({ name: 'ids', type: 'int64', shape: ['batch', 'length'], padWith: 9 }),
    tensor({ name: 'words', type: 'string', shape: ['batch', 2] }),
    tensor({ name: 'state', shape: [2, 'batch', 'size'], batchAxis: 1 }),
    tensor({ name: 'rate', type: 'float64', shape: ['n'], batchAxis: undefined }),
    tensor({ name: 'mask', type: 'bool', shape: ['batch', 'length'], padWith: 0 }),
    tensor({ name: 'lengths', type: 'int32', shape: ['batch', 1] }),
  ],
  dynamicAxes: [dynamicAxis({ mask: 'mask', lengths: 'lengths' })],
});

describe('Trial inputs', () => {
  it('are zeros of that many rows, with free dimensions of 1, and masks and lengths of ones', () => {
    const trial = trialInputsOfZeros(model);
    expect(trial).toMatchObject({ areZeros: true, lengths: [1] });
    expect(trial.create(3)).toEqual([
      { name: 'ids', type: 'int64', dims: [3, 1], data: new BigInt64Array(3) },
      { name: 'words', type: 'string', dims: [3, 2], data: Array(6).fill('') },
      { name: 'state', type: 'float32', dims: [2, 3, 1], data: new Float32Array(6) },
      { name: 'rate', type: 'float64', dims: [1], data: new Float64Array(1) },
      { name: 'mask', type: 'bool', dims: [3, 1], data: new Uint8Array(3).fill(1) },
      { name: 'lengths', type: 'int32', dims: [3, 1], data: new Int32Array(3).fill(1) },
    ]);
  });

  it('are the given row again and again, with the lengths that it has', () => {
    const row = new RowReader('test', model).read({
      ids: { data: BigInt64Array.of(5n, 6n), dims: [2] },
      words: ['a', 'b'],
      state: { data: Float32Array.of(1, 2), dims: [2, 1] },
      rate: { data: Float64Array.of(8), dims: [1] },
    });
    const trial = trialInputsOfRow(model, row);
    expect(trial).toMatchObject({ areZeros: false, lengths: [2] });
    expect(trial.create(2)).toEqual([
      { name: 'ids', type: 'int64', dims: [2, 2], data: BigInt64Array.of(5n, 6n, 5n, 6n) },
      { name: 'words', type: 'string', dims: [2, 2], data: ['a', 'b', 'a', 'b'] },
      { name: 'state', type: 'float32', dims: [2, 2, 1], data: Float32Array.of(1, 1, 2, 2) },
      { name: 'rate', type: 'float64', dims: [1], data: Float64Array.of(8) },
      { name: 'mask', type: 'bool', dims: [2, 2], data: new Uint8Array(4).fill(1) },
      { name: 'lengths', type: 'int32', dims: [2, 1], data: Int32Array.of(2, 2) },
    ]);
  });
});
