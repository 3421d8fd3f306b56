import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BatcherClosedError } from 'nestjs-batching/core';
import { RunTimeoutError, WorkerEndedError } from 'nestjs-batching/worker';

import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { until } from '../../../../test/http/until.js';
import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { batchOf, echoRow, elementsOf } from '../../../../test/onnx/echo-rows.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { OnnxModel } from './onnx-model.js';

/** Everything that follows from what has just happened. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('A reload of an OnnxModel', () => {
  let folder: string;
  let host: EchoModel;
  const pathOf = (file: string): string => join(folder, file);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-model-reload-'));
    for (const file of ['first', 'second', 'third']) await writeFile(pathOf(file), file);
  });
  beforeEach(() => (host = new EchoModel()));
  afterAll(() => rm(folder, { recursive: true }));

  function load(options: Partial<OnnxModelOptions> = {}): Promise<OnnxModel> {
    const logger = { log: () => undefined, warn: () => undefined };
    const all = { path: pathOf('first'), logger, ...options };
    return OnnxModel.load('echo', all, { startWorker: host.start });
  }

  /** A batch of one that the model has begun; it ends when it is released. */
  async function heldBatch(model: OnnxModel) {
    let release!: () => void;
    host.hold = new Promise((resolve) => (release = resolve));
    const batch = model.processBatch([echoRow(1)], batchOf(1));
    await settle();
    host.hold = undefined;
    return { batch, release };
  }

  it('without a path loads the file that serves again, not the one from the start', async () => {
    const model = await load();
    await model.reload(pathOf('second'));
    expect((await model.reload()).path).toBe(pathOf('second'));
    await model.close();
  });

  it('begins when the one before it is through', async () => {
    const model = await load();
    const liveAtOpening: number[] = [];
    host.onOpen = () => liveAtOpening.push(host.live);
    await Promise.all(['second', 'third'].map((file) => model.reload(pathOf(file))));
    // The one that serves, and the one that is being loaded.
    expect(liveAtOpening).toEqual([2, 2]);
    expect(model.metadata.path).toBe(pathOf('third'));
    await model.close();
  });

  it('tells the batcher how many workers the new model has, then and later, until that is closed', async () => {
    const model = await load({ instances: 2, respawnDelayMs: 60_000 });
    const limits: number[] = [];
    const stop = model.onLimitsChanged(() => limits.push(model.concurrentBatches));
    host.workers[0]?.end('it was ended by SIGKILL');
    await until('the loss is known', () => limits.at(-1) === 1);
    await model.reload();
    expect(limits.at(-1)).toBe(2);
    host.workers.at(-1)?.end('it was ended by SIGKILL');
    await until('that loss is known, too', () => limits.at(-1) === 1);

    stop();
    const { length } = limits;
    await model.reload();
    expect(limits).toHaveLength(length);
    await model.close();
  });

  it('counts padding and want of memory anew', async () => {
    const model = await load();
    await model.processBatch([echoRow(1)], batchOf(1));
    expect(model.statistics.padding.runs).toBe(1);
    await model.reload();
    expect(model.statistics.padding.runs).toBe(0);
    await model.close();
  });

  it('is given up when the model is closed', async () => {
    const model = await load();
    host.isHung = true;
    const reloaded = model.reload(pathOf('second')).catch((error: unknown) => error);
    await until('the new worker is there', () => host.workers.length === 2);
    await model.close();
    expect(host.isClosed).toBe(true);
    expect(await reloaded).toBeInstanceOf(BatcherClosedError);
    await expect(model.reload()).rejects.toThrow(BatcherClosedError);
  });

  it('takes over the batches that wait for a worker which does not come back', async () => {
    const model = await load({ respawnDelayMs: 60_000 });
    let release!: () => void;
    host.hold = new Promise((resolve) => (release = resolve));
    const batch = model.processBatch([echoRow(1), echoRow(2)], batchOf(2));
    await settle();
    host.workers[0]?.end('it was ended by SIGKILL');
    host.hold = undefined;
    await model.reload(pathOf('second'));
    expect((await batch).map(elementsOf)).toEqual([[1], [2]]);
    release();
    await model.close();
    expect(host.isClosed).toBe(true);
  });

  it('does not run again on the new model what has failed on the old one', async () => {
    const model = await load();
    const { batch, release } = await heldBatch(model);
    const reloaded = model.reload(pathOf('second'));
    await until('the new model serves', () => model.metadata.path === pathOf('second'));
    let runs = 0;
    host.onRun = () => {
      runs += 1;
      throw new Error('no such word');
    };
    release();
    await expect(batch).rejects.toThrow('no such word');
    expect(runs).toBe(1);
    await reloaded;
    await model.close();
  });

  it('lets a close wait for batches that the old model has begun', async () => {
    const model = await load();
    const { batch, release } = await heldBatch(model);
    const reloaded = model.reload(pathOf('second'));
    await until('the new model serves', () => model.metadata.path === pathOf('second'));
    const closed = new WatchedPromise(model.close());
    await settle();
    expect(closed.isSettled).toBe(false);
    release();
    expect((await batch).map(elementsOf)).toEqual([[1]]);
    await reloaded;
    await until('all is closed', () => closed.isSettled);
    expect(host.isClosed).toBe(true);
  });

  it('does not hold up a close for a batch that has come over to workers which do not come back', async () => {
    const model = await load({ respawnDelayMs: 1, maxRespawnDelayMs: 2, retries: 10 });
    host.hold = new Promise(() => undefined);
    const batch = model.processBatch([echoRow(1)], batchOf(1)).catch((error: unknown) => error);
    await settle();
    host.workers[0]?.end('it was ended by SIGKILL');
    host.hold = undefined;
    host.onRun = (_, worker) => {
      if (model.metadata.path === pathOf('second')) worker.end('it was ended by SIGKILL');
    };
    await writeFile(pathOf('first'), 'overwritten');
    await model.reload(pathOf('second'));
    await until('the new worker is lost, too', () => model.concurrentBatches === 0);
    await writeFile(pathOf('second'), 'overwritten');
    await model.close();
    expect(await batch).toBeInstanceOf(WorkerEndedError);
    for (const file of ['first', 'second']) await writeFile(pathOf(file), file);
  });

  describe('while a thread of the old model hangs', () => {
    async function loadAndHang(): Promise<OnnxModel> {
      const model = await load({ runTimeoutMs: 1 });
      host.isHungWhenAbandoned = true;
      host.hold = new Promise(() => undefined);
      await expect(model.processBatch([echoRow(1)], batchOf(1))).rejects.toThrow(RunTimeoutError);
      host.hold = undefined;
      return model;
    }
    const endWhatHangs = (): void => host.workers[0]?.end('it is through');

    it('resolves when the new one serves, and so does the next one', async () => {
      const model = await loadAndHang();
      for (const file of ['second', 'third']) {
        expect((await model.reload(pathOf(file))).path).toBe(pathOf(file));
        expect((await model.processBatch([echoRow(1)], batchOf(1))).map(elementsOf)).toEqual([[1]]);
      }
      endWhatHangs();
      await model.close();
    });

    it('shows that thread in health until it has ended', async () => {
      const model = await loadAndHang();
      await model.reload(pathOf('second'));
      expect(model.getHealth()).toMatchObject({
        isReady: true,
        details: { workers: { live: 1, quarantined: 1 } },
      });
      endWhatHangs();
      await settle();
      expect(model.getHealth()).toMatchObject({ details: { workers: { live: 1, quarantined: 0 } } });
      await model.close();
    });

    it('has close() wait for that thread', async () => {
      const model = await loadAndHang();
      await model.reload(pathOf('second'));
      const closed = new WatchedPromise(model.close());
      await settle();
      expect(closed.isSettled).toBe(false);
      endWhatHangs();
      await until('all is closed', () => closed.isSettled);
      expect(host.isClosed).toBe(true);
    });
  });

  it('does not hold up the next one for a run that nobody waits for: it may hang', async () => {
    const model = await load();
    const { signal, abort } = leaving();
    let release!: () => void;
    host.hold = new Promise((resolve) => (release = resolve));
    const batch = model.processBatch([echoRow(1)], batchOf(1, { signal })).catch(() => undefined);
    await settle();
    host.hold = undefined;
    await model.reload(pathOf('second'));
    const next = new WatchedPromise(model.reload(pathOf('third')));
    await settle();
    expect(next.isSettled).toBe(false);
    abort();
    await until('the third serves', () => model.metadata.path === pathOf('third'));
    release();
    await batch;
    await model.close();
    expect(host.isClosed).toBe(true);
  });
});

/** A caller who leaves when the test says so. */
function leaving(): { signal: AbortSignal; abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}
