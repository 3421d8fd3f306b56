import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { BatchProcessingError, InvalidRequestError } from 'nestjs-batching/core';
import {
  OnnxModel,
  TENSOR_TYPES,
  type OnnxModelOptions,
  type OnnxResultRow,
  type OnnxRow,
  type TensorData,
  type TensorType,
} from 'nestjs-batching/onnx';
import { buildOnnxModel, type OnnxGraph } from 'nestjs-batching/testing';

import { batchOf } from './echo-rows.js';
import { runRows } from './run-rows.js';

describe('OnnxModel, run by ONNX Runtime', () => {
  let folder: string;
  const open: OnnxModel[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-model-'));
  });
  afterEach(() => Promise.all(open.splice(0).map((model) => model.close())));
  afterAll(() => rm(folder, { recursive: true }));

  async function load(
    model: OnnxGraph | string,
    options: Omit<OnnxModelOptions, 'path'> = {},
  ): Promise<OnnxModel> {
    const path = typeof model === 'string' ? model : join(folder, 'model.onnx');
    if (typeof model !== 'string') await writeFile(path, await buildOnnxModel(model));
    const loaded = await OnnxModel.load('test', { path, ...options });
    open.push(loaded);
    return loaded;
  }

  it('answers each row of a batch as it answers the row alone', async () => {
    const model = await load(perceptron());
    const rows = Array.from({ length: 17 }, () => ({ x: randomRow(16) }));
    await expectSameAsAlone(model, rows, 'y', [4]);
  });

  it('answers images of digits in a batch as it answers them alone', async () => {
    const model = await load(resolve('apps/inference-api/model/digits.onnx'), {
      inputs: { image: { type: 'float32', shape: ['batch', 1, 28, 28] } },
      outputs: { logits: { type: 'float32', shape: ['batch', 10] } },
    });
    const rows = Array.from({ length: 9 }, () => ({ image: randomRow(784) }));
    await expectSameAsAlone(model, rows, 'logits', [10]);
  });

  it('leaves the callers their buffers, untouched, also in a batch of one', async () => {
    const model = await load(perceptron());
    const large = randomRow(3 * 16);
    const before = large.slice();
    const rows = [0, 1, 2].map((index) => ({ x: large.subarray(16 * index, 16 * (index + 1)) }));
    await runRows(model, rows);
    await runRows(model, rows.slice(0, 1));
    expect(large).toEqual(before);
  });

  it('carries every element type there and back', async () => {
    const value = (side: string): OnnxGraph['inputs'] =>
      TENSOR_TYPES.map((type) => ({ name: `${type}-${side}`, type, shape: ['batch', 2] }));
    const model = await load({
      inputs: value('in'),
      outputs: value('out'),
      nodes: TENSOR_TYPES.map((type) => ({
        op: 'Identity',
        inputs: [`${type}-in`],
        outputs: [`${type}-out`],
      })),
    });
    const rows = [elementsOfAllTypes(0), elementsOfAllTypes(1)];
    const results = await runRows(model, rows);
    results.forEach((result, index) => {
      for (const type of TENSOR_TYPES) {
        const { data, ...rest } = result[`${type}-out`] ?? {};
        expect(rest).toEqual({ type, dims: [2] });
        expect(data).toEqual(rows[index]?.[`${type}-in`]);
      }
    });
  });

  it('runs rows whose free dimensions differ, each for itself and none for its neighbor', async () => {
    const model = await load(maskedTokens());
    const lengths = [3, 5, 3, 1, 5, 5];
    const rows = lengths.map((length, index) => maskedRow(length, index));
    const results = await runRows(model, rows);
    results.forEach((result, index) => {
      const length = lengths[index] ?? 0;
      const expected = Float32Array.from({ length }, (_, at) => (at % 2 === 0 ? 10 * index + at : 0));
      expect(result['masked']).toEqual({ type: 'float32', dims: [length], data: expected });
      expect(result['hidden']).toMatchObject({ type: 'bool', dims: [length] });
      expect(Array.from((result['hidden']?.data ?? []) as Uint8Array)).toEqual(
        Array.from({ length }, (_, at) => at % 2),
      );
    });
  });

  it('fetches the named outputs only', async () => {
    const model = await load(maskedTokens(), { outputs: ['hidden'] });
    const [result] = await runRows(model, [maskedRow(2, 0)]);
    expect(Object.keys(result ?? {})).toEqual(['hidden']);
    expect(model.metadata.outputs).toEqual([
      { name: 'hidden', type: 'bool', shape: ['batch', 'length'], batchAxis: 0 },
    ]);
  });

  it('refuses what does not fit the model before it runs, and says what would', async () => {
    const model = await load(perceptron());
    expect(() => model.validateRequest({ x: new Float32Array(15) })).toThrow(InvalidRequestError);
    expect(() => model.validateRequest({ x: new Float32Array(15) })).toThrow(
      'Model "test": input "x": expected float32 [16] (a Float32Array of length 16), received a Float32Array of length 15.',
    );
  });

  it('fails a request alone that makes ONNX Runtime fail, with its words, and answers its neighbors', async () => {
    const model = await load(lookup(), { session: { logLevel: 'fatal' } });
    const rows = [0, 1, 2, 99, 0, 1, 2].map((index) => lookupRow(index));
    const results = await model.processBatch(rows, batchOf(rows.length));
    const poisoned = results[3];
    expect(poisoned).toBeInstanceOf(BatchProcessingError);
    expect((poisoned as Error).message).toMatch(/indices element out of data bounds/);
    expect(
      results.filter((_, index) => index !== 3).map((result) => (result as OnnxResultRow)['y']?.data[0]),
    ).toEqual([10, 20, 30, 10, 20, 30]);
  });

  it('tells each of a batch in which nobody can be answered why, and runs the next', async () => {
    const model = await load(lookup(), { session: { logLevel: 'fatal' } });
    const failed = await model.processBatch([lookupRow(98), lookupRow(99)], batchOf(2));
    expect(failed.map((error) => (error as Error).message)).toEqual([
      expect.stringMatching(/out of data bounds, idx=98/),
      expect.stringMatching(/out of data bounds, idx=99/),
    ]);
    const [result] = await runRows(model, [lookupRow(1)]);
    expect(result?.['y']?.data).toEqual(Float32Array.of(20));
    expect(model.getHealth().isReady).toBe(true);
  });

  it('fails only the shape that ONNX Runtime fails', async () => {
    const model = await load(lookup(), { session: { logLevel: 'fatal' } });
    const [failed, ran] = await model.processBatch([lookupRow(99), lookupRow(0, 1)], batchOf(2));
    expect(failed).toBeInstanceOf(BatchProcessingError);
    expect((ran as OnnxResultRow)['y']?.data).toEqual(Float32Array.of(10, 20));
  });

  it('runs overlapping batches one after the other, each with its own results', async () => {
    const model = await load(perceptron());
    const batches = Array.from({ length: 6 }, () => [{ x: randomRow(16) }, { x: randomRow(16) }]);
    const together = await Promise.all(batches.map((rows) => runRows(model, rows)));
    for (const [index, rows] of batches.entries())
      expect(together[index]).toEqual(await runRows(model, rows));
  });

  it('has the threads of ONNX Runtime block while they wait, unless they may spin', async () => {
    const path = join(folder, 'logged.onnx');
    await writeFile(path, await buildOnnxModel(perceptron()));
    const program = join('test', 'onnx', 'programs', 'log-a-start.js');
    const optionsOf = async (session: OnnxModelOptions['session']): Promise<string> => {
      const { stderr } = await promisify(execFile)(process.execPath, [
        program,
        path,
        JSON.stringify(session),
      ]);
      return /Session Options .* config_options: \{(.*?)\}/.exec(stderr)?.[1] ?? 'no options in the log';
    };
    const withoutSpinning = await optionsOf({});
    expect(withoutSpinning).toContain('session.intra_op.allow_spinning: 0');
    expect(withoutSpinning).toContain('session.inter_op.allow_spinning: 0');
    expect((await optionsOf({ allowSpinning: true })).trim()).toBe('');
  });

  it('keeps the event loop turning while the model runs', async () => {
    const size = 1024;
    const model = await load(matrixChain(size, 20), { session: { intraOpNumThreads: 1 } });
    const rows = Array.from({ length: 256 }, () => ({ x: new Float32Array(size) }));

    const startedAtMs = performance.now();
    let isRunning = true;
    const running = runRows(model, rows).finally(() => (isRunning = false));
    const lap = { lastMs: performance.now(), longestMs: 0 };
    while (isRunning) {
      await new Promise((next) => setImmediate(next));
      const nowMs = performance.now();
      lap.longestMs = Math.max(lap.longestMs, nowMs - lap.lastMs);
      lap.lastMs = nowMs;
    }
    await running;
    const runMs = performance.now() - startedAtMs;

    // A run on this thread would be one lap of the whole time.
    expect(lap.longestMs).toBeLessThan(runMs / 2);
  }, 60_000);

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('gives ONNX Runtime the threads that the session options name', async () => {
    const countThreads = async (): Promise<number> => (await readdir('/proc/self/task')).length;
    const threadsOf = async (session: NonNullable<OnnxModelOptions['session']>): Promise<number> => {
      const before = await countThreads();
      const model = await load(perceptron(), { session });
      const threads = (await countThreads()) - before;
      await model.close();
      return threads;
    };
    const alone = await threadsOf({ intraOpNumThreads: 1 });
    expect(await threadsOf({ intraOpNumThreads: 4 })).toBe(alone + 3);
    const parallel = { executionMode: 'parallel', intraOpNumThreads: 1, interOpNumThreads: 3 } as const;
    expect(await threadsOf(parallel)).toBe(alone + 2);
  });
});

