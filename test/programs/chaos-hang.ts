import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnnxModel, type OnnxResultRow, type OnnxRow } from 'nestjs-batching/onnx';

import { buildChaosModel } from './chaos-model.js';

/**
 * Gives a model a run that takes far longer than `runTimeoutMs`, and writes what happens as one line of JSON. With
 * `forgotten` nobody closes the model; the process has to end cleanly all the same.
 *
 * Usage: node chaos-hang.js thread|process [forgotten]
 */
const RUN_TIMEOUT_MS = 400;
/**
 * A run of many rows takes so many times as long as allowed, however fast the machine is; one of a single row far
 * shorter.
 */
const TIMES_TOO_LONG = 5;
const [FEWEST, MOST] = [32, 512];

const [, , isolation, end] = process.argv;
const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
const path = join(folder, 'slow.onnx');
await writeFile(path, await buildChaosModel({ steps: 60 }));
const model = await OnnxModel.load('slow', {
  path,
  isolation: isolation === 'process' ? 'process' : 'thread',
  runTimeoutMs: RUN_TIMEOUT_MS,
  respawnDelayMs: 1,
  session: { intraOpNumThreads: 1 },
  logger: { log: () => undefined, warn: () => undefined },
});

await run(1);
const aloneAtMs = performance.now();
await run(1);
const aloneMs = performance.now() - aloneAtMs;
const many = Math.min(Math.max(FEWEST, Math.ceil((TIMES_TOO_LONG * RUN_TIMEOUT_MS) / aloneMs)), MOST);

const startedAtMs = performance.now();
const refusal = await run(many).then(
  () => 'answered',
  ({ code }: { code: string }) => code,
);
const refusedAfterMs = performance.now() - startedAtMs;
const whenRefused = workers();
const [again] = await run(1);
const whenReplaced = workers();
console.log(JSON.stringify({ refusal, refusedAfterMs, whenRefused, answer: valueOf(again), whenReplaced }));
await rm(folder, { recursive: true });
if (end !== 'forgotten') await model.close();

function workers(): unknown {
  return model.getHealth().details?.['workers'];
}

function run(count: number): Promise<readonly (OnnxResultRow | Error)[]> {
  const rows = Array.from({ length: count }, (): OnnxRow => ({ index: BigInt64Array.of(7n) }));
  const { signal } = new AbortController();
  return model.processBatch(rows, { batchId: 1, batchSize: count, paddedBatchSize: count, signal });
}

function valueOf(result: OnnxResultRow | Error | undefined): number {
  return result === undefined || result instanceof Error ? NaN : Number(result['y']?.data[0]);
}
