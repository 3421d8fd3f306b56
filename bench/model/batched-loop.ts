import type { OnnxModel, OnnxRow } from 'nestjs-batching/onnx';

import type { RunCount } from './bare-protocol.js';

/** The first few thousand batches also pay for compiling code that has just been loaded; none of those is counted. */
const WARM_UP_MS = 2000;

/** Runs batches of this many rows, so many at a time, that are not counted. */
export async function warmUp(model: OnnxModel, rows: readonly OnnxRow[], atATime: number): Promise<void> {
  await runBatchesFor(model, rows, atATime, WARM_UP_MS);
}

/**
 * Hands batches of these rows over, so many at a time, each as soon as one before it has ended.
 *
 * @throws Error if the first row of a batch is answered with one.
 */
export async function runBatchesFor(
  model: OnnxModel,
  rows: readonly OnnxRow[],
  atATime: number,
  forMs: number,
): Promise<RunCount> {
  const startedAtMs = performance.now();
  let batches = 0;
  const runLoop = async (): Promise<void> => {
    while (performance.now() - startedAtMs < forMs) {
      batches += 1;
      await runBatch(model, rows, batches);
    }
  };
  await Promise.all(Array.from({ length: atATime }, runLoop));
  return { batches, elapsedMs: performance.now() - startedAtMs };
}

/** @throws Error if the first row is answered with one. */
export async function runBatch(model: OnnxModel, rows: readonly OnnxRow[], batchId: number): Promise<void> {
  // One for each, as the batcher has it.
  const { signal } = new AbortController();
  const context = { batchId, batchSize: rows.length, paddedBatchSize: rows.length, signal };
  const results = await model.processBatch(rows, context);
  if (results[0] instanceof Error) throw results[0];
}
