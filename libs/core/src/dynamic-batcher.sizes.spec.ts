import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { setUpBusyLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { DynamicBatcher } from './dynamic-batcher.js';

describe('DynamicBatcher: sizes of batches', () => {
  it('are those that are allowed whenever the queue allows, and the rest is padded', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({
      allowedBatchSizes: [2, 4],
      padding: 'down',
    });
    sendAll('abcdefghijk');
    await endAllBatches();

    expect(
      processor.batches.slice(1).map(({ context }) => [context.batchSize, context.paddedBatchSize]),
    ).toEqual([
      [4, 4],
      [4, 4],
      [2, 2],
      [1, 2],
    ]);
  });

  it('are padded up where that is told', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({
      allowedBatchSizes: [2, 4, 8],
      padding: 'up',
    });
    sendAll('abcdefg');
    await endAllBatches();

    expect(
      processor.batches.slice(1).map(({ context }) => [context.batchSize, context.paddedBatchSize]),
    ).toEqual([[7, 8]]);
  });

  it('are what they hold where nothing is said', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters();
    sendAll('abc');
    await endAllBatches();
    expect(processor.batches[1]?.context).toMatchObject({ batchSize: 3, paddedBatchSize: 3 });
  });

  it.each([
    ['padded up where a batch costs hardly more than a request', 20, 0.1, [[5, 8]]],
    [
      'cut down where padding costs',
      0.1,
      5,
      [
        [4, 4],
        [1, 1],
      ],
    ],
  ])('are %s, by what was learned', async (_, fixedMs, perRequestMs, expected) => {
    const { clock, processor, sendAll } = await setUpTimedLetters(
      { maxBatchSize: 8, allowedBatchSizes: [1, 4, 8] },
      { fixedMs, perRequestMs },
    );
    sendAll('a');
    await clock.advance();
    sendAll('bcdef');
    await clock.advance(100);

    expect(
      processor.contexts.slice(1).map(({ batchSize, paddedBatchSize }) => [batchSize, paddedBatchSize]),
    ).toEqual(expected);
  });

  it('may be named by the processor, unless the configuration names others', async () => {
    const sizesOf = async (allowedBatchSizes?: readonly number[]): Promise<number[]> => {
      const clock = new ManualClock();
      const fake = new FakeProcessor((letter: string) => letter);
      const processor = { processBatch: fake.processBatch, allowedBatchSizes: [3] };
      const batcher = new DynamicBatcher<string, string>({ allowedBatchSizes, maxBatchSize: 8 }, processor, {
        clock,
      });
      for (const letter of 'abcdef') void batcher.process(letter);
      await clock.advance();
      while (fake.running.length > 0) {
        fake.running[0]?.succeed();
        await clock.advance();
      }
      return fake.batches.map(({ context }) => context.paddedBatchSize);
    };

    expect(await sizesOf()).toEqual([3, 3]);
    expect(await sizesOf([6])).toEqual([6]);
  });

  it('are full at the largest that is allowed', async () => {
    const { batcher, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 8,
      allowedBatchSizes: [1, 2],
    });
    sendAll('abcd');
    await endAllBatches();
    expect(batcher.getStatistics().batches).toMatchObject({
      sizes: { 1: 1, 2: 2 },
      dispatchReasons: { full: 2 },
    });
  });
});

// A batch that runs at the size n takes 20 + n ms.

describe('DynamicBatcher: a batch that had better be cut down to an allowed size', () => {
  const setUp = () => setUpTimedLetters({ maxBatchSize: 16, allowedBatchSizes: [8, 16], padding: 'down' });

  it('is padded up where who would be left behind is late otherwise', async () => {
    const { clock, processor, sendAll } = await setUp();
    await clock.advance(1000);
    // All of them take 36 ms; in two batches, one after the other, 28 and 28.
    const calls = sendAll('abcdefghij', { timeoutMs: 50 });
    await clock.advance(100);
    expect(calls.map(({ response }) => response?.batch.batchSize)).toEqual(calls.map(() => 10));
    expect(processor.contexts.map(({ paddedBatchSize }) => paddedBatchSize)).toEqual([16]);
  });

  it('is cut where nobody is late for it', async () => {
    const { clock, processor, sendAll } = await setUp();
    await clock.advance(1000);
    sendAll('abcdefghij', { timeoutMs: 60 });
    await clock.advance(100);
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([8, 2]);
  });
});
