import { ManualClock } from 'nestjs-batching/testing';
import { setUpLetters } from '../../../test/core/letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import { BatchProcessingError, InvalidRequestError, ResponseCountMismatchError } from './errors/index.js';

describe('DynamicBatcher: answers', () => {
  it('gives each caller the result of its own request', async () => {
    const { clock, processor, sendAll } = setUpLetters();
    const calls = sendAll('abc');
    await clock.advance();

    processor.running[0]?.succeed();
    await clock.advance();

    expect(calls.map((call) => call.response)).toEqual(['A', 'B', 'C']);
  });

  it('gives each caller its own result when a later batch ends before an earlier one', async () => {
    const { clock, processor, sendAll } = setUpLetters({ maxBatchSize: 2, maxConcurrentBatches: 2 });
    const calls = sendAll('abcd');
    await clock.advance();

    processor.running[1]?.succeed();
    await clock.advance();
    expect(calls.map((call) => call.response)).toEqual([undefined, undefined, 'C', 'D']);

    processor.running[0]?.succeed();
    await clock.advance();
    expect(calls.map((call) => call.response)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('takes a plain function that answers at once as a processor', async () => {
    const clock = new ManualClock();
    const batcher = new DynamicBatcher({}, (numbers: readonly number[]) => numbers.map((n) => n * n), {
      clock,
    });
    const call = new WatchedPromise(batcher.process(7));
    await clock.advance();

    expect(call.response).toBe(49);
  });

  it('calls a processor object as its method, so that it can use its fields', async () => {
    class Scaler {
      constructor(private readonly factor: number) {}
      processBatch(numbers: readonly number[]): number[] {
        return numbers.map((n) => n * this.factor);
      }
    }
    const clock = new ManualClock();
    const call = new WatchedPromise(new DynamicBatcher({}, new Scaler(3), { clock }).process(5));
    await clock.advance();

    expect(call.response).toBe(15);
  });

  it('rejects only the caller whose result is an Error, with that very error', async () => {
    const { clock, processor, sendAll } = setUpLetters();
    const calls = sendAll('abc');
    await clock.advance();

    const spoiled = new Error('b is spoiled');
    processor.running[0]?.succeed(['A', spoiled, 'C']);
    await clock.advance();

    expect(calls.map((call) => call.response)).toEqual(['A', undefined, 'C']);
    expect(calls.map((call) => call.error)).toEqual([undefined, spoiled, undefined]);
    expect(calls[1]?.error).toBe(spoiled);
  });

  it('rejects every caller of a batch whose processor rejects, and tells the cause', async () => {
    const { clock, processor, sendAll } = setUpLetters();
    const calls = sendAll('ab');
    await clock.advance();

    const outOfMemory = new Error('out of memory');
    processor.running[0]?.fail(outOfMemory);
    await clock.advance();

    for (const call of calls) {
      expect(call.error).toBeInstanceOf(BatchProcessingError);
      expect((call.error as BatchProcessingError).cause).toBe(outOfMemory);
      expect((call.error as BatchProcessingError).message).toBe(
        'Batcher "letters": the processor failed on batch 1 of 2 requests: out of memory',
      );
    }
  });

  it('treats what the processor throws while it is called as what it rejects with', async () => {
    const clock = new ManualClock();
    const broken = new Error('no device');
    const batcher = new DynamicBatcher(
      {},
      (): string[] => {
        throw broken;
      },
      { clock },
    );
    const call = new WatchedPromise(batcher.process('a'));
    await clock.advance();

    expect(call.error).toBeInstanceOf(BatchProcessingError);
    expect((call.error as BatchProcessingError).cause).toBe(broken);
  });

  it('passes on an error of its own kinds as the processor threw it', async () => {
    const { clock, processor, send } = setUpLetters();
    const call = send('a');
    await clock.advance();

    const invalid = new InvalidRequestError('received 3 pixels, expected 784');
    processor.running[0]?.fail(invalid);
    await clock.advance();

    expect(call.error).toBe(invalid);
  });

  it('ends a batch whose processor threw what cannot be turned into text, and goes on', async () => {
    const { clock, processor, send } = setUpLetters({ maxBatchSize: 1 });
    const [first, second] = [send('a'), send('b')];
    await clock.advance();

    processor.running[0]?.fail(Object.create(null));
    await clock.advance();
    expect(first.error).toBeInstanceOf(BatchProcessingError);

    processor.running[0]?.succeed();
    await clock.advance();
    expect(second.response).toBe('B');
  });

  it.each<[string, unknown, string]>([
    ['one result too few', ['A', 'B'], '2 results'],
    ['one result too many', ['A', 'B', 'C', 'D'], '4 results'],
    ['no results', [], '0 results'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string of the right length', 'ABC', 'a value of type string'],
    ['an object with the right length', { 0: 'A', 1: 'B', 2: 'C', length: 3 }, 'a value of type object'],
  ])('gives nobody a result when the processor returns %s', async (_, results, received) => {
    const clock = new ManualClock();
    const batcher = new DynamicBatcher({}, () => results as string[], { clock });
    const calls = ['a', 'b', 'c'].map((letter) => new WatchedPromise(batcher.process(letter)));
    await clock.advance();

    for (const call of calls) {
      expect(call.response).toBeUndefined();
      expect(call.error).toBeInstanceOf(ResponseCountMismatchError);
      expect((call.error as Error).message).toContain(`returned ${received} for a batch of 3 requests`);
    }
  });

  it.each<[string, (batch: { fail(error: unknown): void; succeed(results: string[]): void }) => void]>([
    ['fails', (batch) => batch.fail(new Error('broken'))],
    ['returns the wrong number of results', (batch) => batch.succeed([])],
  ])('goes on with the next batch after one that %s', async (_, end) => {
    const { clock, processor, sendAll } = setUpLetters({ maxBatchSize: 1 });
    const [, second] = sendAll('ab');
    await clock.advance();

    processor.running.forEach(end);
    await clock.advance();
    processor.running[0]?.succeed();
    await clock.advance();

    expect(second?.response).toBe('B');
  });

  it('tells a caller who asks which batch its response rode in', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    send('a');
    await clock.advance(4);
    const call = new WatchedPromise(batcher.processWithInfo('b'));
    await clock.advance(6);
    await clock.advance(25);
    processor.running[0]?.succeed();
    await clock.advance();

    expect(call.response).toEqual({
      response: 'B',
      batch: { batchId: 1, batchSize: 2, queueTimeMs: 6, processingTimeMs: 25, dispatchReason: 'waited' },
    });
  });

  it('tells the processor the number and the size of the batch', async () => {
    const { clock, processor, sendAll } = setUpLetters({ maxBatchSize: 2, maxConcurrentBatches: 2 });
    sendAll('abc');
    await clock.advance();

    expect(processor.batches.map(({ context }) => [context.batchId, context.batchSize])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });
});
