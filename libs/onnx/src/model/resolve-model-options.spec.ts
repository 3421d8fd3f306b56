import { jest } from '@jest/globals';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

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
      maxRowsPerRequest: 1,
      allowedBatchSizes: undefined,
      warmupBatchSizes: [1],
    });
    expect([options.dynamicAxes, options.session]).toEqual([{}, {}]);
  });

  it('takes the options of workers as environment variables have them', () => {
    const { options, faults } = resolveModelOptions({ path: 'a.onnx', instances: '3' as never });
    expect(faults).toEqual([]);
    expect(options.workers.instances).toBe(3);
  });

  it('holds the options of workers against each other', () => {
    const { faults } = resolveModelOptions({ path: 'a.onnx', respawnDelayMs: 2, maxRespawnDelayMs: 1 });
    expect(faults.map(({ field }) => field)).toEqual(['maxRespawnDelayMs']);
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

  it.each<[string, OnnxModelOptions['path']]>([
    ['a path', 'models/a.onnx'],
    ['a URL', pathToFileURL('models/a.onnx')],
    ['a URL as text', pathToFileURL('models/a.onnx').href],
  ])('takes %s for the model', (_, path) => {
    const { faults, options } = resolveModelOptions({ path });
    expect(faults).toEqual([]);
    expect(options.path).toBe(resolve('models/a.onnx'));
  });

  it('does not fetch the model from elsewhere', () => {
    expect(resolveModelOptions({ path: 'https://example.com/a.onnx' }).faults).toEqual([
      {
        field: 'path',
        problem: `received "https://example.com/a.onnx", expected the path or file: URL of the model's file`,
      },
    ]);
  });

  it.each(['file://models/digits.onnx', 'file:///a%2Fb.onnx'])('lists a URL of no file: %s', (path) => {
    const { faults, options } = resolveModelOptions({ path, maxRowsPerRequest: 0 });
    expect(faults.map(({ field }) => field).sort()).toEqual(['maxRowsPerRequest', 'path']);
    expect(options.path).toBeUndefined();
  });

  it('lists every fault of what is said of tensors', () => {
    const wrong = {
      path: 'a.onnx',
      inputs: {
        state: { batchAxis: -1 },
        rate: { shared: 'yes' },
        scale: { shared: true, batchAxis: 0 },
        ids: { padWith: null },
      },
      outputs: { y: { padWith: 0 } },
      dynamicAxes: {
        length: { padWith: true, mask: '', maxLength: 0, maxPaddingShare: 1.5, lengths: 3, pad: 0 },
        width: 'any',
      },
      maxRowsPerRequest: 0,
      allowedBatchSizes: [],
    } as unknown as OnnxModelOptions;

    const { faults, options } = resolveModelOptions(wrong);

    expect(faults.map(({ field }) => field).sort()).toEqual([
      'allowedBatchSizes',
      'dynamicAxes.length.lengths',
      'dynamicAxes.length.mask',
      'dynamicAxes.length.maxLength',
      'dynamicAxes.length.maxPaddingShare',
      'dynamicAxes.length.pad',
      'dynamicAxes.length.padWith',
      'dynamicAxes.width',
      'inputs.ids.padWith',
      'inputs.rate.shared',
      'inputs.scale.batchAxis',
      'inputs.state.batchAxis',
      'maxRowsPerRequest',
      'outputs.y.padWith',
    ]);
    expect(faults).toContainEqual({
      field: 'inputs.scale.batchAxis',
      problem: 'received 0, but shared is true: a shared tensor has no batch axis',
    });
    expect(options).toMatchObject({ maxRowsPerRequest: 1, allowedBatchSizes: undefined });
    expect(options.dynamicAxes).toEqual({});
  });

  it.each([
    [{ shape: [1, 28, 28] }, 'received [1, 28, 28], expected a name for the batch axis at index 0'],
    [{ shape: ['n', 28], batchAxis: 1 }, 'received [n, 28], expected a name for the batch axis at index 1'],
    [{ shape: [] }, 'received [], expected a name for the batch axis at index 0'],
  ])(
    'asks for a name in the place of the batch axis, which a declared shape must have: %j',
    (image, problem) => {
      const { faults } = resolveModelOptions({ path: 'a.onnx', inputs: { image } });
      expect(faults).toEqual([
        { field: 'inputs.image.shape', problem: expect.stringContaining(problem) as string },
      ]);
    },
  );

  it('asks for no batch axis in the shape of a shared input', () => {
    const inputs = { rate: { shared: true, shape: [] }, sizes: { shared: true, shape: [2] } };
    expect(resolveModelOptions({ path: 'a.onnx', inputs }).faults).toEqual([]);
  });

  it('lets a logger that throws stop nothing', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const fail = (): never => {
      throw new Error('no disk');
    };
    const { options } = resolveModelOptions({ path: 'a.onnx', logger: { log: fail, warn: fail } });
    expect(() => options.logger.log('it runs')).not.toThrow();
    await setImmediate();
    expect(warnings).toHaveBeenCalledWith('A logger failed: no disk', 'WorkerWarning');
    warnings.mockRestore();
  });

  it('takes a device from one place only, also where several execution providers may run the model', () => {
    const executionProviders = [{ name: 'cuda', deviceId: 1 }, 'cpu'] as const;
    expect(resolveModelOptions({ path: 'a.onnx', executionProviders, devices: [0] }).faults).toEqual([
      { field: 'devices', problem: expect.stringContaining('beside a deviceId') as string },
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
    ['session', null],
    ['session', []],
    ['executionProviders', null],
    ['dynamicAxes', ['length']],
  ])('refuses %s: %j', (field, value) => {
    const { faults } = resolveModelOptions({ path: 'a.onnx', [field]: value });
    expect(faults.map((fault) => fault.field)).toEqual([field]);
  });

  it.each(['session', 'executionProviders'])(
    'says of %s that it may be left out, and that null is not that',
    (field) => {
      const { faults } = resolveModelOptions({ path: 'a.onnx', [field]: null });
      expect(faults[0]?.problem).toMatch(/^received null, expected .+, or nothing$/);
      expect(resolveModelOptions({ path: 'a.onnx', [field]: undefined }).faults).toEqual([]);
    },
  );
});
