import { WorkerPool, type WorkerPoolOptions } from 'nestjs-batching/worker';

import { FakeWorker, type LetterCalls } from './fake-worker.js';

/** A pool of fake workers, and everything that it has started and said. */
export interface LetterPool {
  readonly pool: WorkerPool<LetterCalls>;
  /** In the order in which they were started, with their places. */
  readonly started: { readonly place: number; readonly worker: FakeWorker }[];
  readonly worker: (index: number) => FakeWorker;
  readonly run: (letter: string, signal?: AbortSignal) => Promise<string>;
  readonly said: string[];
}

/** Starts the workers. Those that are started later can be made otherwise by `make`. */
export async function startLetterPool(
  options: Partial<WorkerPoolOptions<LetterCalls>> = {},
  make: (index: number) => FakeWorker | Error = () => new FakeWorker(),
): Promise<LetterPool> {
  const started: { place: number; worker: FakeWorker }[] = [];
  const said: string[] = [];
  let attempts = 0;
  const pool = new WorkerPool<LetterCalls>({
    subject: 'letters',
    workers: 1,
    runTimeoutMs: undefined,
    callsInAdvance: 0,
    retries: 1,
    respawnDelayMs: 100,
    maxRespawnDelayMs: 1000,
    logger: { log: (message) => said.push(message), warn: (message) => said.push(message) },
    start: (place) => {
      const worker = make(attempts++);
      if (worker instanceof Error) return Promise.reject(worker);
      started.push({ place, worker });
      return Promise.resolve(worker);
    },
    ...options,
  });
  await pool.start();
  return {
    pool,
    started,
    said,
    worker: (index) => started[index]!.worker,
    run: (letter, signal) => pool.run('upper', () => ({ request: letter, buffers: [] }), { signal }),
  };
}
