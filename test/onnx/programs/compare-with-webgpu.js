/**
 * Runs the same batch on WebGPU and on the CPU, and writes what it got as one line of JSON.
 *
 * Usage: node compare-with-webgpu.js <path of a model> <which: perceptron, digits or encoder>
 */
import { OnnxModel } from 'nestjs-batching/onnx';

const [, , path, which] = process.argv;

const waves = (row, length) =>
  Float32Array.from({ length }, (_, index) => Math.cos(row * length + index) / 2 + 0.5);

const rowsOf = {
  perceptron: (row) => ({ x: waves(row, 64) }),
  digits: (row) => ({ image: waves(row, 28 * 28) }),
  encoder: (row) => ({
    ids: { data: BigInt64Array.from({ length: 8 }, (_, token) => BigInt(100 * row + token)), dims: [8] },
    // Each row has some padding at its end, the first one none.
    mask: { data: BigInt64Array.from({ length: 8 }, (_, token) => (token < 8 - row ? 1n : 0n)), dims: [8] },
  }),
};
const rows = Array.from({ length: 5 }, (_, row) => rowsOf[which](row));

async function runOn(...executionProviders) {
  const model = await OnnxModel.load('compared', {
    path,
    executionProviders,
    session: { logLevel: 'error' },
  });
  const signal = new AbortController().signal;
  const results = await model.processBatch(rows, {
    batchId: 1,
    batchSize: rows.length,
    paddedBatchSize: rows.length,
    signal,
  });
  await model.close();
  const { executionProvider, outputs } = model.metadata;
  return {
    executionProvider,
    outputs: outputs.map(({ name }) => results.map((result) => Array.from(result[name].data))),
  };
}

console.log(JSON.stringify({ webgpu: await runOn('webgpu'), cpu: await runOn('cpu') }));
