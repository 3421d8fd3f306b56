import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OnnxModel, type OnnxResultRow, type OnnxRow } from 'nestjs-batching/onnx';
import { buildEncoderModel, buildPerceptronModel } from 'nestjs-batching/testing';

import { runRows } from './run-rows.js';

const WIDTH = 16;

describe('A generated model', () => {
  let folder: string;
  const models: OnnxModel[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generated-models-'));
  });
  afterAll(async () => {
    await Promise.all(models.map((model) => model.close()));
    await rm(folder, { recursive: true });
  });

  const load = async (name: string, file: Uint8Array): Promise<OnnxModel> => {
    const path = join(folder, `${name}.onnx`);
    await writeFile(path, file);
    const model = await OnnxModel.load(name, { path });
    models.push(model);
    return model;
  };

  it('of the perceptron kind gives each row what it gives it alone, and neither fades nor explodes', async () => {
    const model = await load('perceptron', await buildPerceptronModel({ layers: 6, width: WIDTH }));
    expect(model.metadata.inputs).toMatchObject([{ name: 'x', shape: ['batch', WIDTH] }]);
    const rows = [1, 2, 3].map((phase) => ({
      x: Float32Array.from({ length: WIDTH }, (_, index) => Math.sin(phase * (index + 1))),
    }));
    const together = await runRows(model, rows);
    for (const [index, row] of rows.entries()) {
      const [alone] = await runRows(model, [row]);
      expectClose(together[index], alone, 'y');
      const largest = Math.max(...numbersOf(alone, 'y').map(Math.abs));
      expect(largest).toBeGreaterThan(0.01);
      expect(largest).toBeLessThan(100);
    }
  });

  it('has other weights for another seed, and the same for the same', async () => {
    const build = (seed: number): Promise<Uint8Array> => buildPerceptronModel({ layers: 2, width: 4, seed });
    expect(await build(1)).toEqual(await build(1));
    expect(await build(1)).not.toEqual(await build(2));
  });

  describe('of the encoder kind', () => {
    let model: OnnxModel;
    beforeAll(async () => {
      model = await load('encoder', await buildEncoderModel({ width: WIDTH, heads: 2, maxSequence: 32 }));
    });

    it('has a hidden state for each token, and one for the whole', async () => {
      const [short, long] = await runRows(model, [tokens([7, 8, 9]), tokens([1, 2, 3, 4, 5])]);
      expect(short?.['hidden']?.dims).toEqual([3, WIDTH]);
      expect(long?.['hidden']?.dims).toEqual([5, WIDTH]);
      expect(short?.['pooled']?.dims).toEqual([WIDTH]);
    });

    it('gives a padded row what it gives it without padding, whatever the padding is', async () => {
      const ids = [5, 17, 900, 3];
      const [bare] = await runRows(model, [tokens(ids)]);
      const padded = await runRows(model, [
        tokens(ids, [0, 0, 0]),
        tokens(ids, [999, 1, 500]),
        tokens([8, 8, 8, 8, 8, 8, 8]),
      ]);
      for (const row of padded.slice(0, 2)) {
        expectClose(row, bare, 'pooled');
        expectClose(row, bare, 'hidden');
      }
      expect(numbersOf(padded[2], 'pooled')).not.toEqual(numbersOf(bare, 'pooled'));
    });

    it('knows the order of the tokens', async () => {
      const [one, other] = await runRows(model, [tokens([1, 2, 3]), tokens([3, 2, 1])]);
      expect(numbersOf(one, 'pooled')).not.toEqual(numbersOf(other, 'pooled'));
    });

    it('gives a row of nothing but padding the mean 0', async () => {
      const [row] = await runRows(model, [tokens([], [1, 2])]);
      expect(numbersOf(row, 'pooled')).toEqual(Array(WIDTH).fill(0));
    });
  });

  it('of the encoder kind needs a width that its heads can share', () => {
    expect(() => buildEncoderModel({ width: 10, heads: 4 })).toThrow('received 10 with 4 heads');
  });
});

function tokens(ids: readonly number[], padding: readonly number[] = []): OnnxRow {
  const dims = [ids.length + padding.length];
  return {
    ids: { dims, data: BigInt64Array.from([...ids, ...padding].map(BigInt)) },
    mask: { dims, data: BigInt64Array.from([...ids.map(() => 1n), ...padding.map(() => 0n)]) },
  };
}

function numbersOf(row: OnnxResultRow | undefined, output: string): number[] {
  return Array.from(row?.[output]?.data ?? [], Number);
}

/** To 1e-4 where both have something; a padded hidden state is longer. */
function expectClose(
  row: OnnxResultRow | undefined,
  expected: OnnxResultRow | undefined,
  output: string,
): void {
  const numbers = numbersOf(row, output);
  const wanted = numbersOf(expected, output);
  expect(wanted.length).toBeGreaterThan(0);
  wanted.forEach((number, index) => expect(Math.abs((numbers[index] ?? NaN) - number)).toBeLessThan(1e-4));
}
