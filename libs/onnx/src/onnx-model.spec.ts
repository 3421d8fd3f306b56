import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  BatcherClosedError,
  BatchProcessingError,
  InvalidConfigError,
  InvalidRequestError,
  type BatchContext,
} from 'nestjs-batching/core';

import { ModelHostEndedError } from './model-host-ended.error.js';
import type { ModelHost } from './model-host.js';
import type { NamedTensor, OpenedSession, OpenRequest, RunReply, RunRequest } from './model-protocol.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import { OnnxModel } from './onnx-model.js';
import type { OnnxResultRow, OnnxRow } from './onnx-row.js';
import { RuntimeUnavailableError } from './runtime-unavailable.error.js';

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

  const load = (host: ModelHost, options: Partial<OnnxModelOptions> = {}): Promise<OnnxModel> =>
    OnnxModel.load('echo', { path, logger, ...options }, { startHost: () => host });

  describe('load', () => {
    it('tries the execution providers in order and keeps why the first did not work', async () => {
      const host = new EchoHost();
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
      const host = new EchoHost();
      const model = await load(host, { warmupBatchSizes: [1, 32, 8, 32] });
      expect(host.batchSizes).toEqual([32, 1, 8]);
      expect(model.metadata.warmUps.map(({ batchSize }) => batchSize)).toEqual([32, 1, 8]);
    });

    it('tries two rows at least, since one row hides a missing batch axis', async () => {
      const host = new EchoHost();
      await load(host, { warmupBatchSizes: [1] });
      expect(host.batchSizes).toEqual([2, 1]);
    });

    it('names every execution provider’s reason if none works, and closes the host', async () => {
      const host = new EchoHost();
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
      const host = new EchoHost();
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
        load(new EchoHost(), {
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
      const sum = new EchoHost();
      sum.answer = (x) => ({ ...x, dims: [1, 2], data: new Float32Array(2) });
      expect((await failureOf(load(sum))).faults).toEqual([
        {
          field: 'outputs.x',
          problem: expect.stringContaining('came with shape [1, 2] for a batch of 2') as string,
        },
      ]);
      const declared = { outputs: { x: { shape: ['batch', 3] } } };
      expect((await failureOf(load(new EchoHost(), declared))).faults).toEqual([
        { field: 'outputs.x', problem: 'declared [batch, 3], the model gives [2, 1]' },
      ]);
    });

    it('says which package is missing', async () => {
      const host = new EchoHost();
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
      const startHost = (): never => {
        throw new Error('started');
      };
      const missing = join(folder, 'missing.onnx');
      const loading = OnnxModel.load('echo', { path: missing, executionProviders: [] }, { startHost });
      expect((await failureOf(loading)).faults).toEqual([
        { field: 'executionProviders', problem: expect.stringContaining('one or more') as string },
        { field: 'path', problem: expect.stringContaining(`"${missing}" does not exist`) as string },
      ]);
    });

    it('stops at the next step when it is aborted, and closes the host first', async () => {
      const host = new EchoHost();
      const controller = new AbortController();
      host.onOpen = () => {
        controller.abort(new Error('the application stops'));
        throw new Error('no driver');
      };
      const options = { path, logger, executionProviders: ['cuda', 'cpu'] as const };
      const loading = OnnxModel.load('echo', options, { signal: controller.signal, startHost: () => host });
      await expect(loading).rejects.toThrow('the application stops');
      expect(host.isClosed).toBe(true);
    });

    it('does not try the next execution provider on a host that has ended', async () => {
      const host = new EchoHost();
      host.onOpen = () => {
        host.endReason = 'its worker ended with exit code 1';
        throw new ModelHostEndedError('echo', host.endReason);
      };
      await expect(load(host, { executionProviders: ['cuda', 'cpu'] })).rejects.toThrow(ModelHostEndedError);
    });
  });

  describe('processBatch', () => {
    it('gives each row its own result, whatever the shapes, in one run for each shape', async () => {
      const host = new EchoHost();
      const model = await load(host);
      host.batchSizes.splice(0);
      const rows = [row(1, 2), row(3), row(4, 5), row(6, 7), row(8)];
      const results = await process(model, rows);
      expect(results.map(elements)).toEqual([[1, 2], [3], [4, 5], [6, 7], [8]]);
      expect(host.batchSizes).toEqual([3, 2]);
    });

    it('puts the error of a wrong row in its place and runs the others', async () => {
      const model = await load(new EchoHost());
      const wrong = { x: { data: new Float64Array(1), dims: [1] } };
      const [first, second] = await process(model, [wrong, row(1)]);
      expect(first).toBeInstanceOf(InvalidRequestError);
      expect(elements(second)).toEqual([1]);
      expect(() => model.validateRequest(wrong)).toThrow(InvalidRequestError);
    });

    it('fails as a whole if its only run fails, with what the runtime said, and stays usable', async () => {
      const host = new EchoHost();
      const model = await load(host);
      host.onRun = () => {
        throw new Error('index out of bounds');
      };
      await expect(process(model, [row(1), row(2)])).rejects.toThrow(
        'Model "echo": a run of 2 rows failed: index out of bounds',
      );
      host.onRun = () => undefined;
      expect((await process(model, [row(3)])).map(elements)).toEqual([[3]]);
    });

    it('fails only the shape whose run failed', async () => {
      const host = new EchoHost();
      const model = await load(host);
      host.onRun = ({ inputs }) => {
        if (inputs[0]?.dims[1] === 2) throw new Error('too long');
      };
      const [first, second] = await process(model, [row(1, 2), row(3)]);
      expect(first).toBeInstanceOf(BatchProcessingError);
      expect((first as Error).message).toContain('too long');
      expect(elements(second)).toEqual([3]);
    });

    it('gives nobody anything if the model gives too few rows', async () => {
      const host = new EchoHost();
      const model = await load(host);
      host.answer = (x) => ({ ...x, dims: [1, 1] });
      await expect(process(model, [row(1), row(2)])).rejects.toThrow(
        /came with shape \[1, 1\] for a batch of 2/,
      );
    });

    it('runs nothing for a batch that nobody waits for any more', async () => {
      const host = new EchoHost();
      const model = await load(host);
      host.batchSizes.splice(0);
      const signal = AbortSignal.abort(new Error('everybody has left'));
      await expect(
        model.processBatch([row(1)], { batchId: 1, batchSize: 1, paddedBatchSize: 1, signal }),
      ).rejects.toThrow('everybody has left');
      expect(host.batchSizes).toEqual([]);
    });

    it('says that the worker has ended, in its error and in its health', async () => {
      const host = new EchoHost();
      const model = await load(host);
      host.onRun = () => {
        host.endReason = 'its worker ended with exit code 1';
        throw new ModelHostEndedError('echo', host.endReason);
      };
      await expect(process(model, [row(1)])).rejects.toThrow(ModelHostEndedError);
      expect(model.getHealth()).toMatchObject({
        isReady: false,
        reason: 'The model cannot run any more: its worker ended with exit code 1.',
      });
    });
  });

  it('refuses batches once it is closed', async () => {
    const host = new EchoHost();
    const model = await load(host);
    await Promise.all([model.close(), model.close()]);
    expect(host.isClosed).toBe(true);
    await expect(process(model, [row(1)])).rejects.toThrow(BatcherClosedError);
    expect(model.getHealth()).toMatchObject({ isReady: false, reason: 'The model is closed.' });
  });
});

