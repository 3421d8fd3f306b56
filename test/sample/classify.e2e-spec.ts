import { resolve } from 'node:path';
import type { Answer } from '../http/json-client.js';
import { readServerTiming } from '../http/server-timing.js';
import { askModelAlone } from '../programs/reference-answers.js';
import { classify, drawDigits, largestDifference, type Classification } from './digits.js';
import { SampleServers } from './sample-servers.js';

const MODEL = process.env['DIGITS_MODEL'] ?? resolve('apps/inference-api/model/digits.onnx');
const CONCURRENT = 512;

/** How many of the answers rode in each batch, and how large each batch says it was. */
function groupByBatch(answers: readonly Answer<Classification>[]): { riders: number; size: number }[] {
  const batches = new Map<number, { riders: number; size: number }>();
  for (const { headers } of answers) {
    const { batchId, batchSize } = readServerTiming(headers);
    const { riders } = batches.get(batchId) ?? { riders: 0 };
    batches.set(batchId, { riders: riders + 1, size: batchSize });
  }
  return [...batches.values()];
}

const servers = new SampleServers();
afterAll(() => servers.stopAll());

describe('POST /digits/classify', () => {
  const digits = drawDigits(CONCURRENT);
  let alone: number[][];

  beforeAll(async () => {
    alone = await askModelAlone({ modelPath: MODEL, images: digits.map(({ pixels }) => pixels) });
  }, 30_000);

  it(`gives each of ${CONCURRENT} concurrent requests what the model says of its digit alone`, async () => {
    const { url } = await servers.start();

    const answers = await Promise.all(digits.map(({ pixels }) => classify(url, pixels)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const differences = answers.map(({ body }, index) =>
      largestDifference(body.probabilities, alone[index] ?? []),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-5);
    for (const { body } of answers) {
      expect(body.confidence).toBe(Math.max(...body.probabilities));
      expect(body.digit).toBe(body.probabilities.indexOf(body.confidence));
    }
    const correct = answers.filter(({ body }, index) => body.digit === digits[index]?.label).length;
    expect(correct / CONCURRENT).toBeGreaterThan(0.95);

    const batches = groupByBatch(answers);
    expect(batches.map(({ riders }) => riders)).toEqual(batches.map(({ size }) => size));
    expect(Math.max(...batches.map(({ size }) => size))).toBeGreaterThan(1);
    expect(Math.max(...batches.map(({ size }) => size))).toBeLessThanOrEqual(32);
  }, 30_000);

  it('makes no batch larger than MAX_BATCH_SIZE, and fills them where it waits for full ones', async () => {
    const { url } = await servers.start({
      MAX_BATCH_SIZE: '8',
      TIMEOUT_STRATEGY: 'wait-for-full',
      MAX_WAIT_TIME_MS: '60000',
    });

    const answers = await Promise.all(digits.slice(0, 64).map(({ pixels }) => classify(url, pixels)));

    expect(groupByBatch(answers)).toEqual(Array(8).fill({ riders: 8, size: 8 }));
    answers.forEach(({ body }, index) => {
      expect(largestDifference(body.probabilities, alone[index] ?? [])).toBeLessThan(1e-5);
    });
  }, 30_000);
});
