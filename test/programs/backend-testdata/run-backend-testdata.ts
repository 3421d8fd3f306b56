import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { runBare } from './bare-runtime.js';
import type { BatchableModel } from './batchable-model.js';
import { batchByFirstAxis } from './by-first-axis.js';
import { batchByScan } from './by-scan.js';
import { groupForMerging } from './merge-models.js';
import { NotRunError } from './not-run.error.js';
import { writeReport, type NotRun } from './report.js';
import { runThroughModel, type ModelOutcome } from './run-through-model.js';
import { findDifference } from './tensor-difference.js';
import { listTestModels, readTestModel, type TestModel } from './test-model.js';

/**
 * Runs ONNX's backend tests through `OnnxModel` and writes one line of JSON with what came of each.
 *
 * Usage: node run-backend-testdata.js <folder of the tests> [file for a report in Markdown]
 */
const [, , root = '', reportPath] = process.argv;

/** How many models share a file and a worker. */
const MERGED = 24;

const startedAtMs = performance.now();
const batchable: BatchableModel[] = [];
const notRun: NotRun[] = [];
const names = await listTestModels(root);
for (const name of names) {
  try {
    batchable.push(await prepare(await readTestModel(root, name)));
  } catch (error) {
    if (!(error instanceof NotRunError)) throw error;
    notRun.push({ name, reason: error.reason, detail: error.detail });
  }
}
const preparedAtMs = performance.now();

const folder = await mkdtemp(join(tmpdir(), 'backend-testdata-'));
const outcomes: ModelOutcome[] = [];
const groups = groupForMerging(batchable, MERGED);
await Promise.all([runGroups(), runGroups()]);
await rm(folder, { recursive: true });
console.error(
  `${names.length} tests: ${seconds(preparedAtMs - startedAtMs)} to prepare, ${seconds(performance.now() - preparedAtMs)} to run`,
);

if (reportPath !== undefined) await writeFile(reportPath, await writeReport(outcomes, notRun));
console.log(
  JSON.stringify({
    run: outcomes.map(({ model: { name, form }, problem }) => ({ name, form, problem })),
    notRun,
  }),
);

async function runGroups(): Promise<void> {
  for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
    outcomes.push(...(await runThroughModel(group, folder)));
  }
}

/** @throws NotRunError */
async function prepare(test: TestModel): Promise<BatchableModel> {
  await checkRuntime(test);
  return (await batchByFirstAxis(test)) ?? (await batchByScan(test));
}

/** What the runtime itself makes of the test. */
async function checkRuntime({ proto, inputs, outputs }: TestModel): Promise<void> {
  const results = await runBare(proto, [inputs]).catch((error: unknown) => {
    throw new NotRunError('ONNX Runtime refuses it', (error as Error).message);
  });
  for (const [name, wanted] of outputs) {
    const difference = findDifference(results[0]?.get(name), wanted);
    if (difference !== undefined) {
      throw new NotRunError('ONNX Runtime gives something else than ONNX', `output ${name}: ${difference}`);
    }
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
