import { setTimeout } from 'node:timers/promises';

import { InferenceSession, Tensor } from 'onnxruntime-node';

import { round } from '../measuring/round.js';
import { watchDelay } from '../measuring/watch-delay.js';
import { runBatchesFor } from './batched-loop.js';
import { rowsOf, tensorsOf, type BenchModel } from './bench-model.js';
import { loadInstances } from './load-instances.js';
import type { SweepSettings } from './sweep.js';

/** How late the event loop is while a model is saturated: what a timer of 1 ms took, at the 99th percentile. */
export interface EventLoopDelay {
  readonly model: string;
  readonly batchSize: number;
  /** How long one batch takes, in milliseconds. */
  readonly runMs: number;
  /** With nothing to do: what the machine and the timer make of it. */
  readonly idleP99Ms: number;
  readonly throughModelP99Ms: number;
  readonly onMainThreadP99Ms: number;
}

export async function measureEventLoopDelay(
  model: BenchModel,
  path: string,
  batchSize: number,
  settings: SweepSettings,
): Promise<EventLoopDelay> {
  const forMs = 20 * settings.forMs;
  const loaded = await loadInstances(model.name, path, 1, settings);
  const rows = rowsOf(model, batchSize);
  await runBatchesFor(loaded, rows, settings.inFlight, settings.forMs);
  const idle = await watchDelay(() => setTimeout(forMs));
  const through = await watchDelay(() => runBatchesFor(loaded, rows, settings.inFlight, forMs));
  await loaded.close();
  const main = await runOnMainThread(model, path, batchSize, settings, forMs);
  return {
    model: model.name,
    batchSize,
    runMs: main.runMs,
    idleP99Ms: idle.p99Ms,
    throughModelP99Ms: through.p99Ms,
    onMainThreadP99Ms: main.p99Ms,
  };
}

async function runOnMainThread(
  model: BenchModel,
  path: string,
  batchSize: number,
  { executionProvider, intraOpThreads }: SweepSettings,
  forMs: number,
): Promise<{ p99Ms: number; runMs: number }> {
  const session = await InferenceSession.create(path, {
    executionProviders: [executionProvider],
    intraOpNumThreads: intraOpThreads,
  });
  const feeds = Object.fromEntries(
    tensorsOf(model, batchSize).map(({ name, type, data, dims }) => [name, new Tensor(type, data, dims)]),
  );
  await session.run(feeds);
  let batches = 0;
  const startedAtMs = performance.now();
  const { p99Ms } = await watchDelay(async () => {
    while (performance.now() - startedAtMs < forMs) {
      await session.run(feeds);
      batches += 1;
    }
  });
  const runMs = round((performance.now() - startedAtMs) / batches, 3);
  await session.release();
  return { p99Ms, runMs };
}
