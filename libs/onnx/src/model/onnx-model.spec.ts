import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  BatcherClosedError,
  BatchProcessingError,
  InvalidConfigError,
  InvalidRequestError,
} from 'nestjs-batching/core';
import { WorkerEndedError } from 'nestjs-batching/worker';

import { until } from '../../../../test/http/until.js';
import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { batchOf, echoRow as row, elementsOf as elements } from '../../../../test/onnx/echo-rows.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { OnnxModel } from './onnx-model.js';
import type { OnnxResultRow, OnnxRow } from '../rows/onnx-row.js';
import { RuntimeUnavailableError } from '../devices/runtime-unavailable.error.js';

describe('OnnxModel', () => {
  let folder: string;
  let path: string;
  const warnings: string[] = [];
  const logger = { log: () => undefined, warn: (message: string) => void warnings.push(message) };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-model-'));
    path = join(folder, 'model.onnx');
    await writeFile(path, 'what is inside is the host’s affair');
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => warnings.splice(0));

  const load = (host: EchoModel, options: Partial<OnnxModelOptions> = {}): Promise<OnnxModel> =>
    OnnxModel.load('echo', { path, logger, ...options }, { startWorker: host.start });

  describe('load', () => {
    it('tries the execution providers in order and keeps why the first did not work', async () => {
      const host = new EchoModel();
      host.onOpen = ({ executionProvider: { name } }) => {
        if (name === 'cuda') throw new Error('no driver');
      };
      host.onRun = () => {
        if (host.executionProvider === 'webgpu') throw new Error('no adapter');
      };
      const model = await load(host, { executionProviders: ['cuda', 'webgpu', 'cpu'] });
      expect(model.metadata).toMatchObject({
        name: 'echo',
        path,
        executionProvider: 'cpu',
        failedExecutionProviders: [
          { name: 'cuda', reason: 'no driver' },
          {
            name: 'webgpu',
            reason: expect.stringMatching(/trial run of 2 rows.*no adapter.*free dimensions/) as string,
          },
        ],
      });
      expect(warnings).toEqual([
        expect.stringMatching(
          /"cuda" does not work here, so the model runs on "cpu" instead: no driver/,
        ) as string,
        expect.stringContaining('"webgpu" does not work here') as string,
      ]);
      expect(model.getHealth()).toMatchObject({ isReady: true, details: { executionProvider: 'cpu' } });
    });

    it('warms up with every size that was asked for, the largest first', async () => {
      const host = new EchoModel();
      const model = await load(host, { warmupBatchSizes: [1, 32, 8, 32] });
      expect(host.batchSizes).toEqual([32, 1, 8]);
      expect(model.metadata.warmUps.map(({ batchSize }) => batchSize)).toEqual([32, 1, 8]);
    });

    it('tries two rows at least, since one row hides a missing batch axis', async () => {
      const host = new EchoModel();
      await load(host, { warmupBatchSizes: [1] });
      expect(host.batchSizes).toEqual([2, 1]);
    });

    it('names every execution provider’s reason if none works, and closes the host', async () => {
      const host = new EchoModel();
      host.onRun = () => {
        throw new Error('out of memory');
      };
      const error = await failureOf(load(host, { executionProviders: ['cuda', 'cpu'] }));
      expect(error.faults).toEqual([
        { field: 'executionProviders[0]', problem: expect.stringMatching(/"cuda".*out of memory/) as string },
        { field: 'executionProviders[1]', problem: expect.stringMatching(/"cpu".*out of memory/) as string },
      ]);
      expect(host.isClosed).toBe(true);
    });

    it('blames the file if not even the CPU can open it', async () => {
      const host = new EchoModel();
      host.onOpen = ({ executionProvider: { name } }) => {
        throw new Error(name === 'cuda' ? 'no driver' : 'not a protobuf');
      };
      const error = await failureOf(load(host, { executionProviders: ['cuda'] }));
      expect(error.faults).toEqual([
        { field: 'path', problem: expect.stringMatching(/model\.onnx.*not a protobuf/) as string },
        { field: 'executionProviders[0]', problem: expect.stringMatching(/no driver/) as string },
      ]);
    });

    it('names the faults of the options and those of the model together', async () => {
      const error = await failureOf(
        load(new EchoModel(), {
          executionProviders: ['gpu' as 'cpu'],
          warmupBatchSizes: [0],
          inputs: { x: { type: 'int64' }, y: {} },
        }),
      );
      expect(error.faults.map(({ field }) => field)).toEqual([
        'warmupBatchSizes',
        'executionProviders[0]',
        'inputs.y',
        'inputs.x',
      ]);
      expect(error.message).toContain('Invalid configuration of model "echo"');
    });

    it('says it if the outputs do not have a row for each request, or are not as declared', async () => {
      const sum = new EchoModel();
      sum.answer = (x) => ({ ...x, dims: [1, 2], data: new Float32Array(2) });
      expect((await failureOf(load(sum))).faults).toEqual([
        {
          field: 'outputs.x',
          problem: expect.stringContaining('came with shape [1, 2] for a batch of 2') as string,
        },
      ]);
      const declared = { outputs: { x: { shape: ['batch', 3] } } };
      expect((await failureOf(load(new EchoModel(), declared))).faults).toEqual([
        { field: 'outputs.x', problem: 'declared [batch, 3], the model gives [2, 1]' },
      ]);
    });

    it('says which package is missing', async () => {
      const host = new EchoModel();
      host.onOpen = () => {
        throw new RuntimeUnavailableError(
          'the package is not installed; install it with: npm install onnxruntime-node',
        );
      };
      const error = await failureOf(load(host, { executionProviders: ['cuda', 'cpu'] }));
      expect(error.faults).toEqual([
        {
          field: 'onnxruntime-node',
          problem: expect.stringContaining('npm install onnxruntime-node') as string,
        },
      ]);
    });

    it('starts no host where there is no file', async () => {
      const startWorker = (): never => {
        throw new Error('started');
      };
      const missing = join(folder, 'missing.onnx');
      const loading = OnnxModel.load('echo', { path: missing, executionProviders: [] }, { startWorker });
      expect((await failureOf(loading)).faults).toEqual([
        { field: 'executionProviders', problem: expect.stringContaining('one or more') as string },
        { field: 'path', problem: expect.stringContaining(`"${missing}" does not exist`) as string },
      ]);
    });

    it('stops at the next step when it is aborted, and closes the host first', async () => {
      const host = new EchoModel();
      const controller = new AbortController();
      host.onOpen = () => {
        controller.abort(new Error('the application stops'));
        throw new Error('no driver');
      };
      const options = { path, logger, executionProviders: ['cuda', 'cpu'] as const };
      const loading = OnnxModel.load('echo', options, { signal: controller.signal, startWorker: host.start });
      await expect(loading).rejects.toThrow('the application stops');
      expect(host.isClosed).toBe(true);
    });

    it('tries the next execution provider in a worker of its own when one has taken its worker with it', async () => {
      const host = new EchoModel();
      host.onOpen = ({ executionProvider: { name } }) => {
        if (name === 'cuda') host.endWorkers('it was ended by SIGSEGV');
      };
      const model = await load(host, { executionProviders: ['cuda', 'cpu'] });
      expect(model.metadata).toMatchObject({
        executionProvider: 'cpu',
        failedExecutionProviders: [
          { name: 'cuda', reason: 'its worker did not start: it was ended by SIGSEGV' },
        ],
      });
    });

    it('blames the time that a worker may take if one does not become ready in it, and tries no second one', async () => {
      const host = new EchoModel();
      host.isHung = true;
      const error = await failureOf(load(host, { startTimeoutMs: 20 }));
      expect(error.message).toContain('model "echo"');
      expect(error.faults).toEqual([
        {
          field: 'startTimeoutMs',
          problem:
            'the worker that was to run the model on "cpu" did not become ready: it was not ready after the 20 ms of startTimeoutMs' +
            '. A thread cannot be ended inside ONNX Runtime, so that this process can only end when that is through; with `isolation: "process"` it is killed',
        },
      ]);
      expect(host.workers).toHaveLength(1);
      // Of a process there is nothing to advise.
      const inProcess = await failureOf(load(host, { startTimeoutMs: 20, isolation: 'process' }));
      expect(inProcess.faults[0]?.problem).toMatch(/not ready after the 20 ms of startTimeoutMs$/);
    });

    it('says what has become of a worker that was lost at its start, and blames neither model nor provider', async () => {
      const host = new EchoModel();
      host.onOpen = () => host.endWorkers('it was ended by SIGKILL');
      const problem = (provider: string): string =>
        `the worker that was to run the model on "${provider}" did not become ready: it was ended by SIGKILL`;
      expect((await failureOf(load(host))).faults).toEqual([
        { field: 'executionProviders[0]', problem: problem('cpu') },
      ]);
      expect((await failureOf(load(host, { executionProviders: ['cuda'] }))).faults).toEqual([
        { field: 'path', problem: problem('cpu') },
        { field: 'executionProviders[0]', problem: problem('cuda') },
      ]);
    });

    it.each([null, undefined, 'model.onnx', ['model.onnx']])(
      'refuses %p in the place of its options',
      async (options) => {
        const loading = OnnxModel.load('echo', options as unknown as OnnxModelOptions);
        expect((await failureOf(loading)).faults).toEqual([
          {
            field: 'options',
            problem: expect.stringMatching(
              /^received .+, expected an object with the model's path$/,
            ) as string,
          },
        ]);
      },
    );

    it('starts as many workers as there are instances, all of them warm', async () => {
      const host = new EchoModel();
      const model = await load(host, { instances: 3 });
      expect(model.concurrentBatches).toBe(3);
      expect(host.batchSizes).toHaveLength(6);
      await model.close();
    });

    it('spreads the workers over the devices', async () => {
      const host = new EchoModel();
      const model = await load(host, { executionProviders: ['cuda'], devices: [0, 2], instances: 2 });
      // They open side by side, each once the disk has told it of the file.
      const opened = host.opened.map((provider) => 'deviceId' in provider && provider.deviceId);
      expect(opened.sort()).toEqual([0, 0, 2, 2]);
      expect(model.metadata).toMatchObject({ devices: [0, 2], instances: 2 });
    });

    it('does not start on the CPU where a GPU is required', async () => {
      const host = new EchoModel();
      host.onOpen = ({ executionProvider: { name } }) => {
        if (name === 'cuda') throw new Error('no driver');
      };
      const executionProviders = ['cpu', 'cuda'] as const;
      expect((await failureOf(load(host, { executionProviders, requireGpu: true }))).faults).toEqual([
        { field: 'executionProviders[1]', problem: '"cuda" does not work here: no driver' },
      ]);
      const model = await load(host, { executionProviders, requireGpu: false });
      expect(model.metadata.executionProvider).toBe('cpu');
      await model.close();
    });

    it('runs on the GPU where one is required, although the CPU stands before it', async () => {
      const model = await load(new EchoModel(), { executionProviders: ['cpu', 'cuda'], requireGpu: true });
      expect(model.metadata).toMatchObject({ executionProvider: 'cuda', failedExecutionProviders: [] });
      await model.close();
    });
  });

  describe('processBatch', () => {
    it('gives each row its own result, whatever the shapes, in one run for each shape', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.batchSizes.splice(0);
      const rows = [row(1, 2), row(3), row(4, 5), row(6, 7), row(8)];
      const results = await process(model, rows);
      expect(results.map(elements)).toEqual([[1, 2], [3], [4, 5], [6, 7], [8]]);
      expect(host.batchSizes).toEqual([3, 2]);
    });

    it('puts the error of a wrong row in its place and runs the others', async () => {
      const model = await load(new EchoModel());
      const wrong = { x: { data: new Float64Array(1), dims: [1] } };
      const [first, second] = await process(model, [wrong, row(1)]);
      expect(first).toBeInstanceOf(InvalidRequestError);
      expect(elements(second)).toEqual([1]);
      expect(() => model.validateRequest(wrong)).toThrow(InvalidRequestError);
    });

    it('fails each of its requests with what the runtime said, if all of them fail, and stays usable', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.onRun = () => {
        throw new Error('index out of bounds');
      };
      const failed = await process(model, [row(1), row(2)]);
      expect(failed.map((error) => (error as unknown as Error).message)).toEqual(
        Array(2).fill(expect.stringMatching(/^Model "echo": a run of 1 request failed: index out of bounds/)),
      );
      await expect(process(model, [row(1)])).rejects.toThrow(
        'Model "echo": a run of 1 row failed: index out of bounds',
      );
      host.onRun = () => undefined;
      expect((await process(model, [row(3)])).map(elements)).toEqual([[3]]);
    });

    it('fails only the shape whose run failed', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.onRun = (inputs) => {
        if (inputs[0]?.dims[1] === 2) throw new Error('too long');
      };
      const [first, second] = await process(model, [row(1, 2), row(3)]);
      expect(first).toBeInstanceOf(BatchProcessingError);
      expect((first as Error).message).toContain('too long');
      expect(elements(second)).toEqual([3]);
    });

    it('says of how many requests those are that failed', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.onRun = (inputs) => {
        if ((inputs[0]?.data as Float32Array).includes(99)) throw new Error('index out of bounds');
      };
      const results = await process(model, [row(1), row(99), row(3), row(4)]);
      expect(results[1]).toBeInstanceOf(BatchProcessingError);
      expect(results[1]).toMatchObject({
        name: 'BatchProcessingError',
        code: 'PROCESSING_FAILED',
        message:
          'Model "echo": a run of 1 request failed: index out of bounds (1 of the 4 requests of batch 1)',
      });
    });

    it('gives nobody anything if the model gives too few rows', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.answer = (x) => ({ ...x, dims: [1, 1] });
      await expect(process(model, [row(1), row(2)])).rejects.toThrow(
        /came with shape \[1, 1\] for a batch of 2/,
      );
    });

    it('runs nothing for a batch that nobody waits for any more', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.batchSizes.splice(0);
      const signal = AbortSignal.abort(new Error('everybody has left'));
      await expect(
        model.processBatch([row(1)], { batchId: 1, batchSize: 1, paddedBatchSize: 1, signal }),
      ).rejects.toThrow('everybody has left');
      expect(host.batchSizes).toEqual([]);
    });

    it('runs a batch again on another worker when its own has ended, and counts one worker less meanwhile', async () => {
      const host = new EchoModel();
      const model = await load(host, { instances: 2, respawnDelayMs: 10 });
      const states: unknown[] = [];
      model.onLimitsChanged(() =>
        states.push({ batches: model.concurrentBatches, health: model.getHealth() }),
      );
      let isFirst = true;
      host.onRun = (_, worker) => {
        if (isFirst) worker.end('it was ended by SIGKILL');
        isFirst = false;
      };
      expect((await process(model, [row(1)])).map(elements)).toEqual([[1]]);
      expect(states[0]).toMatchObject({
        batches: 1,
        health: {
          isReady: true,
          details: { workers: { live: 1, workers: 2, lastEndReason: 'it was ended by SIGKILL' } },
        },
      });
      await until('there are two workers again', () => model.concurrentBatches === 2);
      expect(model.getHealth()).toMatchObject({ details: { workers: { live: 2, restarts: 1 } } });
      await model.close();
    });

    it('says that the worker has ended if it may not try again, in its error and in its health', async () => {
      const host = new EchoModel();
      const model = await load(host, { retries: 0, respawnDelayMs: 60_000 });
      host.onRun = (_, worker) => worker.end('it ended with exit code 1');
      await expect(process(model, [row(1)])).rejects.toThrow(WorkerEndedError);
      expect(model.getHealth()).toMatchObject({
        isReady: false,
        reason: expect.stringContaining('it ended with exit code 1') as string,
      });
      await model.close();
    });

    it('runs in halves what does not fit into memory, and remembers how much did', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.onRun = (inputs) => {
        if ((inputs[0]?.dims[0] ?? 0) > 3) throw new Error('Failed to allocate memory for requested buffer');
      };
      host.batchSizes.splice(0);
      const rows = Array.from({ length: 8 }, (_, index) => row(index));
      expect((await process(model, rows)).map(elements)).toEqual(rows.map((_, index) => [index]));
      expect(model.statistics.memoryCeilings).toEqual([{ shape: '1', maxRows: 2, failures: 2 }]);
      expect(host.batchSizes).toEqual([2, 2, 2, 2]);
    });
  });

  describe('reload', () => {
    it('serves from the new file when that is loaded, and lets the old one finish what it has begun', async () => {
      const host = new EchoModel();
      const model = await load(host);
      let release!: () => void;
      host.hold = new Promise((resolve) => (release = resolve));
      const old = process(model, [row(1)]);
      await new Promise((resolve) => setImmediate(resolve));
      host.hold = undefined;
      const next = join(folder, 'next.onnx');
      await writeFile(next, 'another one');
      const reloaded = model.reload(next);
      await until('the new model serves', () => model.metadata.path === next);
      expect(host.live).toBe(2);
      release();
      expect((await old).map(elements)).toEqual([[1]]);
      expect((await reloaded).path).toBe(next);
      expect(host.live).toBe(1);
      expect((await process(model, [row(2)])).map(elements)).toEqual([[2]]);
    });

    it('serves on from the old file if the new one does not fit, or cannot be loaded', async () => {
      const host = new EchoModel();
      const model = await load(host);
      host.type = 'int64';
      const error = await failureOf(model.reload());
      expect(error.faults[0]).toEqual({
        field: 'inputs.x',
        problem: 'the model in use has float32 [batch, length], the new one int64 [batch, length]',
      });
      expect((await failureOf(model.reload(join(folder, 'missing.onnx')))).faults[0]?.field).toBe('path');
      expect((await process(model, [row(1)])).map(elements)).toEqual([[1]]);
      expect(host.live).toBe(1);
    });
  });

  it('refuses batches once it is closed', async () => {
    const host = new EchoModel();
    const model = await load(host);
    await Promise.all([model.close(), model.close()]);
    expect(host.isClosed).toBe(true);
    await expect(process(model, [row(1)])).rejects.toThrow(BatcherClosedError);
    expect(model.getHealth()).toMatchObject({
      isReady: false,
      reason: 'The model is closed.',
      details: { workers: { live: 0, workers: 1 } },
    });
  });
});

function process(model: OnnxModel, rows: readonly OnnxRow[]): Promise<readonly (OnnxResultRow | Error)[]> {
  return model.processBatch(rows, batchOf(rows.length));
}

async function failureOf(loading: Promise<unknown>): Promise<InvalidConfigError> {
  const error: unknown = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InvalidConfigError)) throw error;
  return error;
}
