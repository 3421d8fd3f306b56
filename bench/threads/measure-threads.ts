import { setTimeout } from 'node:timers/promises';

import type { OnnxModel, OnnxRow } from 'nestjs-batching/onnx';

import { median } from '../measuring/median.js';
import { watchDelay } from '../measuring/watch-delay.js';
import { runBatch, runBatchesFor } from '../model/batched-loop.js';

const WARM_UP_MS = 500;
const SATURATED_MS = 1000;
/** As a batcher has them that is saturated: one runs, the next one is being made ready. */
const SATURATED_BATCHES = 2;
const ALONE_BATCHES = 60;
const PAUSE_MS = 5;
/** What requests make of the event loop: so much to compute, and then a timer of so long. */
const WORK_MS = 0.5;
const REST_MS = 1;

/** What came while batches came without end. */
export interface Saturated {
  readonly itemsPerSecond: number;
  /** What a timer of 1 ms took. */
  readonly eventLoopP99Ms: number;
}

/** What came of one setting of the threads. */
export interface ThreadsMeasured {
  readonly idleLoop: Saturated;
  /** Where the event loop has other work, as that of a server has. */
  readonly busyLoop: Saturated;
  /** How long a batch takes, as its callers see it, when there are pauses between them; the median. */
  readonly aloneMs: number;
  /** What the whole process computes for each of them, the pause after it included. */
  readonly aloneCpuMs: number;
}

export async function warmUpThreads(model: OnnxModel, rows: readonly OnnxRow[]): Promise<void> {
  await runBatchesFor(model, rows, SATURATED_BATCHES, WARM_UP_MS);
}

export async function measureThreads(model: OnnxModel, rows: readonly OnnxRow[]): Promise<ThreadsMeasured> {
  const idleLoop = await measureSaturated(model, rows);
  const work = new AbortController();
  const working = workUntilAborted(work.signal);
  const busyLoop = await measureSaturated(model, rows);
  work.abort();
  await working;

  const times: number[] = [];
  const before = process.cpuUsage();
  for (let count = 0; count < ALONE_BATCHES; count += 1) {
    const startedAtMs = performance.now();
    await runBatch(model, rows, count);
    times.push(performance.now() - startedAtMs);
    await setTimeout(PAUSE_MS);
  }
  const { user, system } = process.cpuUsage(before);
  const aloneCpuMs = (user + system) / 1000 / ALONE_BATCHES;
  return { idleLoop, busyLoop, aloneMs: median(times), aloneCpuMs };
}

async function measureSaturated(model: OnnxModel, rows: readonly OnnxRow[]): Promise<Saturated> {
  const { result, p99Ms } = await watchDelay(() =>
    runBatchesFor(model, rows, SATURATED_BATCHES, SATURATED_MS),
  );
  return { itemsPerSecond: (1000 * result.batches * rows.length) / result.elapsedMs, eventLoopP99Ms: p99Ms };
}

async function workUntilAborted(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const startedAtMs = performance.now();
    while (performance.now() - startedAtMs < WORK_MS);
    await setTimeout(REST_MS);
  }
}
