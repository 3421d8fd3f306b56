import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { buildRequest } from '../../../../test/core/queued-request-builder.js';
import { toBatchProcessor, type BatchProcessorLike } from '../processor/batch-processor.js';
import { BatchRunner, type BatchEnding } from './batch-runner.js';
import { BatchProcessingError, InvalidRequestError, ResponseCountMismatchError } from '../errors/index.js';
import { RequestBatch } from './request-batch.js';

function batchOf(batchId: number, ...payloads: string[]): RequestBatch<string, string> {
  const requests = payloads.map((payload) => buildRequest({ payload }).request);
  return new RequestBatch(batchId, requests, 'full', 1000);
}

function setUp(processor: BatchProcessorLike<string, string>) {
  const clock = new ManualClock(1000);
  const ended: [batchId: number, ending: BatchEnding<string>][] = [];
  const runner = new BatchRunner('letters', toBatchProcessor(processor), clock, (batch, ending) => {
    ended.push([batch.batchId, ending]);
  });
  return { clock, runner, ended };
}

describe('BatchRunner', () => {
  it('gives the processor the payloads and the context of the batch', () => {
    const fake = new FakeProcessor((letter: string) => letter);
    const batch = batchOf(4, 'a', 'b');
    setUp(fake).runner.run(batch);

    expect(fake.requestsByBatch).toEqual([['a', 'b']]);
    expect(fake.batches[0]?.context).toMatchObject({ batchId: 4, batchSize: 2 });
  });

  it('tells the results of each batch once, in whatever order they end', async () => {
    const fake = new FakeProcessor((letter: string) => letter.toUpperCase());
    const { clock, runner, ended } = setUp(fake);
    runner.run(batchOf(1, 'a'));
    runner.run(batchOf(2, 'b', 'c'));
    fake.running[1]?.succeed();
    await clock.advance();
    fake.running[0]?.succeed();
    await clock.advance();

    expect(ended).toEqual([
      [2, { results: ['B', 'C'] }],
      [1, { results: ['A'] }],
    ]);
  });

  it('knows which batches run; one that has ended runs no more when that is told', async () => {
    const fake = new FakeProcessor((letter: string) => letter);
    const clock = new ManualClock();
    const runningAtEnd: number[] = [];
    const runner = new BatchRunner<string, string>('letters', fake, clock, () => {
      runningAtEnd.push(runner.running.size);
    });
    const batch = batchOf(1, 'a');
    runner.run(batch);
    runner.run(batchOf(2, 'b'));
    expect(runner.running.size).toBe(2);
    expect([...runner.running].includes(batch)).toBe(true);

    fake.running[0]?.succeed();
    await clock.advance();
    expect(runningAtEnd).toEqual([1]);
  });

  it('measures how long the processor took', async () => {
    const fake = new FakeProcessor((letter: string) => letter);
    const { clock, runner } = setUp(fake);
    const batch = batchOf(1, 'a');
    runner.run(batch);
    await clock.advance(33);
    fake.running[0]?.succeed();
    await clock.advance();

    expect(batch.processingTimeMs).toBe(33);
  });

  it('does not tell that a batch has ended before `run` has returned, also if the processor answers at once', async () => {
    const { clock, runner, ended } = setUp((letters) => [...letters]);
    runner.run(batchOf(1, 'a'));
    expect(ended).toEqual([]);

    await clock.advance();
    expect(ended).toEqual([[1, { results: ['a'] }]]);
  });

  it.each<[string, BatchProcessorLike<string, string>]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'returns something thenable that rejects',
      () =>
        ({
          then: (_: unknown, reject?: ((reason: unknown) => unknown) | null) => reject?.(new Error('broken')),
        }) as never,
    ],
  ])('tells of a BatchProcessingError when the processor %s', async (_, processor) => {
    const { clock, runner, ended } = setUp(processor);
    runner.run(batchOf(1, 'a', 'b'));
    await clock.advance();

    expect(ended).toHaveLength(1);
    const [, ending] = ended[0] ?? [];
    expect(ending).toMatchObject({ error: { code: 'PROCESSING_FAILED', cause: { message: 'broken' } } });
    expect(ending).toMatchObject({ error: expect.any(BatchProcessingError) as BatchProcessingError });
    expect(runner.running.size).toBe(0);
  });

  it('tells of an error of our kinds as it was thrown', async () => {
    const own = new InvalidRequestError('received 3 pixels');
    const { clock, runner, ended } = setUp(() => Promise.reject(own));
    runner.run(batchOf(1, 'a'));
    await clock.advance();

    expect(ended).toEqual([[1, { error: own }]]);
    expect(ended[0]?.[1]).toHaveProperty('error', own);
  });

  it.each<[string, unknown]>([
    ['too few results', ['A']],
    ['too many results', ['A', 'B', 'C']],
    ['no array', { 0: 'A', 1: 'B', length: 2 }],
    ['nothing', undefined],
  ])('tells of a ResponseCountMismatchError when the processor returns %s', async (_, results) => {
    const { clock, runner, ended } = setUp(() => results as string[]);
    runner.run(batchOf(1, 'a', 'b'));
    await clock.advance();

    expect(ended).toHaveLength(1);
    expect(ended[0]?.[1]).toMatchObject({
      error: expect.any(ResponseCountMismatchError) as ResponseCountMismatchError,
    });
  });
});
