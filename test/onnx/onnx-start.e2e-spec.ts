import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { InvalidConfigError } from 'nestjs-batching/core';
import { OnnxModel, type OnnxModelOptions } from 'nestjs-batching/onnx';
import { buildOnnxModel, type OnnxGraph } from 'nestjs-batching/testing';

import { doubling } from './doubling.js';

/** One that this machine cannot have. */
const ABSENT = process.platform === 'darwin' ? 'dml' : 'coreml';

describe('The start of an OnnxModel', () => {
  let folder: string;
  const warnings: string[] = [];
  const messages: string[] = [];
  const logger = {
    log: (message: string) => void messages.push(message),
    warn: (message: string) => void warnings.push(message),
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-start-'));
  });
  beforeEach(() => {
    warnings.splice(0);
    messages.splice(0);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function pathOf(model: OnnxGraph | string): Promise<string> {
    const path = join(folder, 'model.onnx');
    await writeFile(path, typeof model === 'string' ? model : await buildOnnxModel(model));
    return path;
  }

  async function faultsOf(options: OnnxModelOptions): Promise<string[]> {
    const error: unknown = await OnnxModel.load('test', { logger, ...options }).then(
      (model) => model.close(),
      (reason: unknown) => reason,
    );
    if (!(error instanceof InvalidConfigError)) throw new Error('there is no fault', { cause: error });
    return error.faults.map(({ field, problem }) => `${field}: ${problem}`);
  }

  describe('with a model that makes nothing of zeros', () => {
    // Row x − 100 of a table of five: what zeros ask for is not there.
    const table: OnnxGraph = {
      inputs: [{ name: 'x', type: 'int64', shape: ['batch', 'words'] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 'words'] }],
      initializers: [
        { name: 'hundred', type: 'int64', dims: [], data: [100n] },
        { name: 'table', type: 'float32', dims: [5], data: [2, 3, 5, 7, 11] },
      ],
      nodes: [
        { op: 'Sub', inputs: ['x', 'hundred'], outputs: ['index'] },
        { op: 'Gather', inputs: ['table', 'index'], outputs: ['y'] },
      ],
    };
    const words = (...numbers: bigint[]) => ({ data: new BigInt64Array(numbers), dims: [numbers.length] });

    it('says that zeros were tried, and what to give instead', async () => {
      const path = await pathOf(table);
      expect(await faultsOf({ path })).toEqual([
        expect.stringMatching(/2 rows of zeros failed: .*indices.*give a warmupRow/) as string,
      ]);
    });

    it('starts with a row such as requests bring, and runs it at every size', async () => {
      const path = await pathOf(table);
      const warmupRow = { x: words(100n, 103n, 104n) };
      const model = await OnnxModel.load('test', { path, logger, warmupRow, warmupBatchSizes: [1, 8] });
      expect(model.metadata.warmUps.map(({ batchSize }) => batchSize)).toEqual([8, 1]);

      const { signal } = new AbortController();
      const context = { batchId: 1, batchSize: 1, paddedBatchSize: 1, signal };
      const [row] = await model.processBatch([{ x: words(101n, 102n) }], context);
      expect(row).toMatchObject({ y: { data: new Float32Array([3, 5]) } });
      await model.close();
    });

    it.each<[string, OnnxModelOptions['warmupRow'], RegExp]>([
      ['lacks an input', {}, /^warmupRow: .*input "x" is missing/],
      ['is of another type', { x: new Float32Array(3) }, /^warmupRow: .*input "x".*received.*Float32Array/],
      ['makes the model fail', { x: words(0n) }, /the warmupRow 2 times failed: .*indices/],
    ])('refuses a row that %s', async (_, warmupRow, fault) => {
      const path = await pathOf(table);
      expect(await faultsOf({ path, warmupRow })).toEqual([expect.stringMatching(fault) as string]);
    });

    it('refuses several rows in one', async () => {
      const path = await pathOf(table);
      const warmupRow = { x: { data: new BigInt64Array(6).fill(100n), dims: [2, 3] } };
      expect(await faultsOf({ path, maxRowsPerRequest: 4, warmupRow })).toEqual([
        'warmupRow: received 2 rows, expected one',
      ]);
    });
  });

  it('tells what was loaded, on what it runs, and how long it took', async () => {
    const path = await pathOf(doubling(['batch', 3]));
    const model = await OnnxModel.load('test', { path, logger, warmupBatchSizes: [1, 8] });
    expect(model.metadata).toEqual({
      name: 'test',
      path,
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3], batchAxis: 0 }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 3], batchAxis: 0 }],
      dynamicAxes: [],
      fixedBatchSize: undefined,
      allowedBatchSizes: undefined,
      maxRowsPerRequest: 1,
      executionProvider: 'cpu',
      failedExecutionProviders: [],
      devices: [],
      instances: 1,
      isolation: 'thread',
      // As the machine is.
      intraOpNumThreads: expect.any(Number) as number,
      loadMs: expect.any(Number) as number,
      warmUps: [
        { batchSize: 8, runMs: expect.any(Number) as number },
        { batchSize: 1, runMs: expect.any(Number) as number },
      ],
      runtimeVersion: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
    expect(messages).toEqual([
      expect.stringMatching(
        /^Model "test" runs on cpu in one thread: loaded in \d+ ms; warm-up by batches of 8 in .*, 1 in .* ms\.$/,
      ) as string,
    ]);
    expect(warnings).toEqual([]);
    await model.close();
  });

  it('falls back to the next execution provider, and says so loudly', async () => {
    const path = await pathOf(doubling(['batch', 3]));
    const model = await OnnxModel.load('test', { path, logger, executionProviders: [ABSENT, 'cpu'] });
    expect(model.metadata.executionProvider).toBe('cpu');
    expect(model.metadata.failedExecutionProviders).toEqual([
      { name: ABSENT, reason: expect.stringContaining('backend not found') as string },
    ]);
    expect(warnings).toEqual([expect.stringContaining(`"${ABSENT}" does not work here`) as string]);
    expect(model.getHealth()).toMatchObject({ isReady: true, details: { executionProvider: 'cpu' } });
    await model.close();
  });

  it('does not start if no execution provider works', async () => {
    const path = await pathOf(doubling(['batch', 3]));
    expect(await faultsOf({ path, executionProviders: [ABSENT] })).toEqual([
      expect.stringMatching(
        `^executionProviders\\[0\\]: "${ABSENT}" does not work here: .*backend not found`,
      ) as string,
    ]);
  });

  it('names a file that is not there, together with the other faults', async () => {
    const path = join(folder, 'missing.onnx');
    const faults = await faultsOf({
      path,
      executionProviders: ['gpu' as 'cpu', 'cpu'],
      session: { intraOpNumThreads: -1 },
    });
    expect(faults).toEqual([
      expect.stringMatching(/^executionProviders\[0\]: received "gpu".*"cuda".*"cpu"/) as string,
      expect.stringMatching(/^session\.intraOpNumThreads: received -1/) as string,
      expect.stringMatching(/^path: ".*missing\.onnx" does not exist/) as string,
    ]);
  });

  it.each([
    ['a folder', '.', 'is not a file'],
    ['an empty file', '', 'is an empty file'],
    [
      'a model that Git LFS has not fetched',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n',
      'is a pointer of Git LFS, not the file itself; fetch that by: git lfs pull',
    ],
    [
      'text',
      'this is no model',
      'ONNX Runtime cannot open ".*model\\.onnx" as an ONNX model: .*Protobuf parsing failed',
    ],
  ])('does not take %s for a model', async (_, content, problem) => {
    const path = content === '.' ? folder : await pathOf(content);
    expect(await faultsOf({ path })).toEqual([expect.stringMatching(`^path: .*${problem}`) as string]);
  });

  it('names the faults of the options and of the model itself at once', async () => {
    const path = await pathOf(doubling(['batch', 3]));
    const faults = await faultsOf({
      path,
      executionProviders: ['gpu' as 'cpu'],
      inputs: { x: { type: 'int64', shape: ['batch', 4] }, mask: {} },
      outputs: ['z'],
    });
    expect(faults).toEqual([
      expect.stringMatching(/^executionProviders\[0\]: received "gpu"/) as string,
      'inputs.mask: the model has no such input; it has x: float32 [batch, 3]',
      'inputs.x: declared int64, the model has float32',
      'inputs.x: declared [batch, 4], the model has [batch, 3]',
      'outputs.z: the model has no such output; it has y: float32 [batch, 3]',
    ]);
  });

  it.each<[string, OnnxGraph, string]>([
    ['no batch axis', doubling([]), '^inputs\\.x: the model has no batch axis'],
    [
      'an output that mixes the rows',
      sumOfRows(),
      '^outputs\\.y: output "y" came with shape \\[1, 3\\] for a batch of 2',
    ],
    [
      'a constant output, also if it has as many rows as the first batch that is tried',
      withConstant(2),
      '^outputs\\.anchors: output "anchors" came with shape \\[2, 1\\] for a batch of 1; .*`shared: true`',
    ],
  ])('does not take a model with %s', async (_, graph, fault) => {
    expect(await faultsOf({ path: await pathOf(graph) })).toEqual([expect.stringMatching(fault) as string]);
  });

  it('works in a program from the command line, whose arguments no worker would start with', async () => {
    const path = await pathOf(doubling(['batch', 3]));
    const program = `
      import { OnnxModel } from 'nestjs-batching/onnx';
      const model = await OnnxModel.load('test', { path: ${JSON.stringify(path)} });
      console.log(model.metadata.executionProvider);
      await model.close();`;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      program,
    ]);
    expect(stdout).toBe('cpu\n');
  }, 60_000);

  it('says which package is missing where onnxruntime-node is not installed', async () => {
    const path = await pathOf(doubling(['batch', 3]));
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(elsewhere);
    await cp('package.json', join(elsewhere, 'package.json'));
    for (const lib of ['core', 'worker', 'onnx'])
      await cp(`dist/libs/${lib}`, join(elsewhere, `dist/libs/${lib}`), { recursive: true });
    const program = `
      const { OnnxModel } = await import('./dist/libs/onnx/src/model/onnx-model.js');
      await OnnxModel.load('test', { path: ${JSON.stringify(path)} }).catch((error) => console.log(error.message));`;
    await writeFile(join(elsewhere, 'program.mjs'), program);
    const { stdout } = await promisify(execFile)(process.execPath, ['program.mjs'], { cwd: elsewhere });
    expect(stdout.trim()).toBe(
      'Invalid configuration of model "test":\n' +
        '  - onnxruntime-node: the package is not installed; install it with: npm install onnxruntime-node',
    );
  }, 60_000);
});

/** `y` is `x`; `anchors` is the same for every batch. */
function withConstant(rows: number): OnnxGraph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
    outputs: [
      { name: 'y', type: 'float32', shape: ['batch', 3] },
      { name: 'anchors', type: 'float32', shape: [rows, 1] },
    ],
    nodes: [
      { op: 'Identity', inputs: ['x'], outputs: ['y'] },
      { op: 'Identity', inputs: ['table'], outputs: ['anchors'] },
    ],
    initializers: [{ name: 'table', type: 'float32', dims: [rows, 1], data: new Float32Array(rows) }],
  };
}

function sumOfRows(): OnnxGraph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
    outputs: [{ name: 'y', type: 'float32', shape: [1, 3] }],
    nodes: [{ op: 'ReduceSum', inputs: ['x', 'axes'], outputs: ['y'] }],
    initializers: [{ name: 'axes', type: 'int64', dims: [1], data: [0n] }],
  };
}
