import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AbortState, BatchProcessingError, type BatchContext } from 'nestjs-batching/core';
import { WorkerEndedError } from 'nestjs-batching/worker';

import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { until } from '../../../../test/http/until.js';
import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { batchOf, echoRow, elementsOf } from '../../../../test/onnx/echo-rows.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { OnnxModel } from './onnx-model.js';
import type { OnnxRow } from '../rows/onnx-row.js';

/** Everything that follows from what has just happened. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('A batch of an OnnxModel', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-model-batches-'));
    await writeFile(join(folder, 'model.onnx'), 'what is inside is the host’s affair');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function load(
    options: Partial<OnnxModelOptions> = {},
  ): Promise<{ host: EchoModel; model: OnnxModel }> {
    const host = new EchoModel();
    const path = join(folder, 'model.onnx');
    const logger = { log: () => undefined, warn: () => undefined };
    const model = await OnnxModel.load('echo', { path, logger, ...options }, { startWorker: host.start });
    host.batchSizes.splice(0);
    return { host, model };
  }

  it('runs at the size that the batcher wants', async () => {
    const { host, model } = await load();
    const results = await model.processBatch([echoRow(1), echoRow(2)], batchOf(2, { paddedBatchSize: 4 }));
    expect(results.map(elementsOf)).toEqual([[1], [2]]);
    expect(host.batchSizes).toEqual([4]);
  });

  it('tells the batcher the sizes it runs at only where a request is a row', async () => {
    const { model } = await load({ allowedBatchSizes: [2, 8] });
    expect(model.allowedBatchSizes).toEqual([2, 8]);
    const { model: ofSeveral } = await load({ allowedBatchSizes: [2, 8], maxRowsPerRequest: 4 });
    expect(ofSeveral.allowedBatchSizes).toBeUndefined();
  });

  it('says when a worker begins with it', async () => {
    const { host, model } = await load();
    const begun: string[] = [];
    const run = async (name: string): Promise<() => void> => {
      let release!: () => void;
      host.hold = new Promise((resolve) => (release = resolve));
      void model.processBatch([echoRow(1)], batchOf(1, { started: () => begun.push(name) }));
      await settle();
      return release;
    };
    const releaseFirst = await run('first');
    await run('in advance');
    expect(begun).toEqual(['first']);
    releaseFirst();
    await settle();
    expect(begun).toEqual(['first', 'in advance']);
  });

  it.each(['thread', 'process'] as const)(
    'has its inputs in the buffers of the one before it, in a %s',
    async (isolation) => {
      const { host, model } = await load({ isolation });
      host.givesBuffersBack = true;
      host.answer = (x) => ({ ...x, data: x.data.slice() });
      const buffers: unknown[] = [];
      host.onRun = (inputs) => buffers.push((inputs[0]?.data as Float32Array).buffer);
      for (const value of [1, 2]) {
        const [result] = await model.processBatch([echoRow(value)], batchOf(1));
        expect(elementsOf(result)).toEqual([value]);
      }
      expect(buffers).toHaveLength(2);
      expect(buffers[1]).toBe(buffers[0]);
    },
  );

  it('fails only for a request whose value asks for too much memory, and has full batches run at once after it', async () => {
    const { host, model } = await load();
    host.onRun = (inputs) => {
      if ((inputs[0]?.data as Float32Array).includes(99))
        throw new Error('Failed to allocate memory for requested buffer');
    };
    const rows = Array.from({ length: 16 }, (_, value) => echoRow(value === 5 ? 99 : value));
    const results = await model.processBatch(rows, batchOf(16));
    results.forEach((result, index) => {
      if (index !== 5) expect(elementsOf(result)).toEqual([index]);
      else
        expect((result as Error).message).toMatch(
          /Failed to allocate memory.*\(1 of the 16 requests of batch 1\)$/,
        );
    });
    expect(model.statistics.memoryCeilings).toEqual([]);
    host.batchSizes.splice(0);
    await model.processBatch(Array(16).fill(echoRow(1)), batchOf(16));
    expect(host.batchSizes).toEqual([16]);
  });

  it('runs whole again at the only size of its model after memory has not sufficed for it once', async () => {
    const { host, model } = await load({ allowedBatchSizes: [8] });
    let isShort = true;
    host.onRun = () => {
      if (!isShort) return;
      isShort = false;
      throw new Error('Failed to allocate memory for requested buffer');
    };
    const rows = Array<OnnxRow>(8).fill(echoRow(1));
    await model.processBatch(rows, batchOf(8));
    host.batchSizes.splice(0);
    await model.processBatch(rows, batchOf(8));
    expect(host.batchSizes).toEqual([8]);
  });

  it.each<[string, Partial<OnnxModelOptions>, OnnxRow]>([
    ['rows', { maxRowsPerRequest: 4 }, { x: { data: new Float32Array(4), dims: [4, 1] } }],
    ['elements', { dynamicAxes: { length: { maxPaddingShare: 1 } } }, echoRow(0, 0, 0, 0)],
  ])(
    'fails only for a request of too many %s where the others fit into memory',
    async (_, options, large) => {
      const { host, model } = await load(options);
      host.onRun = (inputs) => {
        if ((inputs[0]?.data.length ?? 0) > 3)
          throw new Error('Failed to allocate memory for requested buffer');
      };
      const rows = [echoRow(1), echoRow(2), large, echoRow(4)];
      const [first, second, third, fourth] = await model.processBatch(rows, batchOf(4));
      expect([first, second, fourth].map(elementsOf)).toEqual([[1], [2], [4]]);
      expect(third).toBeInstanceOf(BatchProcessingError);
      expect((third as Error).message).toMatch(
        /Failed to allocate memory.*\(1 of the 4 requests of batch 1\)$/,
      );
    },
  );

  it('counts its rows where memory does not suffice, not its requests', async () => {
    const { host, model } = await load({ maxRowsPerRequest: 4 });
    host.onRun = (inputs) => {
      if ((inputs[0]?.dims[0] ?? 0) > 8) throw new Error('Failed to allocate memory for requested buffer');
    };
    const fourRows = { x: { data: new Float32Array(4), dims: [4, 1] } };
    await model.processBatch(Array(4).fill(fourRows), batchOf(4));
    expect(model.statistics.memoryCeilings).toEqual([{ shape: '1', maxRows: 8, failures: 1 }]);
    host.batchSizes.splice(0);
    await model.processBatch(Array(8).fill(echoRow(1)), batchOf(8));
    expect(host.batchSizes).toEqual([8]);
  });

  it('is known by its longest row where memory does not suffice, whichever comes first', async () => {
    const { host, model } = await load({ dynamicAxes: { length: { maxPaddingShare: 1 } } });
    const tried: (readonly number[] | undefined)[] = [];
    host.onRun = (inputs) => {
      const dims = inputs[0]?.dims ?? [];
      tried.push(dims);
      if ((dims[0] ?? 0) * (dims[1] ?? 0) > 4)
        throw new Error('Failed to allocate memory for requested buffer');
    };
    const [short, long] = [echoRow(1), echoRow(1, 2, 3, 4)];
    await model.processBatch([short, long], batchOf(2));
    expect(model.statistics.memoryCeilings).toMatchObject([{ shape: '4', maxRows: 1 }]);
    tried.splice(0);
    const results = await model.processBatch([long, short], batchOf(2));
    expect(results.map(elementsOf)).toEqual([[1, 2, 3, 4], [1]]);
    expect(tried).toEqual([
      [1, 4],
      [1, 1],
    ]);
    await model.processBatch([short, short], batchOf(2));
    expect(tried.at(-1)).toEqual([2, 1]);
  });

  it('fails only in the shape whose outputs nobody could tell apart', async () => {
    const { host, model } = await load();
    host.answer = (x) => (x.dims[1] === 2 ? { ...x, dims: [1, 2] } : x);
    const rows = [echoRow(1, 2), echoRow(3, 4), echoRow(5)];
    const [first, second, third] = await model.processBatch(rows, batchOf(3));
    for (const failed of [first, second]) {
      expect(failed).toBeInstanceOf(BatchProcessingError);
      expect((failed as Error).message).toMatch(
        /shape \[1, 2\] for a batch of 2.*\(2 of the 3 requests of batch 1\)$/,
      );
    }
    expect(elementsOf(third)).toEqual([5]);
  });

  it('gives each request what it has brought about itself, also where all of them fail', async () => {
    const { host, model } = await load();
    host.onRun = (inputs) => {
      throw new Error(`${(inputs[0]?.data as Float32Array).join(' and ')} is out of bounds`);
    };
    const results = await model.processBatch([echoRow(98), echoRow(99)], batchOf(2));
    expect(results.map((result) => (result as Error).message)).toEqual(
      [98, 99].map(
        (value) =>
          `Model "echo": a run of 1 request failed: ${value} is out of bounds (1 of the 2 requests of batch 1)`,
      ),
    );
  });

  it('gives those whose worker has ended that error, by whose code they may try again, also where others have run', async () => {
    const { host, model } = await load({ retries: 0, respawnDelayMs: 60_000 });
    host.onRun = (inputs, worker) => {
      if (inputs[0]?.dims[1] === 2) worker.end('it was ended by SIGKILL');
    };
    const [first, second] = await model.processBatch([echoRow(5), echoRow(1, 2)], batchOf(2));
    expect(elementsOf(first)).toEqual([5]);
    expect(second).toBeInstanceOf(WorkerEndedError);
    expect(second).toMatchObject({ code: 'WORKER_ENDED', isRetryable: true });
    await model.close();
  });

  it('gives those whose run took too long that error, also where others have run', async () => {
    const { host, model } = await load({ runTimeoutMs: 20 });
    host.onRun = (inputs) => {
      if (inputs[0]?.dims[1] === 1) host.hold = new Promise(() => undefined);
    };
    const [first, second] = await model.processBatch([echoRow(5), echoRow(1, 2)], batchOf(2));
    expect(elementsOf(first)).toEqual([5]);
    expect(second).toMatchObject({ code: 'RUN_TIMED_OUT', isRetryable: false });
    await model.close();
  });

  it('has health say that no other worker is started while too many threads hang', async () => {
    const { host, model } = await load({ runTimeoutMs: 1, respawnDelayMs: 0 });
    host.isHungWhenAbandoned = true;
    for (const hung of [1, 2]) {
      host.hold = new Promise(() => undefined);
      await expect(model.processBatch([echoRow(1)], batchOf(1))).rejects.toThrow('took longer');
      host.hold = undefined;
      if (hung === 1) await until('another one is there', () => model.concurrentBatches === 1);
    }
    expect(model.getHealth()).toMatchObject({
      isReady: false,
      reason: expect.stringContaining('none is started before one of the 2 that hang has ended') as string,
    });
    host.isHungWhenAbandoned = false;
    host.endWorkers('they are through');
    await until('another one is there', () => model.concurrentBatches === 1);
    await model.close();
  });

  it('has its worker replaced where that cannot even repeat its trial run, and health say why', async () => {
    const { host, model } = await load({ respawnDelayMs: 0 });
    host.onRun = (_, worker) => {
      if (worker === host.workers[0]) throw new Error('an illegal memory access was encountered');
    };
    for (let batch = 0; batch < 8; batch += 1) {
      await expect(model.processBatch([echoRow(1)], batchOf(1))).rejects.toThrow('illegal memory access');
    }
    const [result] = await model.processBatch([echoRow(1)], batchOf(1));
    expect(elementsOf(result)).toEqual([1]);
    expect(model.getHealth()).toMatchObject({
      isReady: true,
      details: {
        workers: {
          restarts: 1,
          lastEndReason:
            'it fails call after call, and what it could do when it was started: an illegal memory access was encountered',
        },
      },
    });
    await model.close();
  });

  it('leaves a worker alone that fails for what the requests bring, however many do', async () => {
    const { host, model } = await load();
    host.onRun = (inputs) => {
      if (inputs[0]?.data[0] !== 0) throw new Error('out of bounds');
    };
    for (let batch = 0; batch < 5; batch += 1) {
      await expect(model.processBatch([echoRow(1)], batchOf(1))).rejects.toThrow('out of bounds');
      await model.processBatch([echoRow(1), echoRow(2), echoRow(3)], batchOf(3)).catch(() => undefined);
    }
    expect(model.getHealth().isReady).toBe(true);
    expect(host.workers).toHaveLength(1);
    await model.close();
  });

  it.each(['before', 'after'])(
    'holds up close() only as long as somebody waits for it (everybody leaves %s)',
    async (when) => {
      const { host, model } = await load();
      host.hold = new Promise(() => undefined);
      const controller = new AbortController();
      model.processBatch([echoRow(1)], batchOf(1, { signal: controller.signal })).catch(() => undefined);
      await settle();
      if (when === 'before') controller.abort();
      const closed = new WatchedPromise(model.close());
      await settle();
      expect(closed.isSettled).toBe(when === 'before');
      controller.abort();
      await settle();
      expect(closed.isSettled).toBe(true);
    },
  );

  it('learns that everybody has left from the notice of its batch, without a signal', async () => {
    const { host, model } = await load();
    host.hold = new Promise(() => undefined);
    const abortNotice = new AbortState();
    const context: BatchContext = {
      ...batchOf(1, { abortNotice }),
      get signal(): never {
        throw new Error('a signal was made');
      },
    };
    model.processBatch([echoRow(1)], context).catch(() => undefined);
    const closed = new WatchedPromise(model.close());
    await settle();
    expect(closed.isSettled).toBe(false);
    abortNotice.abort();
    await settle();
    expect(closed.isSettled).toBe(true);
  });

  it('does not hold up close() for a worker that cannot be replaced', async () => {
    const { host, model } = await load({ respawnDelayMs: 0 });
    host.hold = new Promise(() => undefined);
    const failed = model.processBatch([echoRow(1)], batchOf(1)).catch((error: unknown) => error);
    await settle();
    host.onOpen = () => {
      throw new Error('no memory');
    };
    host.endWorkers('it was ended by SIGKILL');
    await model.close();
    expect(await failed).toMatchObject({ code: 'WORKER_ENDED', reason: 'no memory' });
  });
});
