import type { DeclaredTensor } from './declared-tensor.js';
import type { OpenedSession, ReportedTensor } from '../model-protocol.js';
import { checkModelSignature } from './model-signature.js';

const image: ReportedTensor = { name: 'image', type: 'float32', shape: ['batch', 3, 'height', 'width'] };
const logits: ReportedTensor = { name: 'logits', type: 'float32', shape: ['batch', 10] };

describe('checkModelSignature', () => {
  it('takes a model as it is if nothing is declared', () => {
    const { faults, signature } = check({ inputs: [image], outputs: [logits] });
    expect(faults).toEqual([]);
    expect(signature).toEqual({ inputs: [image], outputs: [logits] });
  });

  it('narrows free dimensions to the declared size, wherever the model uses their name', () => {
    const depth: ReportedTensor = { name: 'depth', type: 'float32', shape: ['batch', 'height', 'width'] };
    const { faults, signature } = check(
      { inputs: [image, depth], outputs: [logits] },
      { image: { shape: ['n', 3, 224, 'w'] }, depth: {} },
    );
    expect(faults).toEqual([]);
    expect(signature.inputs.map(({ shape }) => shape)).toEqual([
      ['batch', 3, 224, 'width'],
      ['batch', 224, 'width'],
    ]);
  });

  it('fetches only the declared outputs, and does not mind what the others are', () => {
    const map: ReportedTensor = { name: 'probabilities', type: undefined, shape: [] };
    const { faults, signature } = check({ inputs: [image], outputs: [map, logits] }, undefined, {
      logits: {},
    });
    expect(faults).toEqual([]);
    expect(signature.outputs).toEqual([logits]);
  });

  it('names every difference between what is declared and what the model has', () => {
    const mask: ReportedTensor = { name: 'mask', type: 'bool', shape: ['batch', 8] };
    const { faults } = check(
      { inputs: [image, mask], outputs: [logits] },
      { image: { type: 'float64', shape: ['batch', 1, 28, 28] }, pixels: {} },
      { logits: { shape: ['batch', 11] }, scores: {} },
    );
    expect(faults.map(({ field, problem }) => `${field}: ${problem}`)).toEqual([
      'inputs.pixels: the model has no such input; it has image: float32 [batch, 3, height, width], mask: bool [batch, 8]',
      'inputs.image: declared float64, the model has float32',
      'inputs.image: declared [batch, 1, 28, 28], the model has [batch, 3, height, width]',
      'inputs.mask: the model also takes mask: bool [batch, 8], which is not declared',
      'outputs.scores: the model has no such output; it has logits: float32 [batch, 10]',
      'outputs.logits: declared [batch, 11], the model has [batch, 10]',
    ]);
  });

  it.each<[string, ReportedTensor, RegExp]>([
    [
      'a fixed batch size',
      { ...image, shape: [1, 3, 224, 224] },
      /batch size is fixed at 1; export it with a free/,
    ],
    ['no batch axis', { ...image, shape: [] }, /no batch axis/],
    [
      'a type that is not supported',
      { ...image, type: 'float16' },
      /a tensor of float16.*supported are tensors of float32/,
    ],
    ['strings', { ...image, type: 'string' }, /a tensor of string.*not supported/],
    ['no tensor', { ...image, type: undefined, shape: [] }, /a sequence or a map/],
    [
      'a row as large as its batch',
      { ...image, shape: ['batch', 'batch'] },
      /rows that depend on each other/,
    ],
  ])('refuses an input with %s', (_, tensor, problem) => {
    expect(check({ inputs: [tensor], outputs: [logits] }).faults).toEqual([
      { field: 'inputs.image', problem: expect.stringMatching(problem) as string },
    ]);
  });

  it('refuses an output whose rows are as long as the batch: they hold what belongs to neighbors', () => {
    const similarity: ReportedTensor = { name: 'similarity', type: 'float32', shape: ['batch', 'batch'] };
    expect(check({ inputs: [image], outputs: [similarity] }).faults).toEqual([
      {
        field: 'outputs.similarity',
        problem: expect.stringMatching(/name in `outputs` only those/) as string,
      },
    ]);
  });

  it('does not take two dimensions without a name for the same', () => {
    const unnamed: ReportedTensor = { name: 'image', type: 'float32', shape: ['', ''] };
    expect(check({ inputs: [unnamed], outputs: [logits] }).faults).toEqual([]);
  });
});

function check(
  model: Pick<OpenedSession, 'inputs' | 'outputs'>,
  inputs?: Record<string, DeclaredTensor>,
  outputs?: Record<string, DeclaredTensor>,
): ReturnType<typeof checkModelSignature> {
  return checkModelSignature(
    { ...model, openMs: 0, runtimeVersion: '1.0.0' },
    {
      inputs: inputs && new Map(Object.entries(inputs)),
      outputs: outputs && new Map(Object.entries(outputs)),
    },
  );
}
