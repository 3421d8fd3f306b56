import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { buildOnnxModel } from 'nestjs-batching/testing';

/** How the process ended: 0, or 134 (SIGABRT) where ONNX Runtime was interrupted. */
interface Ending {
  readonly exitCode: number | string | null | undefined;
  readonly signal: string | undefined;
  readonly stderr: string;
  readonly story: unknown;
}

const CLEAN = { exitCode: 0, signal: undefined, stderr: '' };

/** For a machine that is busy with something else; how long it takes is not what is tested. */
const PATIENCE_MS = 60_000;

describe('The end of a process with an OnnxModel', () => {
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-stop-'));
    path = join(folder, 'slow.onnx');
    await writeFile(path, await buildSlowModel());
  });
  afterAll(() => rm(folder, { recursive: true }));

  const end = (when: string): Promise<Ending> =>
    new Promise((resolve) => {
      const program = join('test', 'onnx', 'programs', 'stop-a-model.js');
      execFile(process.execPath, [program, when, path], (error, stdout, stderr) => {
        const story: unknown = stdout === '' ? undefined : JSON.parse(stdout);
        resolve({
          exitCode: error === null ? 0 : error.code,
          signal: error?.signal ?? undefined,
          stderr,
          story,
        });
      });
    });

  it.each([1, 2, 3, 4, 5])(
    'is clean if the model is closed in the middle of a run, which it finishes (%i)',
    async () => {
      const story = { wasBusy: true, rowCounts: [128, 128, 128], refusal: 'BATCHER_CLOSED' };
      expect(await end('mid-run')).toEqual({ ...CLEAN, story });
    },
    PATIENCE_MS,
  );

  it(
    'is clean, and comes, with an idle model that nobody closed',
    async () => {
      expect(await end('forgotten')).toEqual({ ...CLEAN, story: { rowCount: 128 } });
    },
    PATIENCE_MS,
  );

  it(
    'waits for the run that is under way',
    async () => {
      expect(await end('busy and forgotten')).toEqual({ ...CLEAN, story: { rowCount: 128 } });
    },
    PATIENCE_MS,
  );

  it(
    'is clean if a load is given up',
    async () => {
      expect(await end('while loading')).toEqual({ ...CLEAN, story: { refusal: 'given up' } });
    },
    PATIENCE_MS,
  );

  it(
    'is clean after loads that failed',
    async () => {
      const reasons = ['INVALID_CONFIG', 'INVALID_CONFIG', 'INVALID_CONFIG'];
      expect(await end('failed load')).toEqual({ ...CLEAN, story: { reasons } });
    },
    PATIENCE_MS,
  );
});

/** A run of 128 rows takes more than 100 ms, also on a machine that does 200 billion operations a second. */
function buildSlowModel(): Promise<Uint8Array> {
  const size = 1024;
  const names = ['x', ...Array.from({ length: 99 }, (_, index) => `h${index}`), 'y'];
  return buildOnnxModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', size] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', size] }],
    nodes: names
      .slice(1)
      .map((name, index) => ({ op: 'MatMul', inputs: [names[index] ?? 'x', 'w'], outputs: [name] })),
    initializers: [
      { name: 'w', type: 'float32', dims: [size, size], data: new Float32Array(size * size).fill(1e-3) },
    ],
  });
}
