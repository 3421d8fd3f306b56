import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { BatchContext } from 'nestjs-batching/core';
import { OnnxModel } from 'nestjs-batching/onnx';
import { buildOnnxModel } from 'nestjs-batching/testing';

import { writeWithExternalWeights } from './external-weights.js';

describe('A model whose weights are in files of their own', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-external-weights-'));
    path = join(folder, 'model.onnx');
    const model = await buildOnnxModel({
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
      nodes: [
        { op: 'MatMul', inputs: ['x', 'w'], outputs: ['product'] },
        { op: 'Add', inputs: ['product', 'b'], outputs: ['y'] },
      ],
      initializers: [
        { name: 'w', type: 'float32', dims: [2, 1], data: [3, 4] },
        { name: 'b', type: 'float32', dims: [1], data: [100] },
      ],
    });
    await writeWithExternalWeights(path, model, ['model.onnx.data', 'bias.bin']);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(['thread', 'process'] as const)(
    'runs in a %s, and with other weights after a reload',
    async (isolation) => {
      const model = await OnnxModel.load('test', { path, isolation });
      try {
        await expect(runOnce(model)).resolves.toEqual([111]);
        // Moved, not written over: ONNX Runtime may read the file while the model runs.
        await writeFile(join(folder, 'next'), Float32Array.of(30, 40));
        await rename(join(folder, 'next'), join(folder, 'model.onnx.data'));
        await expect(runOnce(model)).resolves.toEqual([111]);
        await model.reload();
        await expect(runOnce(model)).resolves.toEqual([210]);
      } finally {
        await model.close();
      }
    },
  );

  it('does not start without one of them, and says which', async () => {
    await rm(join(folder, 'bias.bin'));
    await expect(OnnxModel.load('test', { path })).rejects.toThrow(
      `path: "${path}" keeps weights in "${join(folder, 'bias.bin')}", which does not exist; put the file there`,
    );
  });
});

async function runOnce(model: OnnxModel): Promise<number[]> {
  const { signal } = new AbortController();
  const context: BatchContext = { batchId: 1, batchSize: 1, paddedBatchSize: 1, signal };
  const [result] = await model.processBatch([{ x: Float32Array.of(1, 2) }], context);
  if (result === undefined || result instanceof Error) throw result ?? new Error('no result');
  return Array.from(result['y']?.data as Float32Array);
}
