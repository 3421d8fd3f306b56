import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';

import { until } from '../../../../test/http/until.js';
import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { batchOf, echoRow, elementsOf } from '../../../../test/onnx/echo-rows.js';
import { RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';
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

  async function faultsOf(loading: Promise<OnnxModel>): Promise<readonly ConfigFault[]> {
    const error: unknown = await loading.catch((thrown: unknown) => thrown);
    if (!(error instanceof InvalidConfigError)) throw error;
    return error.faults;
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

  it('asks no other execution provider for what none could help', async () => {
    host.onOpen = () => {
      throw new RuntimeUnavailableError('the package is not installed');
    };
    const faults = await faultsOf(load({ executionProviders: ['cuda', 'cpu'] }));
    expect(faults).toEqual([{ field: 'onnxruntime-node', problem: 'the package is not installed' }]);
    expect(host.workers).toHaveLength(1);
  });

  it('does not lose another worker on the CPU to look for faults where one was lost', async () => {
    host.onOpen = () => host.workers.at(-1)?.end('it was ended by SIGILL');
    const faults = await faultsOf(load({ executionProviders: ['cuda', 'cpu'] }));
    expect(faults).toEqual(
      ['cuda', 'cpu'].map((name, index) => ({
        field: `executionProviders[${index}]`,
        problem: `the worker that was to run the model on "${name}" did not become ready: it was ended by SIGILL`,
      })),
    );
    expect(host.workers).toHaveLength(2);
  });

  it('looks for faults on the CPU where only others were asked for, and says those of the worker there', async () => {
    host.onOpen = ({ executionProvider: { name } }) => {
      if (name === 'cuda') throw new Error('no driver');
      host.workers.at(-1)?.end('it was ended by SIGILL');
    };
    expect(await faultsOf(load({ executionProviders: ['cuda'] }))).toEqual([
      {
        field: 'path',
        problem: 'the worker that was to run the model on "cpu" did not become ready: it was ended by SIGILL',
      },
      { field: 'executionProviders[0]', problem: '"cuda" does not work here: no driver' },
    ]);
    expect(host.isClosed).toBe(true);
  });

  describe('tells of a worker that fails call after call', () => {
    const callsToFail = 8;

    async function failCalls(failsAlways: boolean): Promise<OnnxModel> {
      const model = await load({ respawnDelayMs: 1 });
      host.onRun = (inputs) => {
        if (failsAlways || inputs[0]?.data[0] === 13) throw new Error('the device is lost');
      };
      for (let call = 0; call < callsToFail; call += 1) {
        await expect(model.processBatch([echoRow(13)], batchOf(1))).rejects.toThrow('the device is lost');
      }
      return model;
    }

    it('by what it was tried with: one that cannot do that any more is replaced', async () => {
      const model = await failCalls(true);
      await until('another one is started', () => host.workers.length >= 2);
      expect(host.workers[0]?.endReason).toBe(
        'it fails call after call, and what it could do when it was started: the device is lost',
      );
      host.onRun = () => undefined;
      expect((await model.processBatch([echoRow(13)], batchOf(1))).map(elementsOf)).toEqual([[13]]);
      await model.close();
    });

    it('by what it was tried with: one that still can is left alone', async () => {
      const model = await failCalls(false);
      // Both sizes when it was loaded, and the smaller one now.
      await until('it has been tried', () => host.batchSizes.length === 3);
      expect(host.batchSizes).toEqual([2, 1, 1]);
      expect((await model.processBatch([echoRow(7)], batchOf(1))).map(elementsOf)).toEqual([[7]]);
      expect(host.workers).toHaveLength(1);
      await model.close();
    });
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

    it('ends when its worker has ended, which may be in native code', async () => {
      host.isHung = true;
      host.isHungWhenAbandoned = true;
      let failure: unknown;
      const loading = load().catch((error: unknown) => (failure = error));
      await until('the worker is there', () => host.workers.length === 1);
      controller.abort(reason);
      await until('the worker is given up', () => host.workers[0]?.endReason !== undefined);
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(failure).toBeUndefined();
      host.workers[0]?.end('it is through');
      await loading;
      expect(failure).toBe(reason);
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
