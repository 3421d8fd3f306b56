import { resolve } from 'node:path';

import type { OnnxModelOptions } from './onnx-model-options.js';
import { resolveModelOptions } from './resolve-model-options.js';

describe('resolveModelOptions', () => {
  it('runs on the CPU and warms up one row unless told otherwise', () => {
    const { faults, options } = resolveModelOptions({ path: 'models/digits.onnx' });
    expect(faults).toEqual([]);
    expect(options).toMatchObject({
      path: resolve('models/digits.onnx'),
      executionProviders: [{ name: 'cpu' }],
      inputs: undefined,
      outputs: undefined,
      warmupBatchSizes: [1],
      session: {},
    });
  });

  it('lists every fault at once', () => {
    const wrong = {
      pathh: 'a.onnx',
      executionProviders: ['cuda', 'gpu'],
      inputs: { image: { type: 'float', shape: [1, 28, 28] }, mask: 'int64' },
      outputs: ['logits', 'logits', 7],
      warmupBatchSizes: [1, 0],
      session: { intraOpNumThreads: 1.5, graphOptimizationLevel: 'max', enableGraphCapture: true },
      logger: { log: () => undefined },
    } as unknown as OnnxModelOptions;

    const { faults } = resolveModelOptions(wrong);

    expect(faults.map(({ field }) => field).sort()).toEqual([
      'executionProviders[1]',
      'inputs.image.shape',
      'inputs.image.type',
      'inputs.mask',
      'logger',
      'outputs[1]',
      'outputs[2]',
      'path',
      'pathh',
      'session.enableGraphCapture',
      'session.graphOptimizationLevel',
      'session.intraOpNumThreads',
      'warmupBatchSizes',
    ]);
  });

  it('asks for a name in the place of the batch axis, which a declared shape must have', () => {
    const { faults } = resolveModelOptions({ path: 'a.onnx', inputs: { image: { shape: [1, 28, 28] } } });
    expect(faults).toEqual([
      { field: 'inputs.image.shape', problem: expect.stringContaining("['batch', 3, 224, 224]") as string },
    ]);
  });

  it('takes outputs as names and as declarations', () => {
    const named = resolveModelOptions({ path: 'a.onnx', outputs: ['logits'] });
    const declared = resolveModelOptions({ path: 'a.onnx', outputs: { logits: { type: 'float32' } } });
    expect(named.options.outputs).toEqual(new Map([['logits', {}]]));
    expect(declared.options.outputs).toEqual(new Map([['logits', { type: 'float32' }]]));
  });

  it.each([
    ['inputs', []],
    ['inputs', {}],
    ['outputs', []],
    ['outputs', 'logits'],
    ['session', 4],
  ])('refuses %s: %j', (field, value) => {
    const { faults } = resolveModelOptions({ path: 'a.onnx', [field]: value });
    expect(faults.map((fault) => fault.field)).toEqual([field]);
  });
});
