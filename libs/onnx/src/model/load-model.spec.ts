import { writeFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InvalidConfigError } from 'nestjs-batching/core';

import { until } from '../../../../test/http/until.js';
import { EchoModel } from '../../../../test/onnx/echo-model.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { OnnxModel } from './onnx-model.js';
import { chooseSessionThreads } from '../devices/session-threads.js';

describe('A model whose file is overwritten while it serves', () => {
  let folder: string;
  let path: string;
  let host: EchoModel;
  let model: OnnxModel | undefined;
  const warnings: string[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'load-model-'));
    path = join(folder, 'model.onnx');
    await writeFile(path, 'version 1');
    host = new EchoModel();
    warnings.splice(0);
  });
  afterEach(async () => {
    await model?.close();
    model = undefined;
    await rm(folder, { recursive: true });
  });

  async function load(options: Partial<OnnxModelOptions> = {}): Promise<OnnxModel> {
    const logger = { log: () => undefined, warn: (message: string) => void warnings.push(message) };
    const all = { path, logger, respawnDelayMs: 1, maxRespawnDelayMs: 10, ...options };
    model = await OnnxModel.load('echo', all, { startWorker: host.start });
    return model;
  }

  const refusal = (): Promise<void> =>
    until('a worker is refused', () => warnings.some((warning) => warning.includes('call reload()')));

  it('goes on with the workers that have the old one, and takes no other, and says why', async () => {
    const loaded = await load({ instances: 2 });
    const started = host.workers.length;
    await writeFile(path, 'version 2');
    host.workers[0]?.end('it was ended by SIGKILL');
    await refusal();
    expect(loaded.getHealth()).toMatchObject({
      isReady: true,
      details: { workers: { live: 1, workers: 2, lastEndReason: expect.stringContaining(path) as string } },
    });
    expect(host.workers).toHaveLength(started);
  });

  it('is not ready when no worker is left, and ready again when the old file is back', async () => {
    const loaded = await load();
    await writeFile(path, 'version 2');
    host.endWorkers('it was ended by SIGKILL');
    await refusal();
    expect(loaded.getHealth()).toMatchObject({
      isReady: false,
      reason: expect.stringContaining(`"${path}" has changed since the model was loaded from it`) as string,
    });
    await writeFile(path, 'version 1');
    await until('a worker is back', () => loaded.getHealth().isReady);
  });

  it('serves the new file as soon as it is reloaded', async () => {
    const loaded = await load();
    await writeFile(path, 'version 2');
    host.endWorkers('it was ended by SIGKILL');
    await refusal();
    await loaded.reload();
    expect(loaded.getHealth()).toMatchObject({
      isReady: true,
      details: { workers: { live: 1, restarts: 0 } },
    });
    host.endWorkers('it was ended by SIGKILL');
    await until('a worker opens the new file', () => loaded.getHealth().isReady);
  });

  it('does not let a worker in that has opened the file while it was written', async () => {
    const loaded = await load();
    let isFirst = true;
    host.onOpen = () => {
      if (isFirst) writeFileSync(path, 'version 2');
      isFirst = false;
    };
    host.endWorkers('it was ended by SIGKILL');
    await refusal();
    expect(loaded.getHealth().isReady).toBe(false);
    expect(host.isClosed).toBe(true);
  });

  it.each([
    ['the first', 0],
    ['the second', 1],
  ])('is not loaded from a file that is written while %s worker opens it', async (_, opened) => {
    host.onOpen = () => {
      if (host.opened.length === opened) writeFileSync(path, 'version 2');
    };
    const options = { executionProviders: ['cuda', 'cpu'], instances: 2 } as const;
    const failure: unknown = await load(options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidConfigError);
    expect((failure as InvalidConfigError).faults).toEqual([
      {
        field: 'path',
        problem: `"${path}" has changed while it was being loaded; try again when it is there as a whole`,
      },
    ]);
    expect(host.isClosed).toBe(true);
  });

  it('takes no worker that reads other inputs from the same file', async () => {
    const loaded = await load();
    host.type = 'int64';
    host.endWorkers('it was ended by SIGKILL');
    const problem =
      'inputs.x: the model in use has float32 [batch, length], the new one int64 [batch, length]';
    await until('a worker is refused', () => warnings.some((warning) => warning.includes(problem)));
    expect(loaded.getHealth().isReady).toBe(false);
    await loaded.close();
    expect(host.isClosed).toBe(true);
  });
});

describe('The workers of a model', () => {
  let folder: string;
  let path: string;
  const threads: (number | undefined)[] = [];
  const host = new EchoModel();
  host.onOpen = ({ session }) => void threads.push(session.intraOpNumThreads);

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'load-model-'));
    path = join(folder, 'model.onnx');
    await writeFile(path, 'a model');
    threads.splice(0);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const intraOpNumThreadsWith = async (options: Partial<OnnxModelOptions>): Promise<number> => {
    const model = await OnnxModel.load('echo', { path, ...options }, { startWorker: host.start });
    const { intraOpNumThreads } = model.metadata;
    await model.close();
    return intraOpNumThreads;
  };

  it('have their share of the cores each, and the model says how many threads that is', async () => {
    const share = chooseSessionThreads(2);
    await expect(intraOpNumThreadsWith({ instances: 2 })).resolves.toBe(share);
    expect(threads).toEqual([share, share]);
  });

  it('have as many threads as the options say', async () => {
    await expect(intraOpNumThreadsWith({ instances: 2, session: { intraOpNumThreads: 7 } })).resolves.toBe(7);
    expect(threads).toEqual([7, 7]);
  });

  it('have as many as ONNX Runtime likes where one has the whole machine', async () => {
    const alone = chooseSessionThreads(1);
    await expect(intraOpNumThreadsWith({})).resolves.toBe(alone ?? 0);
    expect(threads).toEqual([alone]);
  });
});
