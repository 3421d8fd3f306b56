import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnnxModel } from 'nestjs-batching/testing';
import { SampleServers } from './sample-servers.js';

const servers = new SampleServers();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-failure-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function expectFailure(environment: Record<string, string>, ...says: string[]): Promise<void> {
  const message = await servers.failureOf(environment);
  expect(message).toContain('ended with code 1');
  for (const part of says) expect(message).toContain(part);
}

describe('a sample that is wrongly configured ends with code 1', () => {
  it(
    'and names every fault, of batching and model alike',
    () =>
      expectFailure(
        {
          MAX_BATCH_SIZE: '0',
          TIMEOUT_STRATEGY: 'foo',
          MAX_WAIT_TIME_MS: 'soon',
          EXECUTION_PROVIDERS: 'gpu',
          DIGITS_MODEL: join(folder, 'none.onnx'),
        },
        'maxBatchSize: received 0, expected an integer from 1 to 65536',
        'timeoutStrategy: received "foo", expected one of "dispatch-partial", "wait-for-full", "adaptive"',
        'maxWaitTimeMs: received NaN, expected a number from 0 to 60000 (milliseconds)',
        'executionProviders[0]: received "gpu"',
        `path: "${join(folder, 'none.onnx')}" does not exist`,
      ),
    30_000,
  );

  it(
    'where there is no model',
    () =>
      expectFailure(
        { DIGITS_MODEL: join(folder, 'none.onnx') },
        'Invalid configuration of model "digits"',
        `path: "${join(folder, 'none.onnx')}" does not exist`,
      ),
    30_000,
  );

  it.each([
    ['PORT', 'http', 'an integer from 0 to 65535'],
    ['PORT', '65536', 'an integer from 0 to 65535'],
    ['READINESS_DELAY_MS', '2s', 'an integer from 0 to 3600000'],
    ['READINESS_DELAY_MS', '-1', 'an integer from 0 to 3600000'],
  ])(
    'where %s is %s, and says what it may be',
    (variable, value, allowed) =>
      expectFailure({ [variable]: value }, `${variable}: received "${value}", expected ${allowed}`),
    30_000,
  );

  it('where the model is no model', async () => {
    const path = join(folder, 'text.onnx');
    await writeFile(path, 'Dear model, which digit is this?');

    await expectFailure({ DIGITS_MODEL: path }, `path: ONNX Runtime cannot open "${path}" as an ONNX model`);
  }, 30_000);

  it('where the model has another input and another output, and names both', async () => {
    const path = join(folder, 'other.onnx');
    const model = await buildOnnxModel({
      inputs: [{ name: 'picture', type: 'float32', shape: ['N', 784] }],
      outputs: [{ name: 'scores', type: 'float32', shape: ['N', 784] }],
      nodes: [{ op: 'Identity', inputs: ['picture'], outputs: ['scores'] }],
    });
    await writeFile(path, model);

    await expectFailure({ DIGITS_MODEL: path }, 'picture', 'image', 'scores', 'logits');
  }, 30_000);

  it(
    'where the execution provider does not exist, and lists those that do',
    () =>
      expectFailure(
        { EXECUTION_PROVIDERS: 'gpu' },
        'executionProviders[0]: received "gpu" as execution provider, expected one of "cuda"',
        '"cpu"',
      ),
    30_000,
  );

  it(
    'where several things are wrong with the model, and names all of them',
    () =>
      expectFailure(
        { EXECUTION_PROVIDERS: 'gpu', DIGITS_MODEL: join(folder, 'none.onnx') },
        'received "gpu" as execution provider',
        'does not exist',
      ),
    30_000,
  );
});
