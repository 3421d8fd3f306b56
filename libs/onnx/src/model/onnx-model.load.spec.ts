import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InvalidConfigError } from 'nestjs-batching/core';

import { until } from '../../../../test/http/until.js';
import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { batchOf, echoRow, elementsOf } from '../../../../test/onnx/echo-rows.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { OnnxModel } from './onnx-model.js';

describe('The load of an OnnxModel', () => {
  let folder: string;
  let host: EchoModel;
  let controller: AbortController;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-model-load-'));
    await writeFile(join(folder, 'model.onnx'), 'what is inside is the host’s affair');
  });
  beforeEach(() => {
    host = new EchoModel();
    controller = new AbortController();
  });
  afterAll(() => rm(folder, { recursive: true }));

  function load(options: Partial<OnnxModelOptions> = {}): Promise<OnnxModel> {
    const logger = { log: () => undefined, warn: () => undefined };
    const all = { path: join(folder, 'model.onnx'), logger, ...options };
    return OnnxModel.load('echo', all, { startWorker: host.start, signal: controller.signal });
  }

  it('puts all workers on the device that the execution provider names', async () => {
    const model = await load({ executionProviders: [{ name: 'cuda', deviceId: 3 }], instances: 2 });
    expect(host.opened).toEqual(Array(2).fill({ name: 'cuda', deviceId: 3 }));
    expect(model.metadata.devices).toEqual([3]);
    await model.close();
  });

  it('does not blame the rows of a trial run for a worker that is lost in it', async () => {
    host.onRun = (_, worker) => {
      if (host.executionProvider === 'cuda') worker.end('it was ended by SIGSEGV');
    };
    const model = await load({ executionProviders: ['cuda', 'cpu'] });
    expect(model.metadata.failedExecutionProviders).toEqual([
      { name: 'cuda', reason: 'its worker did not start: it was ended by SIGSEGV' },
    ]);
    await model.close();
  });

  it('leaves no worker behind where the model does not fit', async () => {
    host.answer = (x) => ({ ...x, dims: [1, 1] });
    await expect(load()).rejects.toThrow(InvalidConfigError);
    expect(host.workers).toHaveLength(1);
    expect(host.isClosed).toBe(true);
  });

  it('of a worker that takes the place of another is given up when the model is closed', async () => {
    const model = await load({ respawnDelayMs: 1 });
    host.isHung = true;
    host.workers[0]?.end('it was ended by SIGKILL');
    await until('the next worker is there', () => host.workers.length === 2);
    await model.close();
    expect(host.isClosed).toBe(true);
  });

  describe('that is given up', () => {
    const reason = new Error('the application stops');

    it('says why also if its only execution provider does not work, and opens nothing more', async () => {
      host.onOpen = () => {
        controller.abort(reason);
        throw new Error('no driver');
      };
      await expect(load({ executionProviders: ['cuda'] })).rejects.toBe(reason);
      expect(host.workers).toHaveLength(1);
      expect(host.isClosed).toBe(true);
    });

    it('waits for no worker of several that is still being opened, and leaves none behind', async () => {
      // The first worker is tried out; the one after it never opens the model.
      host.onRun = () => (host.isHung = true);
      const failure = load({ instances: 2 }).catch((error: unknown) => error);
      await until('the second worker is there', () => host.workers.length === 2);
      controller.abort(reason);
      expect(await failure).toBe(reason);
      expect(host.isClosed).toBe(true);
    });

    it('too late does no harm to the model that has been loaded', async () => {
      const model = await load();
      controller.abort(reason);
      expect((await model.processBatch([echoRow(1)], batchOf(1))).map(elementsOf)).toEqual([[1]]);
      expect(model.getHealth().isReady).toBe(true);
      await model.close();
    });
  });
});
