import { parseArgs } from 'node:util';
import { parseCount } from '../measuring/parse-number.js';
import { measureRows, printRows, type OverheadRow } from '../measuring/overhead-rows.js';
import { writeJson } from '../measuring/write-json.js';
import { DEEP_QUEUES, measureAtDepth } from './deep-queue.js';

const DEPTHS = [100, 1_000_000];

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '5' },
    requests: { type: 'string', default: '1000000' },
    out: { type: 'string', default: 'bench/results/overhead' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`What a request costs while a hundred others wait, and while a million do.

  --turns N      how often each is measured (default 5)
  --requests N   requests each time (default 1000000)
  --out FOLDER   where results go (default bench/results/overhead)

A million promises that wait grow old, and Node moves what grows old twice; any queue pays for that, as the bare
one shows. To see what the queue itself costs, give Node so much room for the young that none grow old:
--min-semi-space-size=1024 --max-semi-space-size=1024
`);
} else {
  const turns = parseCount('turns', values.turns, 1);
  const requests = parseCount('requests', values.requests, 1);
  const rows: OverheadRow[] = [];
  for (const queue of DEEP_QUEUES) {
    const depths = DEPTHS.map((waiting) => ({
      name: `${queue.name}, ${waiting.toLocaleString('en-US')} waiting`,
      measure: () => measureAtDepth(queue, waiting, requests),
    }));
    rows.push(...(await measureRows(depths, turns)));
  }
  printRows(rows);
  const setting = { node: process.version, flags: process.execArgv, turns };
  await writeJson(values.out, 'depths.json', { ...setting, rows });
}
