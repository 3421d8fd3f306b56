import { checkExecutionProviders } from './execution-provider.js';

describe('checkExecutionProviders', () => {
  it('takes names and objects, in their order', () => {
    const { faults, executionProviders } = checkExecutionProviders([
      { name: 'cuda', deviceId: 1 },
      'webgpu',
      'cpu',
    ]);
    expect(faults).toEqual([]);
    expect(executionProviders).toEqual([{ name: 'cuda', deviceId: 1 }, { name: 'webgpu' }, { name: 'cpu' }]);
  });

  it.each([
    { name: 'cuda', deviceId: 0 },
    { name: 'tensorrt', deviceId: 0 },
    { name: 'dml', deviceId: 0 },
    { name: 'coreml', coreMlFlags: 0 },
    {
      name: 'webgpu',
      preferredLayout: 'NHWC',
      validationMode: 'wgpuOnly',
      storageBufferCacheMode: 'lazyRelease',
      forceCpuNodeNames: ['conv1', 'conv2'],
    },
  ])('takes every option that $name has', (entry) => {
    expect(checkExecutionProviders([entry])).toEqual({ faults: [], executionProviders: [entry] });
  });

  it('drops an option that is undefined, which the binding would take for a wrong one', () => {
    const { faults, executionProviders } = checkExecutionProviders([{ name: 'cuda', deviceId: undefined }]);
    expect(faults).toEqual([]);
    expect(Object.keys(executionProviders[0] ?? {})).toEqual(['name']);
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      'an unknown name',
      'vulkan',
      'executionProviders[0]',
      /received "vulkan".*"cuda", "tensorrt", "webgpu", "coreml", "dml", "cpu"/,
    ],
    ['a name in capitals', 'CUDA', 'executionProviders[0]', /received "CUDA".*"cuda"/],
    ['a name that every object inherits', 'toString', 'executionProviders[0]', /received "toString"/],
    ['no name', { deviceId: 1 }, 'executionProviders[0]', /received undefined/],
    ['a number', 7, 'executionProviders[0]', /received 7/],
    ['null', null, 'executionProviders[0]', /received null/],
    ['a list for a name', { name: ['cpu'] }, 'executionProviders[0]', /received an array of 1/],
    [
      'an option that nothing reads',
      { name: 'cuda', gpuMemLimit: 1 },
      'executionProviders[0].gpuMemLimit',
      /unknown option.*deviceId/,
    ],
    [
      'an option where there is none',
      { name: 'cpu', useArena: true },
      'executionProviders[0].useArena',
      /"cpu" has none/,
    ],
    [
      'a value out of range',
      { name: 'cuda', deviceId: -1 },
      'executionProviders[0].deviceId',
      /received -1.*integer from 0/,
    ],
    [
      'a word that is not one of the allowed',
      { name: 'webgpu', preferredLayout: 'NWHC' },
      'executionProviders[0].preferredLayout',
      /"NCHW", "NHWC"/,
    ],
    [
      'node names that are no list',
      { name: 'webgpu', forceCpuNodeNames: 'conv' },
      'executionProviders[0].forceCpuNodeNames',
      /a list that is not empty/,
    ],
    [
      'no node names, which would make ONNX Runtime refuse the provider',
      { name: 'webgpu', forceCpuNodeNames: [] },
      'executionProviders[0].forceCpuNodeNames',
      /a list that is not empty/,
    ],
    ...['', 7].map((name): [string, unknown, string, RegExp] => [
      `node names of which one is ${JSON.stringify(name)}`,
      { name: 'webgpu', forceCpuNodeNames: ['conv', name] },
      'executionProviders[0].forceCpuNodeNames',
      /each entry to be the name of a node/,
    ]),
  ])('refuses %s', (_, entry, field, problem) => {
    const { faults, executionProviders } = checkExecutionProviders([entry]);
    expect(faults).toEqual([{ field, problem: expect.stringMatching(problem) as string }]);
    expect(executionProviders).toEqual([]);
  });

  it.each([
    ['an empty list', []],
    ['a single name', 'cpu'],
    ['nothing', null],
  ])('refuses %s', (_, received) => {
    expect(checkExecutionProviders(received).faults).toEqual([
      {
        field: 'executionProviders',
        problem: expect.stringMatching(/expected a list of one or more/) as string,
      },
    ]);
  });
});
