import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSampleServer } from '../../apps/inference-api/demo/sample-server.js';
import { createRandom } from '../../apps/inference-api/digit-image/seeded-random.js';
import { generateDigit } from '../../apps/inference-api/digit-image/stroke-digits.js';
import type { RequestCounts } from './count-requests.js';
import { sendUntilRefused, type ClientReport } from './shutdown-client.js';

/** One server that was ended by a signal under load. */
export interface ShutdownTrial {
  readonly exitCode: number | null;
  /** What the clients got. */
  readonly answered: number;
  /** What the server had read, as it counted itself. */
  readonly counts: RequestCounts;
  /** What is wrong; empty if the shutdown was in order. */
  readonly faults: readonly string[];
}

const CLIENTS = 32;
/** How many answers there must be before time is counted, so that a slow machine changes nothing. */
const ANSWERS_FIRST = 2 * CLIENTS;
const COUNTER = new URL('./count-requests.js', import.meta.url).href;

/**
 * Starts the sample, keeps clients sending over kept connections, sends the signal, and compares what the clients
 * got with what the server had read.
 *
 * @param afterMs When the signal is sent, counted from the first answers.
 */
export async function runShutdownTrial(
  afterMs: number,
  signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM',
): Promise<ShutdownTrial> {
  const folder = await mkdtemp(join(tmpdir(), 'shutdown-trial-'));
  try {
    const countsFile = join(folder, 'counts.json');
    const { exitCode, reports } = await loadAndStop(afterMs, signal, countsFile);
    const counts = JSON.parse(await readFile(countsFile, 'utf8')) as RequestCounts;
    const answered = reports.reduce((sum, { answers }) => sum + (answers.get(200) ?? 0), 0);
    return { exitCode, answered, counts, faults: findFaults(exitCode, answered, counts, reports) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function loadAndStop(
  afterMs: number,
  signal: 'SIGTERM' | 'SIGINT',
  countsFile: string,
): Promise<{ exitCode: number | null; reports: ClientReport[] }> {
  const server = await startSampleServer({
    NODE_OPTIONS: `--import=${COUNTER}`,
    REQUEST_COUNTS_FILE: countsFile,
  });
  const body = JSON.stringify({ pixels: generateDigit(createRandom(1), 7).pixels });
  let answers = 0;
  let startCounting: () => void = () => undefined;
  const isUnderLoad = new Promise<void>((resolve) => (startCounting = resolve));
  const clients = Array.from({ length: CLIENTS }, () =>
    sendUntilRefused(`${server.url}/digits/classify`, body, () => {
      answers += 1;
      if (answers === ANSWERS_FIRST) startCounting();
    }),
  );
  await isUnderLoad;
  await sleep(afterMs);
  const exitCode = await server.stop(signal);
  return { exitCode, reports: await Promise.all(clients) };
}

function findFaults(
  exitCode: number | null,
  answered: number,
  { started, finished, bytesRead }: RequestCounts,
  reports: readonly ClientReport[],
): string[] {
  const faults: string[] = [];
  if (exitCode !== 0) faults.push(`the exit code is ${exitCode}, expected 0`);
  if (started !== answered) faults.push(`the server read ${started} requests, 200 got ${answered}`);
  if (finished !== started) faults.push(`the server finished ${finished} of ${started} responses`);
  const broken = reports.reduce((sum, report) => sum + report.broken, 0);
  if (broken > 0) faults.push(`${broken} answers broke off`);
  const statuses = new Set(reports.flatMap(({ answers }) => [...answers.keys()]));
  if (statuses.size > 1) faults.push(`the statuses are ${[...statuses].join(', ')}, expected only 200`);
  const requestBytes = Math.max(...reports.map((report) => report.requestBytes));
  if (bytesRead !== started * requestBytes) {
    faults.push(`the server read ${bytesRead} bytes, but ${started} whole requests of ${requestBytes}`);
  }
  return faults;
}
