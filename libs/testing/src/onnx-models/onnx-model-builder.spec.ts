import { Worker } from 'node:worker_threads';
import type { OnnxGraph } from './onnx-graph.js';
import { buildOnnxModel } from './onnx-model-builder.js';

interface PlainTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

const affine: OnnxGraph = {
  inputs: [{ name: 'x', type: 'float32', shape: ['batch', 3] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['batch', 2] }],
  nodes: [
    {
      op: 'Gemm',
      inputs: ['x', 'weights', 'bias'],
      outputs: ['y'],
      attributes: { transB: { int: 1 }, alpha: { float: 2 } },
    },
  ],
  initializers: [
    { name: 'weights', type: 'float32', dims: [2, 3], data: [1, 0, 0, 0, 1, 1] },
    { name: 'bias', type: 'float32', dims: [2], data: Float32Array.of(0.5, -0.5) },
  ],
};

describe('buildOnnxModel', () => {
  it('gives a model that ONNX Runtime runs on batches of any size', async () => {
    const model = await buildOnnxModel(affine);
    const one = await runModel(model, { x: { type: 'float32', dims: [1, 3], data: [1, 2, 3] } });
    const two = await runModel(model, { x: { type: 'float32', dims: [2, 3], data: [1, 2, 3, 4, 5, 6] } });
    expect(one['y']).toEqual({ type: 'float32', dims: [1, 2], data: [2.5, 9.5] });
    expect(two['y']).toEqual({ type: 'float32', dims: [2, 2], data: [2.5, 9.5, 8.5, 21.5] });
  });

  it('encodes integer tensors, lists, strings and tensor attributes', async () => {
    const model = await buildOnnxModel({
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      outputs: [
        { name: 'gathered', type: 'float32', shape: ['batch', 3] },
        { name: 'total', type: 'float32', shape: ['batch', 1] },
        { name: 'rounded', type: 'int64', shape: ['batch', 2] },
        { name: 'padded', type: 'float32', shape: ['batch', 3] },
      ],
      nodes: [
        { op: 'Gather', inputs: ['x', 'columns'], outputs: ['gathered'], attributes: { axis: { int: 1 } } },
        { op: 'ReduceMean', inputs: ['x'], outputs: ['total'], attributes: { axes: { ints: [1] } } },
        { op: 'Cast', inputs: ['x'], outputs: ['rounded'], attributes: { to: { int: 7 } } },
        {
          op: 'Constant',
          inputs: [],
          outputs: ['pads'],
          attributes: { value: { tensor: { type: 'int64', dims: [4], data: [0n, 0n, 0n, 1n] } } },
        },
        {
          op: 'Pad',
          inputs: ['x', 'pads', ''],
          outputs: ['padded'],
          attributes: { mode: { string: 'edge' } },
        },
      ],
      initializers: [{ name: 'columns', type: 'int64', dims: [3], data: [1, 0, 1] }],
    });
    const outputs = await runModel(model, { x: { type: 'float32', dims: [1, 2], data: [3, 7] } });
    expect(outputs['gathered']?.data).toEqual([7, 3, 7]);
    expect(outputs['total']?.data).toEqual([5]);
    expect(outputs['rounded']).toEqual({ type: 'int64', dims: [1, 2], data: [3, 7] });
    expect(outputs['padded']?.data).toEqual([3, 7, 7]);
  });

  it('writes the opset that it is asked for', async () => {
    const softmax = (opset: number): OnnxGraph => ({
      inputs: [{ name: 'x', type: 'float32', shape: [1, 2, 2] }],
      outputs: [{ name: 'y', type: 'float32', shape: [1, 2, 2] }],
      nodes: [{ op: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: { int: 1 } } }],
      opset,
    });
    const input = { x: { type: 'float32', dims: [1, 2, 2], data: [0, 0, 0, 0] } };
    // Before opset 13, softmax flattened all that follows its axis.
    expect((await runModel(await buildOnnxModel(softmax(11)), input))['y']?.data).toEqual(
      Array(4).fill(0.25),
    );
    expect((await runModel(await buildOnnxModel(softmax(17)), input))['y']?.data).toEqual(Array(4).fill(0.5));
  });

  it('gives the same bytes for the same description', async () => {
    expect(await buildOnnxModel(affine)).toEqual(await buildOnnxModel(affine));
  });

  it('owns the whole buffer of its result, so that it can be transferred', async () => {
    const model = await buildOnnxModel(affine);
    expect(model.buffer.byteLength).toBe(model.byteLength);
  });

  it('refuses data that do not fill their shape, naming the tensor', async () => {
    const weights = { name: 'weights', type: 'float32', dims: [2, 3], data: [1, 2] } as const;
    const bias = { name: 'bias', type: 'float32', dims: [2], data: [0, 0] } as const;
    await expect(buildOnnxModel({ ...affine, initializers: [weights, bias] })).rejects.toThrow(
      'Tensor "weights" of shape [2, 3] needs 6 elements, received 2.',
    );
  });

  it('refuses a node that reads what nothing provides', async () => {
    await expect(buildOnnxModel({ ...affine, initializers: [] })).rejects.toThrow('Gemm reads "weights"');
  });

  it('refuses an output that nothing produces', async () => {
    const missing = { name: 'z', type: 'float32', shape: [1] } as const;
    await expect(buildOnnxModel({ ...affine, outputs: [missing] })).rejects.toThrow('output "z"');
  });

  it('refuses a file format version that it does not write', async () => {
    await expect(buildOnnxModel({ ...affine, irVersion: 3 })).rejects.toThrow('8, 9 or 10, received 3');
  });
});

/** Runs in a thread of its own: ONNX Runtime does not take the typed arrays of Jest's separate realm. */
async function runModel(
  model: Uint8Array,
  inputs: Record<string, PlainTensor>,
): Promise<Record<string, PlainTensor>> {
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { InferenceSession, Tensor } = require('onnxruntime-node');
    (async () => {
      const session = await InferenceSession.create(workerData.model);
      const feeds = {};
      for (const [name, { type, dims, data }] of Object.entries(workerData.inputs)) {
        feeds[name] = new Tensor(type, data, dims);
      }
      const outputs = {};
      for (const [name, { type, dims, data }] of Object.entries(await session.run(feeds))) {
        outputs[name] = { type, dims: [...dims], data: Array.from(data, Number) };
      }
      await session.release();
      return { outputs };
    })()
      .catch((error) => ({ error: String(error) }))
      .then((answer) => parentPort.postMessage(answer));
  `;
  const worker = new Worker(program, { eval: true, workerData: { model, inputs } });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const answer = await new Promise<{ outputs: Record<string, PlainTensor>; error?: string }>(
    (resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    },
  );
  await exited;
  if (answer.error !== undefined) throw new Error(answer.error);
  return answer.outputs;
}
