import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { parseCount } from '../measuring/parse-number.js';
import { writeJson } from '../measuring/write-json.js';
import { CONTESTANTS } from './contestants.js';
import { CELLS, LOADS, nameOf, QUICK_LOADS, type Cell } from './grid.js';
import { plotCell } from './plot-cell.js';
import { writeReport } from './report.js';
import { toJson, type CellResult, type Point } from './result-set.js';
import { FULL_EFFORT, QUICK_EFFORT, rateAt, runPoint } from './run-point.js';
import { findShortfalls } from './shortfalls.js';

const USAGE = `Lets our strategies and the published rules of others serve the same requests in virtual time.

  --quick        fewer loads, shorter runs
  --seed S       other requests (default 1)
  --only NAME    only the cells whose name contains this, such as gpu-1-slot
  --out FOLDER   where results go (default bench/results/policies)
`;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: 'bench/results/policies' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else await comparePolicies();

async function comparePolicies(): Promise<void> {
  const seed = parseCount('seed', values.seed, 0);
  const loads = values.quick ? QUICK_LOADS : LOADS;
  const cells = CELLS.filter((cell) => nameOf(cell).includes(values.only));
  const results: CellResult[] = [];
  for (const [index, cell] of cells.entries()) {
    const startedMs = performance.now();
    results.push(await runCell(cell, loads, seed));
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.error(`${index + 1} of ${cells.length}: ${nameOf(cell)}, ${seconds} s`);
  }
  await write(seed, results);
}

async function runCell(cell: Cell, loads: readonly number[], seed: number): Promise<CellResult> {
  const effort = values.quick ? QUICK_EFFORT : FULL_EFFORT;
  const pointsByName = new Map<string, Point[]>();
  for (const contestant of CONTESTANTS) {
    const points: Point[] = [];
    for (const [index, load] of loads.entries()) {
      const measurement = await runPoint(contestant, cell, rateAt(cell, load), 1000 * seed + index, effort);
      points.push({ load, measurement });
    }
    pointsByName.set(contestant.name, points);
  }
  return { cell, pointsByName };
}

async function write(seed: number, results: readonly CellResult[]): Promise<void> {
  const command = `npm run bench:policies --${values.quick ? ' --quick' : ''} --seed ${seed}`;
  const report = writeReport(seed, command, results, findShortfalls(results));
  await writeJson(values.out, 'results.json', toJson(seed, command, results));
  writeFileSync(`${values.out}/report.md`, await format(report, { parser: 'markdown', printWidth: 110 }));
  for (const result of results) writeFileSync(`${values.out}/${nameOf(result.cell)}.svg`, plotCell(result));
  console.log(report);
}
