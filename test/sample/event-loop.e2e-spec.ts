import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { get, post } from '../http/json-client.js';

/** What counts as long: nobody would take a health check that slow for a healthy one. */
const LONG_MS = 400;
const MOST_REQUESTS = 64;

let folder: string;
let server: ChildProcess;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slow-model-'));
  server = spawn(process.execPath, [resolve('dist/test/programs/slow-model-server.js'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (server.stdout === null) throw new Error('Expected the server to have an output.');
  [url] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
}, 60_000);
afterAll(async () => {
  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
  await rm(folder, { recursive: true });
});

/** How long the model takes for a batch of so many. */
async function runBatch(size: number): Promise<number> {
  const answers = await Promise.all(
    Array.from({ length: size }, () => post<{ processingTimeMs: number }>(`${url}/slow`, {})),
  );
  return Math.max(...answers.map(({ body }) => body.processingTimeMs));
}

/** Asks /health/live again and again until the work is done; tells how long each answer took. */
async function probeDuring(work: Promise<unknown>): Promise<number[]> {
  const latenciesMs: number[] = [];
  let isDone = false;
  void work.finally(() => (isDone = true));
  while (!isDone) {
    const startedAtMs = performance.now();
    expect((await get(`${url}/health/live`)).status).toBe(200);
    latenciesMs.push(performance.now() - startedAtMs);
  }
  return latenciesMs.sort((one, other) => one - other);
}

describe('while a model computes', () => {
  it('GET /health/live is answered many times, each in a small part of the time that the batch takes', async () => {
    const aloneMs = await runBatch(1);
    const size = Math.min(MOST_REQUESTS, Math.ceil((2 * LONG_MS) / aloneMs));

    const work = runBatch(size);
    const latenciesMs = await probeDuring(work);
    const busyMs = await work;

    expect(busyMs).toBeGreaterThan(LONG_MS / 2);
    expect(latenciesMs.length).toBeGreaterThan(20);
    const median = latenciesMs[latenciesMs.length >> 1] ?? Infinity;
    expect(median).toBeLessThan(busyMs / 10);
    // If the model ran on the main thread, one answer would have to wait for nearly all of it.
    expect(latenciesMs.at(-1)).toBeLessThan(busyMs / 2);
  }, 60_000);
});
