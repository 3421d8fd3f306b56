import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BatchProcessingError } from 'nestjs-batching/core';

import { EchoModel } from '../../../../test/onnx/echo-model.js';
import { OnnxModel } from './onnx-model.js';
import type { OnnxResultRow, OnnxRow } from '../rows/onnx-row.js';

describe('A batch one of whose callers has left and uses its array again', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'model-generation-'));
    await writeFile(join(folder, 'model.onnx'), 'what is inside is the host’s affair');
  });
  afterAll(() => rm(folder, { recursive: true }));

  const words = [
    ['a1', 'a2'],
    ['b1', 'b2'],
    ['c1', 'c2'],
    ['d1', 'd2'],
  ] as const;

  it.each([
    ['when the run is repeated in halves', new Error('index out of bounds')],
    ['when another worker takes the batch over', undefined],
  ])('gives the others their own results, and it nobody’s, %s', async (_, failure) => {
    const host = new EchoModel();
    host.type = 'string';
    const model = await OnnxModel.load(
      'words',
      {
        path: join(folder, 'model.onnx'),
        logger: { log: () => undefined, warn: () => undefined },
        respawnDelayMs: 1,
      },
      { startWorker: host.start },
    );
    const arrays = words.map((row) => [...row]);
    let isFirst = true;
    host.onRun = (_request, worker) => {
      if (!isFirst) return;
      isFirst = false;
      arrays[0]!.length = 0;
      if (failure !== undefined) throw failure;
      worker.end('it was ended by SIGKILL');
    };
    const results = await process(
      model,
      arrays.map((data) => ({ x: { data, dims: [2] } })),
    );
    expect(results[0]).toBeInstanceOf(BatchProcessingError);
    expect((results[0] as Error).message).toContain(
      'input "x" has 0 elements now and had 2 when it was read',
    );
    expect(results.slice(1).map((row) => (row as OnnxResultRow)['x']?.data)).toEqual(words.slice(1));
    await model.close();
  });
});

function process(model: OnnxModel, rows: readonly OnnxRow[]): Promise<readonly (OnnxResultRow | Error)[]> {
  const { signal } = new AbortController();
  return model.processBatch(rows, {
    batchId: 1,
    batchSize: rows.length,
    paddedBatchSize: rows.length,
    signal,
  });
}
