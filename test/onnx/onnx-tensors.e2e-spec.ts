import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DynamicBatcher, InvalidConfigError } from 'nestjs-batching/core';
import {
  OnnxModel,
  type OnnxModelOptions,
  type OnnxResultRow,
  type OnnxRow,
  type TensorData,
} from 'nestjs-batching/onnx';
import { buildOnnxModel, type OnnxGraph } from 'nestjs-batching/testing';

import { runRows } from './run-rows.js';

describe('what goes into a model, run by ONNX Runtime', () => {
  let folder: string;
  let count = 0;
  const open: OnnxModel[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-tensors-'));
  });
  afterEach(() => Promise.all(open.splice(0).map((model) => model.close())));
  afterAll(() => rm(folder, { recursive: true }));

  async function load(graph: OnnxGraph, options: Omit<OnnxModelOptions, 'path'> = {}): Promise<OnnxModel> {
    const path = join(folder, `${(count += 1)}.onnx`);
    await writeFile(path, await buildOnnxModel(graph));
    const model = await OnnxModel.load('test', { path, ...options });
    open.push(model);
    return model;
  }

  describe('a state whose batch axis is in the middle', () => {
    const options = {
      inputs: { x: {}, state: { batchAxis: 1 } },
      outputs: { y: {}, next: { batchAxis: 1 } },
    };
    const request = (index: number): OnnxRow => ({
      x: floats(3, index),
      state: floats(2 * 3, 10 * index),
    });

    it('goes through with each request’s own', async () => {
      const model = await load(recurrent(), options);
      const requests = [0, 1, 2, 3].map(request);
      const together = await runRows(model, requests);
      for (const [index, result] of together.entries()) {
        expect(result).toEqual((await runRows(model, [requests[index]!]))[0]);
        expect(result['next']?.dims).toEqual([2, 3]);
        expect(elements(result['next']?.data)).toEqual(
          elements(floats(6, 10 * index)).map((value) => value + 1),
        );
      }
      expect(together[1]).not.toEqual(together[2]);
    });

    it('is refused at the start if nobody says where the batch is', async () => {
      const error = await failureOf(load(recurrent()));
      expect(error.message).toContain(
        'inputs.state: the model has it as [2, batch, 3], whose batch is axis 1',
      );
      expect(error.message).toContain('declare `batchAxis: 1`');
    });
  });

  describe('an input that all rows share', () => {
    const options = { inputs: { x: {}, rate: { shared: true } }, outputs: ['y'] };
    const request = (value: number, rate: number): OnnxRow => ({
      x: Float32Array.of(value),
      rate: Float32Array.of(rate),
    });

    it('keeps requests of different values apart, and every request gets its own', async () => {
      const model = await load(scaled(), options);
      const results = await runRows(model, [request(1, 10), request(2, 100), request(3, 10)]);
      expect(results.map((result) => elements(result['y']?.data))).toEqual([[10], [200], [30]]);
      expect(model.layout.readPadding().runs).toBe(2);
    });

    it('makes buckets of its values in a batcher', async () => {
      const model = await load(scaled(), options);
      const batcher = new DynamicBatcher<OnnxRow, OnnxResultRow>(
        { bucketOf: (row) => model.layout.bucketOf(row) },
        model,
      );
      const requests = Array.from({ length: 20 }, (_, index) => request(index, index % 2 === 0 ? 10 : 100));
      const results = await Promise.all(requests.map((row) => batcher.process(row)));
      await batcher.drain();
      expect(results.map((result) => elements(result['y']?.data)[0])).toEqual(
        requests.map((_, index) => index * (index % 2 === 0 ? 10 : 100)),
      );
    });

    it('is given back to everybody if the output is shared, and refused if nobody says so', async () => {
      const model = await load(scaled(), { ...options, outputs: { y: {}, used: { shared: true } } });
      const results = await runRows(model, [request(1, 10), request(2, 10)]);
      expect(results.map((result) => result['used'])).toEqual(
        Array(2).fill({ type: 'float32', data: Float32Array.of(10), dims: [1] }),
      );
      const error = await failureOf(load(scaled(), { ...options, outputs: ['used'] }));
      expect(error.message).toMatch(/outputs.used: .*shape \[1\] for a batch of 2.*`shared: true`/);
    });
  });

  describe('requests of several rows', () => {
    const many = (values: readonly number[]): OnnxRow => ({
      x: { data: Float32Array.from(values), dims: [values.length] },
      rate: Float32Array.of(2),
    });

    it('come back with as many', async () => {
      const inputs = { x: {}, rate: { shared: true } };
      const model = await load(scaled(), { inputs, outputs: ['y'], maxRowsPerRequest: 4 });
      const single = { x: Float32Array.of(7), rate: Float32Array.of(2) };
      const results = await runRows(model, [many([1, 2, 3]), single, many([4]), many([5, 6])]);
      expect(results.map((result) => result['y']?.dims)).toEqual([[3], [], [1], [2]]);
      expect(results.map((result) => elements(result['y']?.data))).toEqual([[2, 4, 6], [14], [8], [10, 12]]);
      expect(() => model.validateRequest(many([1, 2, 3, 4, 5]))).toThrow(/dims: \[1 to 4\].*dims \[5\]/);
    });
  });

  it('takes strings and gives strings', async () => {
    const model = await load({
      inputs: [{ name: 'text', type: 'string', shape: ['batch', 2] }],
      outputs: [{ name: 'same', type: 'string', shape: ['batch', 2] }],
      nodes: [{ op: 'Identity', inputs: ['text'], outputs: ['same'] }],
    });
    const results = await runRows(model, [{ text: ['grüß', ''] }, { text: ['\u{1F600}', 'b'] }]);
    expect(results.map((result) => result['same'])).toEqual([
      { type: 'string', dims: [2], data: ['grüß', ''] },
      { type: 'string', dims: [2], data: ['\u{1F600}', 'b'] },
    ]);
  });

  it('computes in half precision with the bits that it is given', async () => {
    const model = await load({
      inputs: [{ name: 'x', type: 'float16', shape: ['batch', 2] }],
      outputs: [
        { name: 'double', type: 'float16', shape: ['batch', 2] },
        { name: 'single', type: 'float32', shape: ['batch', 2] },
      ],
      nodes: [
        { op: 'Add', inputs: ['x', 'x'], outputs: ['double'] },
        { op: 'Cast', inputs: ['x'], outputs: ['single'], attributes: { to: { int: 1 } } },
      ],
    });
    // 1 and -2; 65,504 and the smallest number above 0.
    const results = await runRows(model, [
      { x: Uint16Array.of(0x3c00, 0xc000) },
      { x: Uint16Array.of(0x7bff, 1) },
    ]);
    expect(results.map((result) => elements(result['single']?.data))).toEqual([
      [1, -2],
      [65_504, 2 ** -24],
    ]);
    expect(results.map((result) => result['double']?.data)).toEqual([
      Uint16Array.of(0x4000, 0xc400),
      Uint16Array.of(0x7c00, 2),
    ]);
  });

  it('runs a model of a fixed batch size with any number of requests', async () => {
    const model = await load({
      inputs: [{ name: 'x', type: 'float32', shape: [4, 1] }],
      outputs: [{ name: 'y', type: 'float32', shape: [4, 1] }],
      nodes: [{ op: 'Add', inputs: ['x', 'x'], outputs: ['y'] }],
    });
    expect(model.metadata.fixedBatchSize).toBe(4);
    expect(model.allowedBatchSizes).toEqual([4]);
    for (const size of [1, 4, 9]) {
      const requests = Array.from({ length: size }, (_, index) => ({ x: Float32Array.of(index) }));
      const results = await runRows(model, requests);
      expect(results.map((result) => elements(result['y']?.data))).toEqual(
        requests.map((_, index) => [2 * index]),
      );
    }
    expect(model.layout.readPadding()).toMatchObject({ runs: 1 + 1 + 3, realRows: 14, paddingRows: 3 + 3 });
  });

  describe('rows of different length', () => {
    const dynamicAxes = { length: { mask: 'mask', maxPaddingShare: 1 } };
    const request = (length: number): OnnxRow => ({
      ids: {
        data: BigInt64Array.from({ length }, (_, at) => BigInt((7 * length + 3 * at) % 5)),
        dims: [length],
      },
    });

    it('are answered together as they are alone', async () => {
      const model = await load(pooled(), { dynamicAxes });
      const requests = [3, 7, 1, 7, 4].map(request);
      const together = await runRows(model, requests);
      expect(model.layout.readPadding()).toMatchObject({
        runs: 1,
        realElements: 2 * 22,
        paddingElements: 2 * 13,
      });
      for (const [index, result] of together.entries()) {
        const [alone] = await runRows(model, [requests[index]!]);
        expect(result['tokens']).toEqual(alone?.['tokens']);
        const [mean, expected] = [elements(result['mean']?.data), elements(alone?.['mean']?.data)];
        mean.forEach((value, at) => expect(value).toBeCloseTo(expected[at] ?? NaN, 5));
      }
      expect(together.map((result) => result['tokens']?.dims)).toEqual([
        [3, 2],
        [7, 2],
        [1, 2],
        [7, 2],
        [4, 2],
      ]);
      expect(elements(together[0]?.['mean']?.data)).not.toEqual(elements(together[1]?.['mean']?.data));
    });

    it('are filled up with the value that was stated', async () => {
      const model = await load(pooled(), {
        inputs: { ids: { padWith: 4 }, mask: {} },
        dynamicAxes: { length: { maxPaddingShare: 1 } },
      });
      const full = (length: number): OnnxRow => ({
        ...request(length),
        mask: { data: new Float32Array(length).fill(1), dims: [length] },
      });
      const rows = [full(1), full(3)];
      const results = await runRows(model, rows);
      expect(results.map((result) => result['tokens']?.dims)).toEqual([
        [1, 2],
        [3, 2],
      ]);
      const wrong = load(pooled(), {
        dynamicAxes: { length: { padWith: 0.5, mask: 'attention' }, time: {} },
      });
      expect((await failureOf(wrong)).faults.map(({ field }) => field)).toEqual([
        'dynamicAxes.length.mask',
        'dynamicAxes.time',
        'dynamicAxes.length.padWith',
      ]);
    });
  });
});

