import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { OnnxModel } from 'nestjs-batching/onnx';

import { parseCount } from '../../bench/measuring/parse-number.js';
import { findWorkerProcesses } from './child-processes.js';
import { ChaosLoad } from './chaos-load.js';
import { buildChaosModel, expectedAnswer } from './chaos-model.js';

/**
 * Reloads a model again and again under load, from two files in turn, and each fifth time from one that is no model.
 * Writes what the callers got as one line of JSON. Run it with `--expose-gc`.
 *
 * Usage: node --expose-gc chaos-reloads.js --reloads 20 --isolation thread
 */
const { values } = parseArgs({
  options: {
    reloads: { type: 'string', default: '20' },
    isolation: { type: 'string', default: 'thread' },
  },
});
const reloads = parseCount('reloads', values.reloads, 1);
const isolation = values.isolation === 'process' ? 'process' : 'thread';
const SHIFT = 10_000;
const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
const paths = ['old.onnx', 'new.onnx'].map((name) => join(folder, name));
for (const [index, path] of paths.entries()) {
  await writeFile(path, await buildChaosModel({ steps: 4, shift: index * SHIFT }));
}
const broken = join(folder, 'broken.onnx');
await writeFile(broken, 'no model');

const model = await OnnxModel.load('chaos', {
  path: paths[0]!,
  isolation,
  session: { intraOpNumThreads: 1 },
  logger: { log: () => undefined, warn: () => undefined },
});
const load = new ChaosLoad(model, (index, answer) =>
  [expectedAnswer(index), expectedAnswer(index, SHIFT)].includes(answer),
);
const memory: { reloads: number; heapMegabytes: number; rssMegabytes: number }[] = [];
const refusals: string[] = [];
let mostWorkers = 0;
for (let reload = 1; reload <= reloads; reload += 1) {
  if (reload % 5 === 0) {
    await model.reload(broken).catch(({ code }: { code: string }) => refusals.push(code));
  }
  await model.reload(paths[reload % 2]);
  mostWorkers = Math.max(mostWorkers, (await findWorkerProcesses(process.pid)).length);
  if (reload % 5 === 0) noteMemory(reload);
}
const serving = model.metadata.path === paths[reloads % 2];
await load.stop();
await model.close();
await rm(folder, { recursive: true });
const left = await findWorkerProcesses(process.pid);
console.log(JSON.stringify({ ...load.tally, refusals, serving, mostWorkers, left, memory }));

function noteMemory(reload: number): void {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  memory.push({ reloads: reload, heapMegabytes: heapUsed / 2 ** 20, rssMegabytes: rss / 2 ** 20 });
}
