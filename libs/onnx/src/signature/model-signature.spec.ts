import type { DeclaredInput, DeclaredTensor } from './declared-tensor.js';
import type { OpenedSession, ReportedTensor } from '../model-protocol.js';
import { checkModelSignature, type DeclaredSignature } from './model-signature.js';

const image: ReportedTensor = { name: 'image', type: 'float32', shape: ['batch', 3, 'height', 'width'] };
const logits: ReportedTensor = { name: 'logits', type: 'float32', shape: ['batch', 10] };

describe('checkModelSignature', () => {
  it('takes a model as it is if nothing is declared', () => {
    const { faults, signature } = check({ inputs: [image], outputs: [logits] });
    expect(faults).toEqual([]);
    expect(signature).toEqual({
      inputs: [{ ...image, batchAxis: 0 }],
      outputs: [{ ...logits, batchAxis: 0 }],
      dynamicAxes: [],
      fixedBatchSize: undefined,
      allowedBatchSizes: undefined,
      maxRowsPerRequest: 1,
    });
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
    expect(signature.outputs).toEqual([{ ...logits, batchAxis: 0 }]);
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
    ['no batch axis', { ...image, shape: [] }, /no batch axis/],
    [
      'a type that is not supported',
      { ...image, type: 'bfloat16' },
      /a tensor of bfloat16.*supported are tensors of float32/,
    ],
    ['no tensor', { ...image, type: undefined, shape: [] }, /a sequence or a map.*, string$/],
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

  it('refuses an output that is no tensor, unless it is left out', () => {
    const map: ReportedTensor = { name: 'map', type: undefined, shape: [] };
    expect(describeFaults(check({ inputs: [image], outputs: [map, logits] }))).toEqual([
      expect.stringMatching(
        /^outputs.map: the model has a sequence or a map.*; name in `outputs` only those/,
      ),
    ]);
    const declared = { map: { type: 'int64' }, maps: {} } as const;
    expect(describeFaults(check({ inputs: [image], outputs: [map, logits] }, undefined, declared))).toEqual([
      'outputs.maps: the model has no such output; it has map (no tensor), logits: float32 [batch, 10]',
      expect.stringContaining('outputs.map: the model has a sequence or a map'),
      'outputs.map: declared int64, the model has no tensor',
    ]);
  });

  it('leaves it to the trial run where the batch is in an output of which the model tells no shape', () => {
    const untold: ReportedTensor = { name: 'logits', type: 'float32', shape: [] };
    expect(check({ inputs: [image], outputs: [untold] }).faults).toEqual([]);
  });

  it('takes what is declared as the model has it', () => {
    const declared = { image: { type: 'float32', shape: ['n', 3, 'h', 'w'] } } as const;
    expect(check({ inputs: [image], outputs: [logits] }, declared).faults).toEqual([]);
  });

  it('tells what is wrong with dynamic axes', () => {
    const options = { dynamicAxes: { length: {} } };
    expect(describeFaults(check({ inputs: [image], outputs: [] }, undefined, undefined, options))).toEqual([
      'dynamicAxes.length: no input has a free dimension of that name besides the batch; those are height, width',
    ]);
  });

  it('does not take two dimensions without a name for the same', () => {
    const unnamed: ReportedTensor = { name: 'image', type: 'float32', shape: ['', ''] };
    expect(check({ inputs: [unnamed], outputs: [logits] }).faults).toEqual([]);
  });

  it('takes the batch along any axis, and shared tensors without one', () => {
    const state: ReportedTensor = { name: 'state', type: 'float32', shape: [2, 'batch', 128] };
    const rate: ReportedTensor = { name: 'rate', type: 'int64', shape: [] };
    const table: ReportedTensor = { name: 'table', type: 'float32', shape: [4] };
    const { faults, signature } = check(
      { inputs: [image, state, rate], outputs: [logits, table] },
      { image: {}, state: { batchAxis: 1 }, rate: { shared: true } },
      { logits: {}, table: { shared: true } },
    );
    expect(faults).toEqual([]);
    expect(signature.inputs.map(({ batchAxis }) => batchAxis)).toEqual([0, 1, undefined]);
    expect(signature.outputs.map(({ batchAxis }) => batchAxis)).toEqual([0, undefined]);
  });

  it('says where the batch is if it is not where it was looked for', () => {
    const state: ReportedTensor = { name: 'state', type: 'float32', shape: [2, 'batch', 128] };
    const text = 'the model has it as [2, batch, 128], whose';
    expect(describeFaults(check({ inputs: [image, state], outputs: [state] }))).toEqual([
      `inputs.state: ${text} batch is axis 1 and not 0; declare \`batchAxis: 1\``,
      expect.stringContaining('inputs.state: ') as string,
      `outputs.state: ${text} batch is axis 1 and not 0; declare \`batchAxis: 1\`; or name in \`outputs\` only those that you need`,
    ]);
    expect(describeFaults(check({ inputs: [state], outputs: [] }))).toEqual([
      `inputs.state: ${text} axis 0 is fixed and whose axis 1 is the batch by its name; declare \`batchAxis: 1\``,
    ]);
    const capital: ReportedTensor = { name: 'state', type: 'float32', shape: [2, 'Batch_Size', 128] };
    expect(describeFaults(check({ inputs: [capital], outputs: [] }))).toEqual([
      'inputs.state: the model has it as [2, Batch_Size, 128], whose axis 0 is fixed and whose axis 1 is the batch by its name; declare `batchAxis: 1`',
    ]);
    const inFront: ReportedTensor = { name: 'state', type: 'float32', shape: ['batch', 2, 128] };
    const declared = { image: {}, state: { batchAxis: 1 } };
    expect(describeFaults(check({ inputs: [image, inFront], outputs: [] }, declared))).toContain(
      'inputs.state: the model has it as [batch, 2, 128], whose batch is axis 0 and not 1; declare `batchAxis: 0`',
    );
    const shared = { image: {}, state: { shared: true } };
    expect(describeFaults(check({ inputs: [image, state], outputs: [] }, shared))).toEqual([
      'inputs.state: declared `shared`, but the model has it as [2, batch, 128], whose axis 1 is the batch; declare `batchAxis: 1` instead',
    ]);
    const beyond = { image: { batchAxis: 4 } };
    expect(describeFaults(check({ inputs: [image], outputs: [] }, beyond))).toEqual([
      'inputs.image: batchAxis is 4, but the model has it as [batch, 3, height, width], whose last axis is 3',
    ]);
    const rows: ReportedTensor = { name: 'rows', type: 'float32', shape: ['batch'] };
    expect(describeFaults(check({ inputs: [rows], outputs: [] }, { rows: { batchAxis: 1 } }))).toEqual([
      'inputs.rows: batchAxis is 1, but the model has it as [batch], whose last axis is 0',
    ]);
  });

  it('takes a model whose batch size is fixed, if it is so for all inputs', () => {
    const eight: ReportedTensor = { name: 'image', type: 'float32', shape: [8, 3] };
    const state: ReportedTensor = { name: 'state', type: 'float32', shape: [2, 8] };
    const declared = { image: {}, state: { batchAxis: 1 } };
    const { faults, signature } = check({ inputs: [eight, state], outputs: [logits] }, declared);
    expect(faults).toEqual([]);
    expect(signature).toMatchObject({ fixedBatchSize: 8, allowedBatchSizes: [8] });

    const rate: ReportedTensor = { name: 'rate', type: 'int64', shape: [2] };
    const besideShared = check({ inputs: [eight, rate], outputs: [] }, { image: {}, rate: { shared: true } });
    expect(besideShared.faults).toEqual([]);
    expect(besideShared.signature.fixedBatchSize).toBe(8);

    const words: ReportedTensor = { name: 'words', type: 'int64', shape: [8, 'length'] };
    const named = { words: { shape: ['n', 'length'] } };
    for (const tensors of [undefined, named]) {
      const besideFree = check({ inputs: [words], outputs: [] }, tensors);
      expect(besideFree.faults).toEqual([]);
      expect(besideFree.signature).toMatchObject({ fixedBatchSize: 8, inputs: [words] });
    }

    const free: ReportedTensor = { name: 'state', type: 'float32', shape: ['n', 8] };
    expect(describeFaults(check({ inputs: [eight, free], outputs: [logits] }))).toEqual([
      expect.stringMatching(
        /^inputs.image: .*fixed at 8, unlike that of state: float32 \[n, 8\]; .*shared: true/,
      ),
    ]);
    expect(
      check({ inputs: [eight], outputs: [] }, undefined, undefined, { maxRowsPerRequest: 9 }).faults,
    ).toEqual([
      { field: 'maxRowsPerRequest', problem: "received 9, but the model's batch size is fixed at 8" },
    ]);
  });

  it('refuses requests of more rows than the largest allowed size', () => {
    const options = { maxRowsPerRequest: 9, allowedBatchSizes: [8, 2] };
    expect(check({ inputs: [image], outputs: [] }, undefined, undefined, options).faults).toEqual([
      { field: 'maxRowsPerRequest', problem: 'received 9, but the largest of allowedBatchSizes is 8' },
    ]);
    const fitting = { ...options, maxRowsPerRequest: 8 };
    expect(check({ inputs: [image], outputs: [] }, undefined, undefined, fitting).faults).toEqual([]);
  });

  it('refuses a model all of whose inputs are shared', () => {
    expect(describeFaults(check({ inputs: [image], outputs: [] }, { image: { shared: true } }))).toEqual([
      'inputs: every input is shared, so that none carries the batch',
    ]);
  });

  it('takes the declared shape where the model tells none, and declared names where it has none', () => {
    const untold: ReportedTensor = { name: 'a', type: 'float32', shape: [] };
    const unnamed: ReportedTensor = { name: 'b', type: 'float32', shape: ['', '', 4] };
    const { faults, signature } = check(
      { inputs: [untold, unnamed], outputs: [] },
      { a: { shape: ['n', 7] }, b: { shape: ['n', 'length', 4] } },
    );
    expect(faults).toEqual([]);
    expect(signature.inputs.map(({ shape }) => shape)).toEqual([
      ['n', 7],
      ['n', 'length', 4],
    ]);
  });

  it('takes a declared name for the model’s own if it is a dynamic axis, wherever the model uses its name', () => {
    const ids: ReportedTensor = { name: 'ids', type: 'int64', shape: ['batch', 'seq'] };
    const hidden: ReportedTensor = { name: 'hidden', type: 'float32', shape: ['batch', 'seq', 8] };
    const { faults, signature } = check(
      { inputs: [ids], outputs: [hidden] },
      { ids: { shape: ['batch', 'length'] } },
      undefined,
      { dynamicAxes: { length: {} } },
    );
    expect(faults).toEqual([]);
    expect(signature.inputs).toEqual([{ ...ids, shape: ['batch', 'length'], batchAxis: 0, padWith: 0 }]);
    expect(signature.outputs[0]?.shape).toEqual(['batch', 'length', 8]);
  });
});

function describeFaults({ faults }: ReturnType<typeof checkModelSignature>): string[] {
  return faults.map(({ field, problem }) => `${field}: ${problem}`);
}

function check(
  model: Pick<OpenedSession, 'inputs' | 'outputs'>,
  inputs?: Record<string, DeclaredInput>,
  outputs?: Record<string, DeclaredTensor>,
  options: Pick<DeclaredSignature, 'dynamicAxes' | 'maxRowsPerRequest' | 'allowedBatchSizes'> = {},
): ReturnType<typeof checkModelSignature> {
  return checkModelSignature(
    { ...model, openMs: 0, runtimeVersion: '1.0.0' },
    {
      inputs: inputs && new Map(Object.entries(inputs)),
      outputs: outputs && new Map(Object.entries(outputs)),
      ...options,
    },
  );
}
