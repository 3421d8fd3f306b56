import { dynamicAxis, signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import { withOtherLengths } from './trial-lengths.js';
import { trialInputsOfRow, trialInputsOfZeros } from './trial-inputs.js';

describe('withOtherLengths', () => {
  const inputs = [
    tensor({ name: 'ids', shape: ['batch', 'length'], padWith: 9 }),
    tensor({ name: 'mask', shape: ['batch', 'length'], padWith: 0 }),
    tensor({ name: 'lengths', shape: ['batch'] }),
    tensor({ name: 'rate', shape: [], batchAxis: undefined }),
  ];
  const model = signature({ inputs, dynamicAxes: [dynamicAxis({ mask: 'mask', lengths: 'lengths' })] });

  it('fills a single position up, real to mask and lengths', () => {
    const longer = withOtherLengths(model, trialInputsOfZeros(model));
    expect(longer?.lengths).toEqual([2]);
    expect(longer?.create(2)).toMatchObject([
      { dims: [2, 2], data: Float32Array.of(0, 9, 0, 9) },
      { dims: [2, 2], data: Float32Array.of(1, 1, 1, 1) },
      { dims: [2], data: Float32Array.of(2, 2) },
      { dims: [], data: Float32Array.of(0) },
    ]);
  });

  it('halves a row of several positions, which is no longer than what was given', () => {
    const of = (dims: readonly number[], ...values: number[]) => ({
      data: Float32Array.from(values),
      dims,
      rowCount: undefined,
    });
    const tensors = [of([4], 1, 2, 3, 4), of([4], 1, 1, 1, 1), of([], 4), of([], 7)];
    const row = { tensors, rowCount: 1, hasBatchAxis: false, lengths: [4] };
    const shorter = withOtherLengths(model, trialInputsOfRow(model, row));
    expect(shorter?.lengths).toEqual([2]);
    expect(shorter?.create(1)).toMatchObject([
      { dims: [1, 2], data: Float32Array.of(1, 2) },
      { dims: [1, 2], data: Float32Array.of(1, 1) },
      { dims: [1], data: Float32Array.of(2) },
      { dims: [], data: Float32Array.of(7) },
    ]);
  });

  it('makes several axes of different length, so that it shows which of them an output follows', () => {
    const two = signature({
      inputs: [tensor({ shape: ['batch', 'height', 'width'] })],
      dynamicAxes: [dynamicAxis({ name: 'height' }), dynamicAxis({ name: 'width' })],
    });
    expect(withOtherLengths(two, trialInputsOfZeros(two))?.lengths).toEqual([2, 3]);
  });

  it('has nothing to offer without dynamic axes', () => {
    const fixed = signature({});
    expect(withOtherLengths(fixed, trialInputsOfZeros(fixed))).toBeUndefined();
  });
});
