import { dynamicAxis, signature, tensor } from '../../../../test/onnx/model-signature-builder.js';
import type { NamedTensor } from '../model-protocol.js';
import type { OnnxRow } from '../rows/onnx-row.js';
import { BatchLayout } from './batch-layout.js';
import type { BatchRun } from './batch-run.js';
import type { ModelSignature } from '../signature/model-signature.js';

const pair = tensor({ name: 'x', shape: ['batch', 2] });
const ids = tensor({ name: 'ids', type: 'int64', shape: ['batch', 'length'], padWith: 9 });
const mask = tensor({ name: 'mask', type: 'bool', shape: ['batch', 'length'], padWith: 0 });

describe('BatchLayout', () => {
  describe('of rows of one shape', () => {
    it('stacks them in order, each copied once into a buffer of its own', () => {
      const mine = Float32Array.of(9, 1, 2, 9);
      const [run] = plan(signature({ inputs: [pair] }), [
        { x: mine.subarray(1, 3) },
        { x: Float32Array.of(3, 4) },
      ]);
      expect(run?.inputs).toEqual([
        { name: 'x', type: 'float32', dims: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      ]);
      expect(bufferOf(run?.inputs[0]).byteLength).toBe(16);
    });

    it('gives results as views, of which nothing is copied', () => {
      const [run] = plan(signature({ inputs: [pair] }), [
        { x: new Float32Array(2) },
        { x: new Float32Array(2) },
      ]);
      const output: NamedTensor = {
        name: 'x',
        type: 'float32',
        dims: [2, 2],
        data: Float32Array.of(1, 2, 3, 4),
      };
      const results = run?.split([output]) ?? [];
      expect(results[1]?.['x']).toEqual({ type: 'float32', dims: [2], data: Float32Array.of(3, 4) });
      for (const result of results) expect(bufferOf(result['x'])).toBe(bufferOf(output));
    });

    it('asks for buffers of just the bytes that it needs', () => {
      const asked: number[] = [];
      const layout = new BatchLayout('pairs', signature({ inputs: [pair] }));
      const [run] = layout.plan([layout.read({ x: new Float32Array(2) })], {
        paddedBatchSize: 4,
        allocate: (byteLength) => {
          asked.push(byteLength);
          return new ArrayBuffer(byteLength);
        },
      });
      expect(run?.inputs).toHaveLength(1);
      expect(asked).toEqual([32]);
    });

    it('leaves out what is not to be run', () => {
      const layout = new BatchLayout('pairs', signature({ inputs: [pair] }));
      const row = layout.read({ x: new Float32Array(2) });
      expect(layout.plan([undefined, row, undefined, row]).map(({ indexes }) => indexes)).toEqual([[1, 3]]);
      expect(layout.plan([undefined])).toEqual([]);
    });

    it.each([
      ['too few rows', [1, 4]],
      ['too many rows', [4, 1]],
      ['no batch axis', []],
    ])('refuses an output with %s, since nobody could say whose a row is', (_, dims) => {
      const [run] = plan(signature({ inputs: [pair] }), [
        { x: new Float32Array(2) },
        { x: new Float32Array(2) },
      ]);
      const output = { name: 'x', type: 'float32', dims, data: new Float32Array(4) } as const;
      expect(() => run?.split([output])).toThrow(
        `output "x" came with shape [${dims.join(', ')}] for a batch of 2; its first dimension must be the batch`,
      );
    });

    it('refuses an output that was not asked for', () => {
      const [run] = plan(signature({ inputs: [pair] }), [{ x: new Float32Array(2) }]);
      const output = { name: 'y', type: 'float32', dims: [1], data: new Float32Array(1) } as const;
      expect(() => run?.split([output])).toThrow('output "y" came, which was not asked for');
    });
  });

  it('keeps rows apart that differ in any of the dimensions that the model gives no name', () => {
    const model = signature({ inputs: [tensor({ name: 'x', shape: ['batch', '', ''] })] });
    const request = (...dims: readonly number[]): OnnxRow => ({
      x: { data: new Float32Array(6), dims },
    });
    const runs = plan(model, [request(1, 6), request(1, 6), request(2, 3), request(6, 1)]);
    expect(runs.map(({ indexes }) => indexes)).toEqual([[0, 1], [2], [3]]);
    const other = { x: { data: new Float32Array(8), dims: [2, 4] } };
    expect(plan(model, [request(2, 3), other]).map(({ inputs }) => inputs[0]?.dims)).toEqual([
      [1, 2, 3],
      [1, 2, 4],
    ]);
  });

  describe('of a batch axis in the middle', () => {
    const state = tensor({ name: 'state', shape: [2, 'batch', 2], batchAxis: 1 });
    const model = signature({ inputs: [state], maxRowsPerRequest: 2 });

    it('puts the rows between each other, and takes them apart again', () => {
      const first = Float32Array.of(1, 2, 3, 4);
      const second = Float32Array.of(5, 6, 7, 8);
      const [run] = plan(model, [{ state: first }, { state: second }], { paddedBatchSize: 3 });
      expect(run?.inputs[0]).toMatchObject({
        dims: [2, 3, 2],
        data: Float32Array.of(1, 2, 5, 6, 5, 6, 3, 4, 7, 8, 7, 8),
      });
      const results = run?.split(run.inputs) ?? [];
      expect(results.map((result) => result['state'])).toEqual([
        { type: 'float32', dims: [2, 2], data: first },
        { type: 'float32', dims: [2, 2], data: second },
      ]);
    });

    it('takes and gives several rows of one request along that axis, the last of which is repeated', () => {
      const two = { data: Float32Array.from({ length: 8 }, (_, index) => index), dims: [2, 2, 2] };
      const requests = [{ state: Float32Array.of(9, 9, 9, 9) }, { state: two }];
      const [run] = plan(model, requests, { paddedBatchSize: 4 });
      expect(run?.inputs[0]).toMatchObject({
        dims: [2, 4, 2],
        data: Float32Array.of(9, 9, 0, 1, 2, 3, 2, 3, 9, 9, 4, 5, 6, 7, 6, 7),
      });
      expect(run?.split(run.inputs)[1]?.['state']).toEqual({ type: 'float32', ...two });
    });

    it('names that axis where an output has another number of rows along it', () => {
      const [run] = plan(model, [{ state: new Float32Array(4) }]);
      const output = { name: 'state', type: 'float32', dims: [1, 2, 2], data: new Float32Array(4) } as const;
      expect(() => run?.split([output])).toThrow(
        'output "state" came with shape [1, 2, 2] for a batch of 1; its axis 1 must be the batch',
      );
    });
  });

  describe('of several rows in one request', () => {
    const model = signature({ inputs: [pair], maxRowsPerRequest: 3, allowedBatchSizes: [4, 8] });
    const rows = (count: number): OnnxRow => ({ x: { data: new Float32Array(2 * count), dims: [count, 2] } });

    it('counts rows, and keeps those of a request together', () => {
      const runs = plan(model, [rows(3), rows(3), rows(3), rows(1)]);
      expect(
        runs.map(({ indexes, rowCount, paddedRowCount }) => [indexes, rowCount, paddedRowCount]),
      ).toEqual([
        [[0, 1], 6, 8],
        [[2, 3], 4, 4],
      ]);
    });

    it('gives results the batch axis if the request came with it, also for one row', () => {
      const [run] = plan(model, [rows(3), rows(1), { x: new Float32Array(2) }]);
      expect(run?.split(run.inputs).map((result) => result['x']?.dims)).toEqual([[3, 2], [1, 2], [2]]);
    });

    it('tells what a request costs', () => {
      const layout = new BatchLayout('pairs', model);
      expect(layout.rowCountOf(rows(3))).toBe(3);
      expect(layout.costOf(rows(3))).toBe(3);
    });
  });

  describe('of sizes', () => {
    const rows = Array.from({ length: 5 }, (_, index) => ({ x: Float32Array.of(index, index) }));
    const sizesOf = (runs: readonly BatchRun[]): unknown =>
      runs.map(({ rowCount, paddedRowCount }) => [rowCount, paddedRowCount]);

    it('repeats the last row up to the size that the batcher wants', () => {
      const [run] = plan(signature({ inputs: [pair] }), rows.slice(3), { paddedBatchSize: 4 });
      expect(run?.inputs[0]?.data).toEqual(Float32Array.of(3, 3, 4, 4, 4, 4, 4, 4));
      expect(run?.split(run.inputs)).toHaveLength(2);
    });

    it('runs a model of a fixed batch size at that, as often as it takes', () => {
      const fixed = signature({ inputs: [pair], fixedBatchSize: 3, allowedBatchSizes: [3] });
      expect(sizesOf(plan(fixed, rows, { paddedBatchSize: 8 }))).toEqual([
        [3, 3],
        [2, 3],
      ]);
    });

    it('runs each group at the smallest allowed size that holds it', () => {
      const model = signature({
        inputs: [tensor({ name: 'x', shape: ['batch', 'n'] })],
        allowedBatchSizes: [8, 2, 4],
      });
      const requests = [2, 3, 2, 2, 3].map((n) => ({ x: { data: new Float32Array(n), dims: [n] } }));
      expect(sizesOf(plan(model, requests, { paddedBatchSize: 8 }))).toEqual([
        [3, 4],
        [2, 2],
      ]);
      expect(sizesOf(plan(model, requests.slice(0, 1)))).toEqual([[1, 2]]);
    });

    it('cuts what is more than the largest allowed size', () => {
      const model = signature({ inputs: [pair], allowedBatchSizes: [2] });
      expect(sizesOf(plan(model, rows))).toEqual([
        [2, 2],
        [2, 2],
        [1, 2],
      ]);
      expect(sizesOf(plan(model, rows.slice(0, 1), { paddedBatchSize: 6 }))).toEqual([[1, 2]]);
    });
  });

  describe('of shared inputs and outputs', () => {
    const rate = tensor({ name: 'rate', type: 'float64', shape: [], batchAxis: undefined });
    const model = signature({ inputs: [pair, rate] });
    const request = (value: number): OnnxRow => ({
      x: Float32Array.of(value, value),
      rate: Float64Array.of(value),
    });

    it('runs requests together only if their shared inputs are equal', () => {
      const runs = plan(model, [request(1), request(2), request(1)]);
      expect(runs.map(({ indexes }) => indexes)).toEqual([[0, 2], [1]]);
      expect(runs[0]?.inputs[1]).toEqual({
        name: 'rate',
        type: 'float64',
        dims: [],
        data: Float64Array.of(1),
      });
      const layout = new BatchLayout('speech', model);
      expect(layout.bucketOf(request(1))).toBe(layout.bucketOf(request(1)));
      expect(layout.bucketOf(request(1))).not.toBe(layout.bucketOf(request(2)));
    });

    it('gives a shared output to every request, whole', () => {
      const [run] = plan(model, [request(1), request(1)]);
      const results = run?.split(run.inputs) ?? [];
      expect(results.map((result) => result['rate'])).toEqual(
        Array(2).fill({ type: 'float64', dims: [], data: Float64Array.of(1) }),
      );
    });

    it('cuts a shared output that has a dynamic axis to the length of each request', () => {
      const text = tensor({ shape: ['batch', 'length'], padWith: 0 });
      const distances = tensor({ name: 'distances', shape: ['length', 'length'], batchAxis: undefined });
      const [run] = plan(
        signature({
          inputs: [text],
          outputs: [distances],
          dynamicAxes: [dynamicAxis({ maxPaddingShare: 1 })],
        }),
        [1, 2, 3].map((length) => ({ x: { data: new Float32Array(length), dims: [length] } })),
      );
      const data = Float32Array.of(0, 1, 2, 1, 0, 1, 2, 1, 0);
      const results = run?.split([{ name: 'distances', type: 'float32', dims: [3, 3], data }]);
      expect(results?.map((result) => result['distances'])).toEqual([
        { type: 'float32', dims: [1, 1], data: Float32Array.of(0) },
        { type: 'float32', dims: [2, 2], data: Float32Array.of(0, 1, 1, 0) },
        { type: 'float32', dims: [3, 3], data },
      ]);
    });

    it('counts what all rows share neither as theirs nor as padding', () => {
      const layout = new BatchLayout('speech', model);
      const [run] = layout.plan([layout.read(request(1))], { paddedBatchSize: 4 });
      expect(run?.inputs).toHaveLength(2);
      expect(layout.readPadding()).toMatchObject({ realElements: 2, paddingElements: 6 });
    });

    it('tells long values apart, and values of different shapes', () => {
      const table = tensor({ name: 'table', shape: ['', ''], batchAxis: undefined });
      const layout = new BatchLayout('tables', signature({ inputs: [pair, table] }));
      const key = (dims: readonly number[], last: number): unknown => {
        const data = new Float32Array(100);
        data[99] = last;
        return layout.bucketOf({ x: new Float32Array(2), table: { data, dims } });
      };
      expect(new Set([key([10, 10], 0), key([10, 10], 1), key([4, 25], 0), key([10, 10], 0)]).size).toBe(3);
    });
  });

  describe('of rows of different length', () => {
    const model = signature({
      inputs: [ids, mask],
      dynamicAxes: [dynamicAxis({ mask: 'mask' })],
      outputs: [
        { name: 'hidden', type: 'float32', shape: ['batch', 'length', 2], batchAxis: 0 },
        { name: 'scores', type: 'float32', shape: ['batch', 2, 'length'], batchAxis: 0 },
      ],
    });
    const row = (...tokens: number[]): OnnxRow => ({
      ids: { data: BigInt64Array.from(tokens, BigInt), dims: [tokens.length] },
    });

    it('fills them up to the longest and makes the mask', () => {
      const [run] = plan(model, [row(1), row(2, 3, 4)]);
      expect(run?.inputs).toEqual([
        { name: 'ids', type: 'int64', dims: [2, 3], data: BigInt64Array.of(1n, 9n, 9n, 2n, 3n, 4n) },
        { name: 'mask', type: 'bool', dims: [2, 3], data: Uint8Array.of(1, 0, 0, 1, 1, 1) },
      ]);
    });

    it('cuts the padding off outputs that have the dimension, wherever it is', () => {
      const [run] = plan(model, [row(1), row(2, 3)]);
      const count = Float32Array.from({ length: 8 }, (_, index) => index);
      const [first, second] =
        run?.split([
          { name: 'hidden', type: 'float32', dims: [2, 2, 2], data: count },
          { name: 'scores', type: 'float32', dims: [2, 2, 2], data: count },
        ]) ?? [];
      expect(first).toEqual({
        hidden: { type: 'float32', dims: [1, 2], data: Float32Array.of(0, 1) },
        scores: { type: 'float32', dims: [2, 1], data: Float32Array.of(0, 2) },
      });
      expect(second?.['scores']).toEqual({
        type: 'float32',
        dims: [2, 2],
        data: Float32Array.of(4, 5, 6, 7),
      });
      expect(bufferOf(first?.['hidden'])).toBe(count.buffer);
    });

    it('refuses an output whose length is not that of the inputs', () => {
      const [run] = plan(model, [row(1), row(2, 3)]);
      const output = { name: 'hidden', type: 'float32', dims: [2, 1, 2], data: new Float32Array(4) } as const;
      expect(() => run?.split([output])).toThrow(
        'output "hidden" came with shape [2, 1, 2] for inputs whose length is 2; its length must be the same',
      );
    });

    it('runs together only what keeps padding below its share', () => {
      const strict = { ...model, dynamicAxes: [dynamicAxis({ mask: 'mask', maxPaddingShare: 0.25 })] };
      const lengths = [3, 4, 5, 6, 1];
      const runs = plan(
        strict,
        lengths.map((length) => row(...Array<number>(length).fill(1))),
      );
      expect(runs.map(({ indexes }) => indexes.map((index) => lengths[index]))).toEqual([
        [3, 4],
        [5, 6],
        [1],
      ]);
    });

    it('keeps several axes apart, each by its own share', () => {
      const image = tensor({ name: 'image', shape: ['batch', 'height', 'width'], padWith: 0 });
      const layout = new BatchLayout(
        'images',
        signature({
          inputs: [image],
          dynamicAxes: [
            dynamicAxis({ name: 'height', maxPaddingShare: 0 }),
            dynamicAxis({ name: 'width', maxPaddingShare: 1 }),
          ],
        }),
      );
      const request = (height: number, width: number): OnnxRow => ({
        image: { data: new Float32Array(height * width), dims: [height, width] },
      });
      expect(layout.bucketOf(request(2, 3))).toBe(layout.bucketOf(request(2, 9)));
      expect(layout.bucketOf(request(2, 3))).not.toBe(layout.bucketOf(request(3, 3)));
      expect(layout.costOf(request(4, 6))).toBe(24);
    });

    it('counts what is padding, of rows and of lengths', () => {
      const layout = new BatchLayout('text', model);
      expect(layout.readPadding()).toMatchObject({ runs: 0, paddingShare: 0 });
      const [run] = layout.plan([layout.read(row(1)), layout.read(row(2, 3, 4))], { paddedBatchSize: 4 });
      expect(run?.inputs).toHaveLength(2);
      expect(layout.readPadding()).toEqual({
        runs: 1,
        realRows: 2,
        paddingRows: 2,
        // Of ids and mask: 4 of 4 times 3 each.
        realElements: 8,
        paddingElements: 16,
        paddingShare: 2 / 3,
      });
    });
  });
});

function plan(
  model: ModelSignature,
  requests: readonly OnnxRow[],
  options?: Parameters<BatchLayout['plan']>[1],
): readonly BatchRun[] {
  const layout = new BatchLayout('test', model);
  return layout.plan(
    requests.map((request) => layout.read(request)),
    options,
  );
}

function bufferOf(tensor: { readonly data: NamedTensor['data'] } | undefined): ArrayBufferLike {
  if (tensor === undefined || !('buffer' in tensor.data)) throw new Error('it has no buffer');
  return tensor.data.buffer;
}
