import { dynamicAxis } from '../../../../test/onnx/model-signature-builder.js';
import { compareSignatures } from './compare-signatures.js';
import type { BatchedTensor } from './batched-tensor.js';

const tensor = (name: string, ...shape: (number | string)[]): BatchedTensor => ({
  name,
  type: 'float32',
  shape,
  batchAxis: 0,
});
const signature = (inputs: BatchedTensor[], outputs: BatchedTensor[] = [], axes: string[] = []) => ({
  inputs,
  outputs,
  dynamicAxes: axes.map((name) => dynamicAxis({ name })),
});

describe('compareSignatures', () => {
  it('finds nothing against a model that takes and gives the same, in whatever order and with whatever names of free dimensions', () => {
    const old = signature([tensor('x', 'batch', 2), tensor('y', 'batch', 'length')]);
    const next = signature([tensor('y', 'N', 'T'), tensor('x', 'N', 2)]);
    expect(compareSignatures(old, next)).toEqual([]);
  });

  it.each([
    ['another size', tensor('x', 'batch', 3)],
    ['another rank', tensor('x', 'batch', 2, 1)],
    ['a size that was free', tensor('x', 'batch', 'length')],
    ['another type', { ...tensor('x', 'batch', 2), type: 'int64' as const }],
  ])('names the tensor, and what it was and is: %s', (_, changed) => {
    const faults = compareSignatures(signature([tensor('x', 'batch', 2)]), signature([changed]));
    expect(faults).toEqual([
      {
        field: 'inputs.x',
        problem: expect.stringMatching(/^the model in use has .+, the new one .+/) as string,
      },
    ]);
  });

  it.each([
    ['words', 'other'],
    ['words', ''],
    ['other', 'words'],
  ])(
    'finds a dynamic axis called otherwise, of which the padding would be cut no more or anew: "%s", now "%s"',
    (was, is) => {
      const inputs = [tensor('x', 'batch', 'words')];
      const old = signature(inputs, [tensor('y', 'batch', was)], ['words']);
      const next = signature(inputs, [tensor('y', 'N', is)], ['words']);
      expect(compareSignatures(old, next)).toEqual([
        {
          field: 'outputs.y',
          problem: expect.stringContaining(`; "${was}" has become "${is}", and dynamicAxes`) as string,
        },
      ]);
    },
  );

  it('names what is gone and what is new, on either side', () => {
    const old = signature([tensor('x', 'batch')], [tensor('gone', 'batch')]);
    const next = signature([tensor('x', 'batch'), tensor('new', 'batch')]);
    expect(compareSignatures(old, next)).toEqual([
      { field: 'inputs.new', problem: expect.stringContaining('the model in use has none') as string },
      { field: 'outputs.gone', problem: expect.stringContaining('the new one none') as string },
    ]);
  });
});
