import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import type { ExecutionProviderName } from 'nestjs-batching/onnx';

import { inTemporaryFolder } from '../measuring/temporary-folder.js';
import { writeJson } from '../measuring/write-json.js';
import { plotSweep } from '../model/plot-sweep.js';
import {
  parseProvider,
  parseSweep,
  selectModels,
  SWEEP_OPTIONS,
  SWEEP_USAGE,
} from '../model/sweep-options.js';
import { toTableRow } from '../model/table-row.js';
import { sweepModel, type SweepPoint, type SweepSettings } from '../model/sweep.js';
import { nameDevice } from './device-name.js';
import { findProblem } from './probe-provider.js';

/** What came of one execution provider: its figures, or why there are none. */
interface ProviderResult {
  readonly executionProvider: ExecutionProviderName;
  readonly points: readonly SweepPoint[];
  readonly problem?: string;
}

const { values } = parseArgs({
  options: {
    ...SWEEP_OPTIONS,
    providers: { type: 'string', default: 'webgpu,cuda' },
    out: { type: 'string', default: 'bench/results/gpu' },
  },
});

if (values.help) {
  console.log(`Models on a GPU through OnnxModel, fed by rows, beside the bare runtime in a plain loop, in turns.
What does not work on this machine is skipped.

${SWEEP_USAGE}
  --providers LIST  execution providers to try (default webgpu,cuda)
  --out FOLDER      where results go (default bench/results/gpu)
`);
} else {
  await compareOnGpu();
}

async function compareOnGpu(): Promise<void> {
  const settings = parseSweep(values);
  const device = await nameDevice();
  console.error(`device: ${device}`);
  const results: ProviderResult[] = [];
  await inTemporaryFolder(async (folder) => {
    for (const executionProvider of values.providers.split(',').map(parseProvider)) {
      const result = await measureProvider(folder, { ...settings, executionProvider });
      results.push(result);
      if (result.problem !== undefined) console.log(`${executionProvider}: skipped, ${result.problem}`);
    }
  });
  if (results.every(({ points }) => points.length === 0)) {
    console.log('No GPU works here, so nothing was measured.');
    return;
  }
  print(results);
  await write({ device, node: process.version, ...settings, results }, device, results);
}

async function measureProvider(folder: string, settings: SweepSettings): Promise<ProviderResult> {
  const { executionProvider } = settings;
  const problem = await findProblem(folder, executionProvider);
  if (problem !== undefined) return { executionProvider, points: [], problem };
  const points: SweepPoint[] = [];
  try {
    for (const model of selectModels(values.models)) {
      points.push(...(await sweepModel(model, await model.prepare(folder), settings)));
    }
    return { executionProvider, points };
  } catch (error) {
    // What was measured before is worth keeping: the machine may be gone tomorrow.
    return { executionProvider, points, problem: `it failed in between: ${(error as Error).message}` };
  }
}

function print(results: readonly ProviderResult[]): void {
  console.table(
    results.flatMap(({ executionProvider, points }) =>
      points.map((point) => ({ provider: executionProvider, ...toTableRow(point) })),
    ),
  );
}

async function write(content: object, device: string, results: readonly ProviderResult[]): Promise<void> {
  await writeJson(values.out, 'results.json', content);
  for (const { executionProvider, points } of results) {
    if (points.length === 0) continue;
    const title = `Through OnnxModel beside the bare runtime: ${executionProvider}, ${device}`;
    writeFileSync(`${values.out}/${executionProvider}.svg`, plotSweep(title, points));
  }
}