/** To 1e-6 of the largest element: a batch may add in another order than a single row. */
async function expectSameAsAlone(
  model: OnnxModel,
  rows: readonly OnnxRow[],
  outputName: string,
  dims: readonly number[],
): Promise<void> {
  const together = await runRows(model, rows);
  expect(together).toHaveLength(rows.length);
  for (const [index, row] of rows.entries()) {
    const [alone] = await runRows(model, [row]);
    const expected = Array.from((alone?.[outputName]?.data ?? []) as Float32Array);
    const received = Array.from((together[index]?.[outputName]?.data ?? []) as Float32Array);
    const largest = Math.max(1, ...expected.map(Math.abs));
    expect(together[index]?.[outputName]?.dims).toEqual(dims);
    expect(received).toHaveLength(expected.length);
    expect(Math.max(...expected)).toBeGreaterThan(Math.min(...expected));
    received.forEach((element, at) => {
      expect(Math.abs(element - (expected[at] ?? NaN))).toBeLessThanOrEqual(1e-6 * largest);
    });
  }
}

function randomRow(length: number): Float32Array {
  return Float32Array.from({ length }, () => Math.random());
}

function perceptron(): OnnxGraph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', 16] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 4] }],
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w1'], outputs: ['h1'] },
      { op: 'Tanh', inputs: ['h1'], outputs: ['h2'] },
      { op: 'MatMul', inputs: ['h2', 'w2'], outputs: ['y'] },
    ],
    initializers: [
      { name: 'w1', type: 'float32', dims: [16, 32], data: waves(16 * 32) },
      { name: 'w2', type: 'float32', dims: [32, 4], data: waves(32 * 4) },
    ],
  };
}

