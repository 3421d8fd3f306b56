import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parseCount } from '../measuring/parse-number.js';
import { measureRows, printRows, type OverheadRow } from '../measuring/overhead-rows.js';
import { processorTimeNs } from '../measuring/processor-time.js';
import { writeJson } from '../measuring/write-json.js';
import { renderBarPlot } from '../plots/bar-plot.js';
import { callInLoops } from './callers.js';
import { BATCH_SIZE, PEERS, type Peer } from './peers.js';
import { warmUp } from './warm-up.js';

const CALLERS = 1024;

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '9' },
    requests: { type: 'string', default: '1000000' },
    out: { type: 'string', default: 'bench/results/overhead' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`What a request costs, beside others, in the same run and in turns.

  --turns N      how often each is measured (default 9)
  --requests N   requests each time (default 1000000)
  --out FOLDER   where results go (default bench/results/overhead)
`);
} else {
  await compareOverhead(parseCount('turns', values.turns, 1), parseCount('requests', values.requests, 1));
}

async function compareOverhead(turns: number, requests: number): Promise<void> {
  const peers = PEERS.map((peer) => ({ name: peer.name, measure: () => measurePeer(peer, requests) }));
  const rows = await measureRows(peers, turns);
  printRows(rows);
  const setting = { node: process.version, callers: CALLERS, batchSize: BATCH_SIZE, turns, requests };
  await write(setting, rows);
}

async function measurePeer({ create }: Peer, requests: number): Promise<number> {
  const call = create();
  const requestsEach = Math.ceil(requests / CALLERS);
  await warmUp(call, CALLERS);
  const startedNs = processorTimeNs();
  await callInLoops(call, CALLERS, requestsEach);
  return (processorTimeNs() - startedNs) / (requestsEach * CALLERS);
}

async function write(setting: object, rows: readonly OverheadRow[]): Promise<void> {
  await writeJson(values.out, 'overhead.json', { ...setting, rows });
  const bars = rows.map(({ name, ratio }) => ({
    label: name,
    value: ratio,
    color: name.startsWith('ours') ? '#0072b2' : '#999999',
  }));
  const title = `Time a request, ${CALLERS} callers, batches of ${BATCH_SIZE}`;
  writeFileSync(`${values.out}/overhead.svg`, renderBarPlot(title, 'multiple of the bare minimum', bars));
}
