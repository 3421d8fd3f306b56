import { AbortState } from 'nestjs-batching/core';
import type { OnnxModel, OnnxRow } from 'nestjs-batching/onnx';

import type { RunCount } from './bare-protocol.js';

/** The first few thousand batches also pay for compiling code that has just been loaded; none of those is counted. */
const WARM_UP_MS = 2000;

/** Of very slow batches so many more than the first one of each instance are counted, however long that takes. */
const LEAST_ROUNDS = 4;

/** Runs batches of this many rows, so many at a time, that are not counted. */
export async function warmUp(model: OnnxModel, rows: readonly OnnxRow[], atATime: number): Promise<void> {
  await runBatchesFor(model, rows, atATime, WARM_UP_MS);
}

/**
 * Hands batches of these rows over, so many at a time, each as soon as one before it has ended.
 *
 * @returns All batches, and the time until the last of them had ended.
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
  await runUntil(model, rows, atATime, () => {
    batches += 1;
    return performance.now() - startedAtMs >= forMs;
  });
  return { batches, elapsedMs: performance.now() - startedAtMs };
}

/**
 * Hands batches of these rows over and counts them in whole rounds, in which each instance ends one: from the end of
 * the first round to that of the last, while all of them are busy. They never end at the same moment, so that with a
 * count until the last has ended several instances would seem slower than each of them is alone.
 *
 * @param inFlight Batches at a time per instance.
 * @param forMs For so long at least; longer where batches take long.
 * @throws Error if the first row of a batch is answered with one.
 */
export async function runSaturatedFor(
  model: OnnxModel,
  rows: readonly OnnxRow[],
  instances: number,
  inFlight: number,
  forMs: number,
): Promise<RunCount> {
  const untilMs = performance.now() + forMs;
  let ended = 0;
  let firstRoundAtMs = NaN;
  let lastRoundAtMs = NaN;
  let isOver = false;
  await runUntil(model, rows, instances * inFlight, () => {
    if (isOver) return true;
    ended += 1;
    if (ended % instances !== 0) return false;
    lastRoundAtMs = performance.now();
    if (ended === instances) firstRoundAtMs = lastRoundAtMs;
    isOver = ended > LEAST_ROUNDS * instances && lastRoundAtMs >= untilMs;
    return isOver;
  });
  return { batches: ended - instances, elapsedMs: lastRoundAtMs - firstRoundAtMs };
}

/** Runs batches, so many at a time; each loop ends when it is told so at the end of a batch. */
async function runUntil(
  model: OnnxModel,
  rows: readonly OnnxRow[],
  atATime: number,
  isOverAtEnd: () => boolean,
): Promise<void> {
  let batches = 0;
  const runLoop = async (): Promise<void> => {
    do {
      batches += 1;
      await runBatch(model, rows, batches);
    } while (!isOverAtEnd());
  };
  await Promise.all(Array.from({ length: atATime }, runLoop));
}

/** @throws Error if the first row is answered with one. */
export async function runBatch(model: OnnxModel, rows: readonly OnnxRow[], batchId: number): Promise<void> {
  // One for each, as the batcher has it.
  const abortNotice = new AbortState();
  const context = {
    batchId,
    batchSize: rows.length,
    paddedBatchSize: rows.length,
    abortNotice,
    get signal() {
      return abortNotice.signal;
    },
  };
  const results = await model.processBatch(rows, context);
  if (results[0] instanceof Error) throw results[0];
}
