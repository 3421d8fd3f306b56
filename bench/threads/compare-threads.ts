import { parseArgs } from 'node:util';

import { OnnxModel } from 'nestjs-batching/onnx';

import { median } from '../measuring/median.js';
import { parseCount, parseCounts } from '../measuring/parse-number.js';
import { round } from '../measuring/round.js';
import { inTemporaryFolder } from '../measuring/temporary-folder.js';
import { rowsOf, type BenchModel } from '../model/bench-model.js';
import { selectModels } from '../model/sweep-options.js';
import { measureThreads, warmUpThreads, type ThreadsMeasured } from './measure-threads.js';

const { values } = parseArgs({
  options: {
    models: { type: 'string', default: 'digits,encoder' },
    size: { type: 'string', default: '32' },
    threads: { type: 'string', default: '1,2' },
    turns: { type: 'string', default: '7' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`Threads of ONNX Runtime that block or spin while they wait: throughput and the event loop's delay, also where the
event loop has other work for a third of the time, and what a batch costs that comes alone.

  --models LIST     (default digits,encoder)
  --size N          requests in a batch (default 32)
  --threads LIST    threads that work on one operator (default 1,2)
  --turns N         how often each is measured (default 7)

Run it within what your servers will have, such as a container with a quota.
`);
} else {
  const models = selectModels(values.models);
  const comparison: Comparison = {
    size: parseCount('size', values.size, 1),
    threads: parseCounts('threads', values.threads, 0),
    turns: parseCount('turns', values.turns, 1),
  };
  await inTemporaryFolder(async (folder) => {
    for (const model of models) console.table(await compareThreads(model, folder, comparison));
  });
}

interface Comparison {
  readonly size: number;
  readonly threads: readonly number[];
  readonly turns: number;
}

async function compareThreads(
  model: BenchModel,
  folder: string,
  { size, threads: threadCounts, turns }: Comparison,
): Promise<Record<string, string | number>[]> {
  const path = await model.prepare(folder);
  const rows = rowsOf(model, size);
  const settings = threadCounts
    .flatMap((threads) => [false, true].map((allowSpinning) => ({ threads, allowSpinning })))
    // One thread has none to wait for.
    .filter(({ threads, allowSpinning }) => threads !== 1 || !allowSpinning);
  const measured = settings.map((): ThreadsMeasured[] => []);
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const [index, { threads, allowSpinning }] of settings.entries()) {
      // Each by itself: threads of another session may still spin.
      const loaded = await OnnxModel.load(model.name, {
        path,
        session: { intraOpNumThreads: threads, allowSpinning },
      });
      await warmUpThreads(loaded, rows);
      measured[index]?.push(await measureThreads(loaded, rows));
      await loaded.close();
    }
    console.error(`${model.name}: turn ${turn} of ${turns}`);
  }
  return settings.map(({ threads, allowSpinning }, index) => {
    const middle = (of: (one: ThreadsMeasured) => number): number =>
      round(median((measured[index] ?? []).map(of)), 3);
    return {
      model: model.name,
      threads,
      'while they wait': threads === 1 ? '' : allowSpinning ? 'spin' : 'block',
      'items/s': middle(({ idleLoop }) => idleLoop.itemsPerSecond),
      'event loop p99 ms': middle(({ idleLoop }) => idleLoop.eventLoopP99Ms),
      'busy: items/s': middle(({ busyLoop }) => busyLoop.itemsPerSecond),
      'busy: p99 ms': middle(({ busyLoop }) => busyLoop.eventLoopP99Ms),
      'alone: ms a batch': middle(({ aloneMs }) => aloneMs),
      'alone: CPU ms a batch': middle(({ aloneCpuMs }) => aloneCpuMs),
    };
  });
}