async function failureOf(loading: Promise<OnnxModel>): Promise<InvalidConfigError> {
  const error: unknown = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InvalidConfigError)) throw new Error('it was loaded', { cause: error });
  return error;
}

function floats(length: number, start: number): Float32Array {
  return Float32Array.from({ length }, (_, index) => start + index / 4);
}

function elements(data: TensorData | undefined): number[] {
  return Array.from(data as Float32Array);
}

/** `y` is `x` and both layers of the state added; the next state is this one and 1. */
function recurrent(): OnnxGraph {
  return {
    inputs: [
      { name: 'x', type: 'float32', shape: ['batch', 3] },
      { name: 'state', type: 'float32', shape: [2, 'batch', 3] },
    ],
    outputs: [
      { name: 'y', type: 'float32', shape: ['batch', 3] },
      { name: 'next', type: 'float32', shape: [2, 'batch', 3] },
    ],
    nodes: [
      {
        op: 'ReduceSum',
        inputs: ['state', 'layers'],
        outputs: ['sum'],
        attributes: { keepdims: { int: 0 } },
      },
      { op: 'Add', inputs: ['x', 'sum'], outputs: ['y'] },
      { op: 'Add', inputs: ['state', 'one'], outputs: ['next'] },
    ],
    initializers: [
      { name: 'layers', type: 'int64', dims: [1], data: [0] },
      { name: 'one', type: 'float32', dims: [], data: [1] },
    ],
  };
}