/** Gives every input back as the output of the same name. */
class EchoHost implements ModelHost {
  endReason: string | undefined;
  isClosed = false;
  executionProvider: string | undefined;
  readonly batchSizes: (number | undefined)[] = [];
  onOpen: (request: OpenRequest) => void = () => undefined;
  onRun: (request: RunRequest) => void = () => undefined;
  answer: (input: NamedTensor) => NamedTensor = (input) => input;

  async open(request: OpenRequest): Promise<OpenedSession> {
    await Promise.resolve();
    this.onOpen(request);
    this.executionProvider = request.executionProvider.name;
    const x = { name: 'x', type: 'float32', shape: ['batch', 'length'] };
    return { inputs: [x], outputs: [x], openMs: 1, runtimeVersion: '1.0.0' };
  }

  async run(request: RunRequest): Promise<RunReply> {
    await Promise.resolve();
    this.onRun(request);
    this.batchSizes.push(request.inputs[0]?.dims[0]);
    return { outputs: request.inputs.map(this.answer), runMs: 1 };
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}

function row(...values: number[]): OnnxRow {
  return { x: { data: Float32Array.from(values), dims: [values.length] } };
}

function process(model: OnnxModel, rows: readonly OnnxRow[]): Promise<readonly (OnnxResultRow | Error)[]> {
  const context: BatchContext = {
    batchId: 1,
    batchSize: rows.length,
    paddedBatchSize: rows.length,
    signal: new AbortController().signal,
  };
  return model.processBatch(rows, context);
}

function elements(result: OnnxResultRow | Error | undefined): number[] {
  if (result === undefined || result instanceof Error) throw result ?? new Error('there is no result');
  return Array.from(result['x']?.data as Float32Array);
}

async function failureOf(loading: Promise<OnnxModel>): Promise<InvalidConfigError> {
  const error: unknown = await loading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof InvalidConfigError)) throw error;
  return error;
}
