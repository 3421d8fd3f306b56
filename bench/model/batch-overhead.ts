import { Worker } from 'node:worker_threads';

import { measureInTurns } from '../measuring/interleaved.js';
import { median } from '../measuring/median.js';
import { round } from '../measuring/round.js';
import { BareProcess } from './bare-process.js';
import { runBatchesFor, warmUp } from './batched-loop.js';
import { rowsOf, tensorsOf, TRIVIAL_MODEL } from './bench-model.js';
import { loadInstances } from './load-instances.js';
import type { SweepSettings } from './sweep.js';

/** What a batch costs besides the run itself, in microseconds; medians over the turns. */
export interface BatchOverhead {
  readonly batchSize: number;
  readonly bareUs: number;
  readonly throughModelUs: number;
  /** The median over the turns of what ours takes longer within a turn. */
  readonly overheadUs: number;
  /** An empty message to a worker thread and back, in the same turns. */
  readonly roundTripUs: number;
}

/** Runs a model that takes no time, bare and through `OnnxModel`, beside an empty round trip to a worker. */
export async function measureBatchOverhead(
  folder: string,
  batchSize: number,
  settings: SweepSettings,
): Promise<BatchOverhead> {
  const path = await TRIVIAL_MODEL.prepare(folder);
  const model = await loadInstances('trivial', path, 1, settings);
  const bare = new BareProcess();
  const echo = new Worker(new URL('./echo-worker.js', import.meta.url));
  const { turns, forMs } = settings;
  try {
    await bare.open(path, settings.executionProvider, settings.intraOpThreads);
    await bare.prepare(tensorsOf(TRIVIAL_MODEL, batchSize));
    const rows = rowsOf(TRIVIAL_MODEL, batchSize);
    await warmUp(model, rows, 1);
    const values = await measureInTurns(
      [
        { name: 'bare', measure: async () => toUs(await bare.run(forMs)) },
        { name: 'ours', measure: async () => toUs(await runBatchesFor(model, rows, 1, forMs)) },
        { name: 'echo', measure: () => measureRoundTripUs(echo, forMs) },
      ],
      turns,
      () => undefined,
    );
    const bareUs = values.get('bare') ?? [];
    const ours = values.get('ours') ?? [];
    const medianUs = (valuesUs: readonly number[]): number => round(median(valuesUs), 3);
    return {
      batchSize,
      bareUs: medianUs(bareUs),
      throughModelUs: medianUs(ours),
      overheadUs: medianUs(ours.map((value, turn) => value - (bareUs[turn] ?? NaN))),
      roundTripUs: medianUs(values.get('echo') ?? []),
    };
  } finally {
    bare.close();
    await Promise.all([model.close(), echo.terminate()]);
  }
}

async function measureRoundTripUs(echo: Worker, forMs: number): Promise<number> {
  const startedAtMs = performance.now();
  let batches = 0;
  while (performance.now() - startedAtMs < forMs) {
    await new Promise((resolve) => {
      echo.once('message', resolve);
      echo.postMessage(undefined);
    });
    batches += 1;
  }
  return toUs({ batches, elapsedMs: performance.now() - startedAtMs });
}

function toUs({ batches, elapsedMs }: { batches: number; elapsedMs: number }): number {
  return (1000 * elapsedMs) / batches;
}
