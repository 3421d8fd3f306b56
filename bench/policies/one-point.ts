import { parseArgs } from 'node:util';
import { parseCount, parseNumber } from '../measuring/parse-number.js';
import { round } from '../measuring/round.js';
import { CONTESTANTS } from './contestants.js';
import { capacityPerSecond, describeCell, type Cell } from './grid.js';
import { FULL_EFFORT, runPoint } from './run-point.js';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '800' },
    limit: { type: 'string', default: 'Infinity' },
    slots: { type: 'string', default: '1' },
    fixed: { type: 'string', default: '20' },
    each: { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`What every contestant makes of one load, to look closer at a point of the grid or beside it.

  --rate R      requests a second (default 800)
  --limit MS    how long callers wait (default Infinity)
  --slots N     batches that can run at the same time (default 1)
  --fixed MS    what a batch takes whatever its size (default 20)
  --each MS     what each request adds (default 0.5)
  --seed S      other requests (default 1)
`);
} else {
  await runAll();
}

async function runAll(): Promise<void> {
  const fixedMs = parseNumber('fixed', values.fixed, 0);
  const curve = { name: 'chosen', fixedMs, perRequestMs: parseNumber('each', values.each, 0) };
  const limitMs = parseNumber('limit', values.limit, 0, Infinity);
  const cell: Cell = { curve, slots: parseCount('slots', values.slots, 1), limitMs };
  const rate = parseNumber('rate', values.rate, 0.001);
  const seed = parseCount('seed', values.seed, 0);
  const load = Math.round((100 * rate) / capacityPerSecond(cell));
  console.log(`${describeCell(cell)}; ${rate} requests/s are ${load} % of capacity`);
  const rows: Record<string, object> = {};
  for (const contestant of CONTESTANTS) {
    const measured = await runPoint(contestant, cell, rate, seed, FULL_EFFORT);
    rows[contestant.name] = {
      'mean ms': round(measured.meanMs, 3),
      'p99 ms': round(measured.p99Ms, 3),
      'in time a second': Math.round(measured.goodputPerSecond),
      'late %': round(100 * measured.lateShare, 3),
      'unanswered %': round(100 * measured.unansweredShare, 3),
      'batch size': round(measured.meanBatchSize, 3),
    };
  }
  console.table(rows);
}
