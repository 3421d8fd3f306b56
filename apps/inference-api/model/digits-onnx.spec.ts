import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createRandom } from '../digit-image/seeded-random.js';
import { generateDigit } from '../digit-image/stroke-digits.js';

const DRAWINGS = 400;
const random = createRandom(2024);
const digits = Array.from({ length: DRAWINGS }, (_, index) => generateDigit(random, index % 10));
let model: Uint8Array;

beforeAll(async () => {
  model = await readFile(fileURLToPath(new URL('./digits.onnx', import.meta.url)));
});

describe('digits.onnx', () => {
  it('is small enough for a repository', () => {
    expect(model.length).toBeLessThan(2 * 2 ** 20);
  });

  it('names at least 95 % of generated digits, which it was not trained on', async () => {
    const [together = []] = await classify([digits.map(({ pixels }) => pixels)]);
    const right = digits.filter(({ label }, row) => {
      const scores = together[row] ?? [];
      return scores.indexOf(Math.max(...scores)) === label;
    });
    expect(right.length / DRAWINGS).toBeGreaterThanOrEqual(0.95);
  });

  it('gives an image the same logits in every batch', async () => {
    const images = digits.slice(0, 33).map(({ pixels }) => pixels);
    const [together = [], backwards = [], ...alone] = await classify([
      images,
      images.toReversed(),
      ...images.map((image) => [image]),
    ]);
    together.forEach((logits, row) => {
      expect(logits).toHaveLength(10);
      logits.forEach((logit, index) => {
        expect(Math.abs((alone[row]?.[0]?.[index] ?? NaN) - logit)).toBeLessThan(1e-5);
        expect(Math.abs((backwards.at(-1 - row)?.[index] ?? NaN) - logit)).toBeLessThan(1e-5);
      });
    });
  });
});

type Batch = readonly (readonly number[])[];

/** Runs in a thread of its own: ONNX Runtime does not take the typed arrays of Jest's separate realm. */
async function classify(batches: readonly Batch[]): Promise<number[][][]> {
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const { InferenceSession, Tensor } = require('onnxruntime-node');
    (async () => {
      const session = await InferenceSession.create(workerData.model);
      const results = [];
      for (const batch of workerData.batches) {
        const image = Float32Array.from(batch.flat(), (value) => value / 255);
        const { logits } = await session.run({ image: new Tensor('float32', image, [batch.length, 1, 28, 28]) });
        results.push(batch.map((_, row) => Array.from(logits.data.subarray(row * 10, row * 10 + 10))));
      }
      await session.release();
      parentPort.postMessage(results);
    })();
  `;
  const worker = new Worker(program, { eval: true, workerData: { model, batches } });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const results = await new Promise<number[][][]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await exited;
  return results;
}
