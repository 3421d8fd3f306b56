import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

import { until } from '../http/until.js';

const execute = promisify(execFile);
const PATIENCE_MS = 60_000;

const fileOf = (program: string): string => join('dist', 'test', 'programs', `${program}.js`);

/** Runs a program to its end, which has to be exit code 0, and gives what it has reported. */
async function run(program: string, ...programArguments: string[]): Promise<Record<string, unknown>> {
  const { stdout } = await execute(process.execPath, ['--expose-gc', fileOf(program), ...programArguments]);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('A model whose worker processes are killed under load', () => {
  it(
    'answers every request rightly, and leaves no process behind, as long as it may try again',
    async () => {
      const report = await run('chaos-kills', '--kills', '8', '--retries', '10');
      expect(report).toMatchObject({ wrong: 0, killed: 8, left: [] });
      expect(report['rejected']).toEqual({});
      expect(report['right']).toBeGreaterThan(8 * 64);
    },
    PATIENCE_MS,
  );

  it(
    'rejects only what was in a worker that has ended if it may not, and says so',
    async () => {
      const report = await run('chaos-kills', '--kills', '3', '--retries', '0');
      expect(report).toMatchObject({
        wrong: 0,
        rejected: { WORKER_ENDED: expect.any(Number) as number },
        left: [],
      });
      expect(Object.keys(report['rejected'] as object)).toEqual(['WORKER_ENDED']);
    },
    PATIENCE_MS,
  );
});

describe.each(['thread', 'process'])('A model in a %s', (isolation) => {
  it(
    'answers at runTimeoutMs who waits for a run that hangs, replaces the worker, and lets the process end cleanly',
    async () => {
      // A run in a thread cannot be ended: its worker is in quarantine until it is through.
      for (const end of ['closed', 'forgotten']) {
        const report = await run('chaos-hang', isolation, end);
        expect(report).toMatchObject({
          refusal: 'RUN_TIMED_OUT',
          whenRefused: { live: 0, quarantined: 1 },
          answer: 21,
          whenReplaced: { live: 1, restarts: 1 },
        });
        expect(report['refusedAfterMs']).toBeGreaterThanOrEqual(399);
      }
    },
    PATIENCE_MS,
  );

  it(
    'is reloaded under load without losing a request, and serves on when a reload fails',
    async () => {
      const report = await run('chaos-reloads', '--reloads', '5', '--isolation', isolation);
      expect(report).toMatchObject({
        wrong: 0,
        refusals: ['INVALID_CONFIG'],
        serving: true,
        left: [],
      });
      expect(report['rejected']).toEqual({});
      expect(report['right']).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );
});

describe.each([
  ['SIGTERM', 'thread'],
  ['SIGTERM', 'process'],
  ['SIGINT', 'thread'],
  ['SIGINT', 'process'],
] as const)('%s to an app with a model in a %s', (signal, isolation) => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'chaos-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    ['idle', []],
    ['in the middle of a run', [{ codes: ['answered'] }]],
    ['while a worker is replaced', [{ codes: ['answered'] }]],
    ['with one worker quarantined', [{ codes: ['RUN_TIMED_OUT'] }]],
    // Ctrl+C may end the new model's worker before that knows that it is not meant.
    [
      'in the middle of a reload',
      [
        { codes: ['answered'] },
        {
          reload:
            signal === 'SIGINT' && isolation === 'process'
              ? (expect.stringMatching(/BATCHER_CLOSED|INVALID_CONFIG/) as string)
              : 'BATCHER_CLOSED',
        },
      ],
    ],
  ])(
    'ends it with exit code 0 (%s)',
    async (state, outcome) => {
      const server = spawn(process.execPath, [fileOf('chaos-server'), state, isolation, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
        // In a process group of its own, as a terminal would start it.
        detached: true,
      });
      const said: unknown[] = [];
      createInterface({ input: server.stdout }).on('line', (line) => said.push(JSON.parse(line)));
      const ended = new Promise((resolve) => server.on('close', (...ending) => resolve(ending)));
      await until('the server is in that state', () => said.includes('waiting') || server.exitCode !== null);
      // Ctrl+C reaches the workers as well.
      process.kill(signal === 'SIGINT' ? -server.pid! : server.pid!, signal);
      expect(await ended).toEqual([0, null]);
      expect(said.filter((line) => line !== 'waiting')).toEqual(expect.arrayContaining(outcome));
    },
    PATIENCE_MS,
  );
});
