import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildOnnxModel } from 'nestjs-batching/testing';

import { writeWithExternalWeights } from '../../../../test/onnx/external-weights.js';
import { checkModelFile } from './check-model-file.js';
import { ModelFile } from './model-file.js';

describe('The files of a model whose weights are in a file of their own', () => {
  let folder: string;
  let path: string;
  let weightsPath: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-file-'));
    path = join(folder, 'model.onnx');
    weightsPath = join(folder, 'model.onnx.data');
    const model = await buildOnnxModel({
      inputs: [{ name: 'x', type: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'y', type: 'float32', shape: ['batch', 1] }],
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      initializers: [{ name: 'w', type: 'float32', dims: [2, 1], data: [3, 4] }],
    });
    await writeWithExternalWeights(path, model, ['model.onnx.data']);
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are others when there are other weights, although the model itself is the same', async () => {
    const file = await ModelFile.read(path);
    await expect(file.assertUnchanged()).resolves.toBeUndefined();
    await writeFile(weightsPath, Float32Array.of(5, 6));
    await expect(file.assertUnchanged()).rejects.toThrow(`"${weightsPath}" has changed since`);
    await writeFile(weightsPath, Float32Array.of(3, 4));
    await expect(file.assertUnchanged()).resolves.toBeUndefined();
  });

  it('are others when the model itself is another', async () => {
    const file = await ModelFile.read(path);
    await writeFile(path, 'another');
    await expect(file.assertUnchanged()).rejects.toThrow(`"${path}" has changed since`);
  });

  it('are in order; what the weights must be only ONNX Runtime can tell', async () => {
    await expect(checkModelFile(path)).resolves.toBeUndefined();
    await writeFile(weightsPath, '');
    await expect(checkModelFile(path)).resolves.toBeUndefined();
  });

  it.each([
    ['does not exist', () => Promise.resolve(undefined)],
    ['is not a file', () => mkdir(weightsPath)],
  ])('are at fault where the file of the weights %s', async (problem, put) => {
    await rm(weightsPath);
    await put();
    await expect(checkModelFile(path)).resolves.toEqual({
      field: 'path',
      problem: `"${path}" keeps weights in "${weightsPath}", which ${problem}; put the file there that was written with the model`,
    });
  });

  it('are at fault where the weights have not been fetched', async () => {
    await writeFile(weightsPath, 'version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 8\n');
    await expect(checkModelFile(path)).resolves.toEqual({
      field: 'path',
      problem: `"${path}" keeps weights in "${weightsPath}", which is a pointer of Git LFS, not the file itself; fetch that by: git lfs pull`,
    });
  });
});
