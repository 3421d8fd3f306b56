/**
 * Runs the same batch on WebGPU and on the CPU, and writes what it got as one line of JSON.
 *
 * Usage: node compare-with-webgpu.js <path of a model with an input x of float32 [batch, 64]>
 */
import { OnnxModel } from 'nestjs-batching/onnx';

const rows = Array.from({ length: 5 }, (_, row) => ({
  x: Float32Array.from({ length: 64 }, (_, index) => Math.cos(row * 64 + index)),
}));

async function runOn(...executionProviders) {
  const model = await OnnxModel.load('compared', { path: process.argv[2], executionProviders });
  const signal = new AbortController().signal;
  const results = await model.processBatch(rows, { batchId: 1, batchSize: rows.length, signal });
  await model.close();
  const { executionProvider } = model.metadata;
  return { executionProvider, rows: results.map((result) => Array.from(result.y.data)) };
}

console.log(JSON.stringify({ webgpu: await runOn('webgpu'), cpu: await runOn('cpu') }));
