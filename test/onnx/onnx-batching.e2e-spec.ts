import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BatchingModule, getBatcherToken, type BatchingModuleOptions } from 'nestjs-batching';
import { InvalidConfigError, RequestTooLargeError, type DynamicBatcher } from 'nestjs-batching/core';
import {
  getOnnxModelToken,
  OnnxModel,
  OnnxModule,
  type OnnxModuleConfig,
  type OnnxResultRow,
  type OnnxRow,
} from 'nestjs-batching/onnx';
import { buildOnnxModel } from 'nestjs-batching/testing';

import { findWorkerProcesses } from '../programs/child-processes.js';
import { doubling } from './doubling.js';

const warnings: string[] = [];
const logger = {
  log: () => undefined,
  warn: (message: string) => void warnings.push(message),
  error: () => undefined,
};

describe('OnnxModule', () => {
  let folder: string;
  const open: INestApplicationContext[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onnx-batching-'));
  });
  afterEach(() => Promise.all(open.splice(0).map((app) => app.close())));
  afterAll(() => rm(folder, { recursive: true }));

  async function start(
    shape: readonly (number | string)[],
    config: Omit<OnnxModuleConfig, 'path'>,
    defaults: BatchingModuleOptions = {},
  ): Promise<{ batcher: DynamicBatcher<OnnxRow, OnnxResultRow>; model: OnnxModel }> {
    const path = join(folder, 'model.onnx');
    await writeFile(path, await buildOnnxModel(doubling(shape)));
    const imports = [
      BatchingModule.forRoot(defaults),
      OnnxModule.register({ name: 'doubling', path, ...config }),
    ];
    const app = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    open.push(await app.init());
    return {
      batcher: app.get(getBatcherToken('doubling'), { strict: false }),
      model: app.get(getOnnxModelToken('doubling'), { strict: false }),
    };
  }

  const row = (...values: number[]): OnnxRow => ({
    x: { data: Float32Array.from(values), dims: [values.length] },
  });

  it('keeps texts of very different length in batches of their own', async () => {
    const { batcher, model } = await start(['batch', 'length'], { dynamicAxes: { length: {} } });
    const requests = Array.from({ length: 60 }, (_, index) =>
      row(...Array<number>(1 + (index % 20)).fill(index)),
    );
    const results = await Promise.all(requests.map((request) => batcher.process(request)));
    results.forEach((result, index) => {
      expect(result['y']?.data).toEqual(new Float32Array(1 + (index % 20)).fill(2 * index));
    });
    expect(model.layout.readPadding().paddingShare).toBeLessThanOrEqual(0.25);
  });

  it('limits a batch by its positions where there is a limit on them', async () => {
    const dynamicAxes = { length: { maxPaddingShare: 1 } };
    const { batcher } = await start(['batch', 'length'], { dynamicAxes, maxBatchCost: 8 });
    await expect(batcher.process(row(...Array<number>(9).fill(1)))).rejects.toThrow(RequestTooLargeError);
    const answers = await Promise.all(
      [row(1), row(1, 2, 3, 4), row(1, 2)].map((request) => batcher.process(request)),
    );
    expect(answers.map((answer) => answer['y']?.dims)).toEqual([[1], [4], [2]]);
  });

  it('counts the rows of requests that bring several', async () => {
    const { batcher, model } = await start(['batch', 1], { maxRowsPerRequest: 4, maxBatchSize: 6 });
    const requests = Array.from({ length: 12 }, (_, index): OnnxRow => {
      const rowCount = 1 + (index % 4);
      return { x: { data: new Float32Array(rowCount).fill(index), dims: [rowCount, 1] } };
    });
    const results = await Promise.all(requests.map((request) => batcher.process(request)));
    results.forEach((result, index) => {
      const rowCount = 1 + (index % 4);
      expect(result['y']?.dims).toEqual([rowCount, 1]);
      expect(result['y']?.data).toEqual(new Float32Array(rowCount).fill(2 * index));
    });
    const { realRows, runs } = model.layout.readPadding();
    expect(realRows).toBe(30);
    // Six rows at most in each.
    expect(runs).toBeGreaterThanOrEqual(5);
  });

  it('runs a model of a fixed batch size in batches of that size', async () => {
    const { batcher, model } = await start([4, 1], {});
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((value) => batcher.process({ x: Float32Array.of(value) })),
    );
    expect(results.map((result) => Array.from(result['y']?.data as Float32Array))).toEqual([
      [2],
      [4],
      [6],
      [8],
      [10],
    ]);
    const { realRows, paddingRows, runs } = model.layout.readPadding();
    expect(realRows + paddingRows).toBe(4 * runs);
  });

  it('says of a model that takes one row at a time that nothing is gained by batching, and of no other', async () => {
    warnings.splice(0);
    await start([2, 1], {});
    expect(warnings).toEqual([]);
    await start([1, 1], {});
    expect(warnings).toEqual([expect.stringMatching(/"doubling" takes one row at a time/) as string]);
  });

  it('gives a batch as much room for rows as the app has said for all batchers', async () => {
    const { batcher } = await start(['batch', 1], { maxRowsPerRequest: 2 }, { maxBatchSize: 6 });
    expect(batcher.config.maxBatchCost).toBe(6);
  });

  it('leaves no worker behind where only the batching is at fault', async () => {
    await expect(start(['batch', 1], { maxBatchSize: 0, isolation: 'process' })).rejects.toThrow(
      'maxBatchSize',
    );
    expect(await findWorkerProcesses(process.pid)).toEqual([]);
  });

  it('pads to the sizes that batching allows, and warms them up', async () => {
    const { batcher, model } = await start(['batch', 1], { allowedBatchSizes: [2, 8], maxBatchSize: 8 });
    expect(model.metadata.warmUps.map(({ batchSize }) => batchSize)).toEqual([8, 2]);
    await batcher.process({ x: Float32Array.of(1) });
    expect(model.layout.readPadding()).toMatchObject({ runs: 1, realRows: 1, paddingRows: 1 });
  });

  it('tells the faults of tensors together with all others', async () => {
    const error: unknown = await start(['batch', 1], {
      maxBatchSize: 0,
      dynamicAxes: { length: { mask: 'mask' } },
      inputs: { x: { batchAxis: 2 } },
    }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidConfigError);
    expect((error as InvalidConfigError).faults.map(({ field }) => field)).toEqual([
      'maxBatchSize',
      'inputs.x',
      'dynamicAxes.length',
      'dynamicAxes.length.mask',
    ]);
  });

  it('knows which option is meant by one that is misspelt: of the batcher, or of the model', async () => {
    const misspelt: object = { batchSize: 4, requiresGpu: true };
    const error: unknown = await start(['batch', 1], misspelt).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidConfigError);
    expect((error as InvalidConfigError).faults).toEqual([
      { field: 'batchSize', problem: 'unknown option; did you mean maxBatchSize?' },
      { field: 'requiresGpu', problem: 'unknown option; did you mean requireGpu?' },
    ]);
  });
});