/** `y` is each `x` times the rate, which has no batch axis; `used` is the rate. */
function scaled(): OnnxGraph {
  return {
    inputs: [
      { name: 'x', type: 'float32', shape: ['batch'] },
      { name: 'rate', type: 'float32', shape: [1] },
    ],
    outputs: [
      { name: 'y', type: 'float32', shape: ['batch'] },
      { name: 'used', type: 'float32', shape: [1] },
    ],
    nodes: [
      { op: 'Mul', inputs: ['x', 'rate'], outputs: ['y'] },
      { op: 'Identity', inputs: ['rate'], outputs: ['used'] },
    ],
  };
}

/** A vector for each token, and their mean over the tokens that the mask leaves. */
function pooled(): OnnxGraph {
  return {
    inputs: [
      { name: 'ids', type: 'int64', shape: ['batch', 'length'] },
      { name: 'mask', type: 'float32', shape: ['batch', 'length'] },
    ],
    outputs: [
      { name: 'tokens', type: 'float32', shape: ['batch', 'length', 2] },
      { name: 'mean', type: 'float32', shape: ['batch', 2] },
    ],
    nodes: [
      { op: 'Gather', inputs: ['table', 'ids'], outputs: ['tokens'] },
      { op: 'Unsqueeze', inputs: ['mask', 'last'], outputs: ['weights'] },
      { op: 'Mul', inputs: ['tokens', 'weights'], outputs: ['left'] },
      { op: 'ReduceSum', inputs: ['left', 'middle'], outputs: ['sum'], attributes: { keepdims: { int: 0 } } },
      {
        op: 'ReduceSum',
        inputs: ['weights', 'middle'],
        outputs: ['count'],
        attributes: { keepdims: { int: 0 } },
      },
      { op: 'Div', inputs: ['sum', 'count'], outputs: ['mean'] },
    ],
    initializers: [
      { name: 'table', type: 'float32', dims: [5, 2], data: [1, 2, 3, 5, 7, 11, 13, 17, 19, 23] },
      { name: 'last', type: 'int64', dims: [1], data: [2] },
      { name: 'middle', type: 'int64', dims: [1], data: [1] },
    ],
  };
}
