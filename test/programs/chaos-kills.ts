import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { OnnxModel } from 'nestjs-batching/onnx';
import { SeededRandom } from 'nestjs-batching/testing';

import { parseCount } from '../../bench/measuring/parse-number.js';
import { findWorkerProcesses, isThere } from './child-processes.js';
import { ChaosLoad } from './chaos-load.js';
import { buildChaosModel, expectedAnswer } from './chaos-model.js';

/**
 * Kills worker processes of a model by SIGKILL while it is under load, and writes as one line of JSON what the callers
 * got and how much memory there was meanwhile. Run it with `--expose-gc`.
 *
 * Usage: node --expose-gc chaos-kills.js --kills 100 --retries 10 --seed 1
 */
const ANSWERS_BETWEEN = 64;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    retries: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const kills = parseCount('kills', values.kills, 1);
const random = new SeededRandom(parseCount('seed', values.seed, 0));
const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
const path = join(folder, 'chaos.onnx');
await writeFile(path, await buildChaosModel({ steps: 4 }));

const model = await OnnxModel.load('chaos', {
  path,
  isolation: 'process',
  instances: 2,
  retries: parseCount('retries', values.retries, 0),
  respawnDelayMs: 1,
  maxRespawnDelayMs: 100,
  session: { intraOpNumThreads: 1 },
  logger: { log: () => undefined, warn: () => undefined },
});
const load = new ChaosLoad(model, (index, answer) => answer === expectedAnswer(index));
const killed = new Set<number>();
const memory: { kills: number; heapMegabytes: number; rssMegabytes: number }[] = [];

while (killed.size < kills) {
  // Some answers first, so that it is not only workers that have just been started that are killed.
  const { right } = load.tally;
  while (load.tally.right < right + ANSWERS_BETWEEN) await sleep(1);
  await sleep(random.next() * 20);
  const victims = (await findWorkerProcesses(process.pid)).filter((pid) => !killed.has(pid));
  const victim = victims[Math.floor(random.next() * victims.length)];
  // One that is still being started may be killed, too.
  if (victim === undefined || !isThere(victim)) continue;
  process.kill(victim, 'SIGKILL');
  killed.add(victim);
  if (killed.size % 10 === 0) noteMemory();
}
await load.stop();
const health = model.getHealth();
const last = await findWorkerProcesses(process.pid);
await model.close();
await rm(folder, { recursive: true });
const left = [...killed, ...last].filter(isThere);
console.log(
  JSON.stringify({ ...load.tally, killed: killed.size, left, memory, workers: health.details?.['workers'] }),
);

function noteMemory(): void {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  memory.push({ kills: killed.size, heapMegabytes: heapUsed / 2 ** 20, rssMegabytes: rss / 2 ** 20 });
}
