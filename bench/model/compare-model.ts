import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { inTemporaryFolder } from '../measuring/temporary-folder.js';
import { writeJson } from '../measuring/write-json.js';
import { judge, type Verdict } from './acceptance.js';
import { measureBatchOverhead, type BatchOverhead } from './batch-overhead.js';
import { measureEventLoopDelay } from './event-loop-delay.js';
import { plotSweep } from './plot-sweep.js';
import { parseProvider, parseSweep, selectModels, SWEEP_OPTIONS, SWEEP_USAGE } from './sweep-options.js';
import { toTableRow } from './table-row.js';
import { sweepModel, type SweepPoint, type SweepSettings } from './sweep.js';

const DELAY_BATCH_SIZE = 32;
const OVERHEAD_BATCH_SIZES = [1, 32];

const { values } = parseArgs({
  options: {
    ...SWEEP_OPTIONS,
    provider: { type: 'string', default: 'cpu' },
    out: { type: 'string', default: 'bench/results/model' },
  },
});

if (values.help) {
  console.log(`Models through OnnxModel, fed by rows, beside the bare runtime in a plain loop, in turns.

${SWEEP_USAGE}
  --provider NAME   execution provider, on both sides (default cpu)
  --out FOLDER      where results go (default bench/results/model)
`);
} else {
  await compareModels();
}

async function compareModels(): Promise<void> {
  const settings: SweepSettings = {
    executionProvider: parseProvider(values.provider),
    ...parseSweep(values),
  };
  const models = selectModels(values.models);
  await inTemporaryFolder(async (folder) => {
    const points: SweepPoint[] = [];
    const delays = [];
    for (const model of models) {
      const path = await model.prepare(folder);
      points.push(...(await sweepModel(model, path, settings)));
      delays.push(await measureEventLoopDelay(model, path, DELAY_BATCH_SIZE, settings));
      console.error(`${model.name}: event loop delay measured`);
    }
    const overheads: BatchOverhead[] = [];
    for (const batchSize of OVERHEAD_BATCH_SIZES) {
      overheads.push(await measureBatchOverhead(folder, batchSize, settings));
      console.error(`overhead of a batch of ${batchSize} measured`);
    }
    const verdicts = judge(points, overheads, delays);
    print(points, verdicts);
    await writeJson(values.out, 'results.json', {
      node: process.version,
      nodeOptions: process.execArgv,
      ...settings,
      points,
      overheads,
      delays,
      verdicts,
    });
    writeFileSync(
      `${values.out}/throughput.svg`,
      plotSweep('Through OnnxModel beside the bare runtime', points),
    );
  });
}

function print(points: readonly SweepPoint[], verdicts: readonly Verdict[]): void {
  console.table(points.map(toTableRow));
  for (const { promise, measured, isKept } of verdicts) {
    console.log(`${isKept ? 'pass' : 'MISS'}  ${promise}: ${measured}`);
  }
}
