import 'reflect-metadata';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BatcherService, BatchingModule, getBatcherToken } from 'nestjs-batching';
import type { DynamicBatcher } from 'nestjs-batching/core';
import { getOnnxModelToken, OnnxModule, type OnnxModel } from 'nestjs-batching/onnx';

import { findWorkerProcesses } from './child-processes.js';
import { buildChaosModel } from './chaos-model.js';

/**
 * A Nest app with a model in a certain state, which waits for a signal. Writes `waiting` when it is in that state, and
 * what its request got.
 *
 * Usage: node chaos-server.js <state> thread|process <folder for the model>
 */
const MANY = 32;
const [, , state = '', isolation, folder = '.'] = process.argv;
const path = join(folder, 'slow.onnx');
await writeFile(path, await buildChaosModel({ steps: 60 }));

@Module({
  imports: [
    BatchingModule.forRoot({ maxBatchSize: MANY, drainTimeoutMs: 5000 }),
    OnnxModule.register({
      name: 'slow',
      path,
      isolation: isolation === 'process' ? 'process' : 'thread',
      ...(state === 'with one worker quarantined' ? { runTimeoutMs: 200 } : {}),
      warmupBatchSizes: [1],
      respawnDelayMs: 50,
      session: { intraOpNumThreads: 1 },
    }),
  ],
})
class ChaosModule {}

const app = await NestFactory.create(ChaosModule, { logger: false });
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(0, '127.0.0.1');
const model = app.get<OnnxModel>(getOnnxModelToken('slow'), { strict: false });
const batcher = app.get<DynamicBatcher<unknown, unknown> | BatcherService>(getBatcherToken('slow'), {
  strict: false,
});

const states: Record<string, () => Promise<void>> = {
  idle: () => Promise.resolve(),
  'in the middle of a run': async () => {
    ask(MANY);
    await sleep(100);
  },
  'while a worker is replaced': async () => {
    await killWorkers();
    ask(1);
    // Its replacement is being started then.
    await sleep(70);
  },
  'with one worker quarantined': async () => {
    ask(MANY);
    await sleep(400);
  },
  'in the middle of a reload': async () => {
    model.reload().then(
      () => console.log('"reloaded"'),
      ({ code }: { code: string }) => console.log(JSON.stringify({ reload: code })),
    );
    ask(1);
    await sleep(20);
  },
};
await states[state]?.();
console.log('"waiting"');

function ask(count: number): void {
  const answers = Array.from({ length: count }, () => batcher.process({ index: BigInt64Array.of(7n) }));
  void Promise.allSettled(answers).then((outcomes) => {
    const codes = outcomes.map((outcome) =>
      outcome.status === 'fulfilled' ? 'answered' : (outcome.reason as { code: string }).code,
    );
    console.log(JSON.stringify({ codes: [...new Set(codes)] }));
  });
}

async function killWorkers(): Promise<void> {
  for (const pid of await findWorkerProcesses(process.pid)) process.kill(pid, 'SIGKILL');
}
