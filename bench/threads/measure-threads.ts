import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';

import type { OnnxModel, OnnxRow } from 'nestjs-batching/onnx';

import { runBatch, runBatchesFor } from '../model/batched-loop.js';
import { median } from '../overhead/interleaved.js';

const WARM_UP_MS = 500;
const SATURATED_MS = 1000;
/** As a batcher has them that is saturated: one runs, the next one is being made ready. */
const SATURATED_BATCHES = 2;
const ALONE_BATCHES = 60;
const PAUSE_MS = 5;

/** What came of one setting of the threads. */
export interface ThreadsMeasured {
  /** While batches come without end. */
  readonly itemsPerSecond: number;
  /** Meanwhile; what a timer of 1 ms took. */
  readonly eventLoopP99Ms: number;
  /** How long a batch takes, as its callers see it, when there are pauses between them; the median. */
  readonly aloneMs: number;
  /** What the whole process computes for each of them, the pause after it included. */
  readonly aloneCpuMs: number;
}

export async function warmUpThreads(model: OnnxModel, rows: readonly OnnxRow[]): Promise<void> {
  await runBatchesFor(model, rows, SATURATED_BATCHES, WARM_UP_MS);
}

export async function measureThreads(model: OnnxModel, rows: readonly OnnxRow[]): Promise<ThreadsMeasured> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  const { batches, elapsedMs } = await runBatchesFor(model, rows, SATURATED_BATCHES, SATURATED_MS);
  histogram.disable();

  const times: number[] = [];
  const before = process.cpuUsage();
  for (let count = 0; count < ALONE_BATCHES; count += 1) {
    const startedAtMs = performance.now();
    await runBatch(model, rows, count);
    times.push(performance.now() - startedAtMs);
    await setTimeout(PAUSE_MS);
  }
  const { user, system } = process.cpuUsage(before);
  return {
    itemsPerSecond: (1000 * batches * rows.length) / elapsedMs,
    eventLoopP99Ms: histogram.percentile(99) / 1e6,
    aloneMs: median(times),
    aloneCpuMs: (user + system) / 1000 / ALONE_BATCHES,
  };
}