/** `masked` is each token where the mask is 1 and else 0; `hidden` is the mask turned round. */
function maskedTokens(): OnnxGraph {
  return {
    inputs: [
      { name: 'tokens', type: 'int64', shape: ['batch', 'length'] },
      { name: 'mask', type: 'bool', shape: ['batch', 'length'] },
    ],
    outputs: [
      { name: 'masked', type: 'float32', shape: ['batch', 'length'] },
      { name: 'hidden', type: 'bool', shape: ['batch', 'length'] },
    ],
    nodes: [
      { op: 'Cast', inputs: ['tokens'], outputs: ['values'], attributes: { to: { int: 1 } } },
      { op: 'Cast', inputs: ['mask'], outputs: ['weights'], attributes: { to: { int: 1 } } },
      { op: 'Mul', inputs: ['values', 'weights'], outputs: ['masked'] },
      { op: 'Not', inputs: ['mask'], outputs: ['hidden'] },
    ],
  };
}

function maskedRow(length: number, index: number): OnnxRow {
  const tokens = BigInt64Array.from({ length }, (_, at) => BigInt(10 * index + at));
  const mask = Uint8Array.from({ length }, (_, at) => (at + 1) % 2);
  return { tokens: { data: tokens, dims: [length] }, mask: { data: mask, dims: [length] } };
}

/** A table of three entries; any other index is an error of the runtime. */
function lookup(): OnnxGraph {
  return {
    inputs: [{ name: 'index', type: 'int64', shape: ['batch', 'length'] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', 'length'] }],
    nodes: [{ op: 'Gather', inputs: ['table', 'index'], outputs: ['y'] }],
    initializers: [{ name: 'table', type: 'float32', dims: [3], data: [10, 20, 30] }],
  };
}

function lookupRow(...indexes: number[]): OnnxRow {
  return { index: { data: BigInt64Array.from(indexes, BigInt), dims: [indexes.length] } };
}

function matrixChain(size: number, length: number): OnnxGraph {
  const nameAt = (index: number): string => (index === 0 ? 'x' : index === length ? 'y' : `h${index}`);
  return {
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', size] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', size] }],
    nodes: Array.from({ length }, (_, index) => ({
      op: 'MatMul',
      inputs: [nameAt(index), 'w'],
      outputs: [nameAt(index + 1)],
    })),
    initializers: [
      { name: 'w', type: 'float32', dims: [size, size], data: new Float32Array(size * size).fill(1e-3) },
    ],
  };
}

function waves(length: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => Math.sin(index + 1) / 4);
}

/** The largest and the smallest element of each type, in an order that depends on the row. */
function elementsOfAllTypes(index: number): OnnxRow {
  const extremes: Record<TensorType, TensorData> = {
    float32: Float32Array.of(1.5, -2.5e38),
    float64: Float64Array.of(Math.PI, -1e300),
    int8: Int8Array.of(127, -128),
    int16: Int16Array.of(32_767, -32_768),
    int32: Int32Array.of(2 ** 31 - 1, -(2 ** 31)),
    int64: BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)),
    uint8: Uint8Array.of(255, 0),
    uint16: Uint16Array.of(65_535, 1),
    uint32: Uint32Array.of(2 ** 32 - 1, 2),
    uint64: BigUint64Array.of(2n ** 64n - 1n, 3n),
    bool: Uint8Array.of(1, 0),
    // As bits: the largest and the smallest number that half precision has.
    float16: Uint16Array.of(0x7bff, 0x8001),
    string: ['\u{1F600} two', ''],
  };
  return Object.fromEntries(
    TENSOR_TYPES.map((type) => [
      `${type}-in`,
      index === 0 ? extremes[type] : (extremes[type].slice().reverse() as TensorData),
    ]),
  );
}
