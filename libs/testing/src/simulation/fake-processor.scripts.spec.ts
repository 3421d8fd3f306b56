import { BatchProcessingError, DynamicBatcher, ResponseCountMismatchError } from 'nestjs-batching/core';
import { FakeProcessor, type FakeProcessorOptions } from './fake-processor.js';
import { ManualClock } from './manual-clock.js';

/** A batcher of numbers whose processor doubles them; two in a batch, several batches at a time. */
function setUp(options: Omit<FakeProcessorOptions, 'clock'> = {}) {
  const clock = new ManualClock();
  const processor = new FakeProcessor((value: number) => 2 * value, { ...options, clock });
  const batcher = new DynamicBatcher<number, number>(
    { maxBatchSize: 2, maxConcurrentBatches: 8 },
    processor,
    { clock },
  );
  const send = async (values: readonly number[]): Promise<PromiseSettledResult<number>[]> => {
    const answers = batcher.processMany(values);
    await clock.flush();
    return answers;
  };
  return { clock, processor, batcher, send };
}

const reasonOf = (result: PromiseSettledResult<number> | undefined): unknown =>
  result?.status === 'rejected' ? result.reason : undefined;

describe('FakeProcessor with a latency', () => {
  it.each([
    ['the same for each batch', 20, 20],
    ['by how many requests the batch holds', (size: number) => 10 + size, 12],
  ])('takes virtual time, %s', async (_, latencyMs, expectedMs) => {
    const { clock, batcher } = setUp({ latencyMs });
    const answers = Promise.all([batcher.processWithInfo(1), batcher.processWithInfo(2)]);
    await clock.flush();

    expect((await answers).map(({ response, batch }) => [response, batch.processingTimeMs])).toEqual([
      [2, expectedMs],
      [4, expectedMs],
    ]);
    expect(clock.now()).toBe(expectedMs);
  });

  it('may be told how a batch ends before its time', async () => {
    const { clock, processor, batcher } = setUp({ latencyMs: 20 });
    const answer = batcher.process(1);
    await clock.advance(5);
    processor.running[0]?.succeed([7]);
    await clock.flush();

    expect(await answer).toBe(7);
    expect(processor.running).toEqual([]);
  });

  it('is not made with a latency that no clock passes on', () => {
    expect(() => new FakeProcessor(String, { latencyMs: 5 })).toThrow(
      new RangeError('FakeProcessor: received a latencyMs, but no clock for it to pass on.'),
    );
    expect(() => new FakeProcessor(String, { latencyMs: 0 })).not.toThrow();
  });
});

describe('FakeProcessor with a script', () => {
  it('fails a batch as a whole, and the next one succeeds', async () => {
    const { processor, send } = setUp({ latencyMs: 20 });
    const cause = new Error('out of memory');
    processor.script({ batchError: cause });
    const [first, second, third] = await send([1, 2, 3]);

    expect(reasonOf(first)).toBeInstanceOf(BatchProcessingError);
    expect(reasonOf(second)).toMatchObject({ cause });
    expect(third).toEqual({ status: 'fulfilled', value: 6 });
  });

  it('fails one request of a batch alone', async () => {
    const { processor, send } = setUp({ latencyMs: 20 });
    const bad = new Error('bad pixel');
    processor.script({ itemErrors: { 1: bad } });
    const [first, second] = await send([1, 2]);

    expect(first).toEqual({ status: 'fulfilled', value: 2 });
    expect(reasonOf(second)).toBe(bad);
  });

  it.each([1, 3])('returns %d results for two requests', async (resultCount) => {
    const { processor, send } = setUp({ latencyMs: 20 });
    processor.script({ resultCount });
    const [first] = await send([1, 2]);

    expect(reasonOf(first)).toBeInstanceOf(ResponseCountMismatchError);
  });

  it('hangs until it is told how the batch ends', async () => {
    const { clock, processor, batcher } = setUp({ latencyMs: 20 });
    processor.script('hang');
    const answer = batcher.process(1);
    await clock.flush();
    expect(processor.running).toHaveLength(1);

    processor.running[0]?.succeed();
    expect(await answer).toBe(2);
  });

  it('ends the scripted batches one after the other, at once if it has no latency', async () => {
    const { processor, send } = setUp();
    processor.script('success', { batchError: new Error('broken') });
    processor.script('success');
    const results = await send([1, 2, 3, 4, 5]);

    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });

  it('says so if there is an error for a place that the batch does not have', async () => {
    const { processor, send } = setUp({ latencyMs: 20 });
    processor.script({ itemErrors: { 2: new Error('bad') } });
    const [first] = await send([1, 2]);

    expect(reasonOf(first)).toMatchObject({
      cause: new RangeError('itemErrors: received an error for place 2, but the batch holds 2 requests.'),
    });
  });

  it('fails the batch if it does not know what to respond', async () => {
    const processor = new FakeProcessor(
      () => {
        throw new Error('what?');
      },
      { latencyMs: 0 },
    );
    const batcher = new DynamicBatcher({}, processor);
    await expect(batcher.process('a')).rejects.toMatchObject({ cause: new Error('what?') });
  });
});

describe('FakeProcessor and health', () => {
  it('is ready until the test says otherwise', () => {
    const { processor, batcher } = setUp();
    expect(batcher.getProcessorHealth()).toEqual({ isReady: true });
    processor.health = { isReady: false, reason: 'loading' };
    expect(batcher.getProcessorHealth()).toEqual({ isReady: false, reason: 'loading' });
  });
});
