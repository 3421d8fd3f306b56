import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';

describe('DynamicBatcher: when a batch runs', () => {
  it('lets requests of the same turn of the event loop share a batch', async () => {
    const { clock, processor, sendAll } = setUpLetters();
    sendAll('ab');
    await Promise.resolve();
    sendAll('cd');
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['a', 'b', 'c', 'd']]);
  });

  it('does not split the requests of one turn when another of them is taken back', async () => {
    const { clock, processor, send } = setUpLetters();
    const controller = new AbortController();
    send('a');
    send('b', { signal: controller.signal });
    controller.abort();
    send('c');
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['a', 'c']]);
  });

  it('runs a full batch without waiting for the end of the turn', () => {
    const { processor, sendAll } = setUpLetters({ maxBatchSize: 3, timeoutStrategy: 'wait-for-full' });
    sendAll('abc');

    expect(processor.requestsByBatch).toEqual([['a', 'b', 'c']]);
  });

  it('fills all slots without waiting for the end of the turn, but waits for it with fewer, to share them', () => {
    const { processor, sendAll } = setUpLetters({ maxBatchSize: 3, maxConcurrentBatches: 2 });
    sendAll('abcde');
    expect(processor.requestsByBatch).toEqual([]);
    sendAll('f');
    expect(processor.requestsByBatch).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ]);
  });

  it('runs a batch of the preferred size without waiting for the end of the turn', () => {
    const { processor, batcher, sendAll } = setUpLetters({
      maxBatchSize: 8,
      preferredBatchSize: 2,
      timeoutStrategy: 'wait-for-full',
    });
    sendAll('ab');

    expect(processor.requestsByBatch).toEqual([['a', 'b']]);
    expect(batcher.getStatistics().batches.dispatchReasons).toEqual({ preferred: 1 });
  });

  it.each([
    ['dispatch-partial', 10],
    ['wait-for-full', 20],
  ] as const)(
    'with %s runs what is there when the oldest has waited %d ms',
    async (timeoutStrategy, waitMs) => {
      const { clock, processor, send } = setUpLetters({ timeoutStrategy, maxWaitTimeMs: 10 });
      send('a');
      await clock.advance(waitMs - 1);
      send('b');
      await clock.advance(0.999);
      expect(processor.requestsByBatch).toEqual([]);

      await clock.advance(0.001);
      expect(processor.requestsByBatch).toEqual([['a', 'b']]);
    },
  );

  it('counts the wait from the oldest request that is still there', async () => {
    const { clock, processor, send } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    await clock.advance(6);
    send('b');
    controller.abort();
    await clock.advance(9);
    expect(processor.requestsByBatch).toEqual([]);

    await clock.advance(1);
    expect(processor.requestsByBatch).toEqual([['b']]);
  });

  it('runs at once what has waited long enough behind busy slots', async () => {
    const { clock, processor, sendAll } = setUpLetters({
      maxBatchSize: 2,
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    sendAll('abc');
    await clock.advance(50);
    processor.running[0]?.succeed();
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['a', 'b'], ['c']]);
  });

  it('never puts more than maxBatchSize requests into a batch', async () => {
    const { clock, processor, sendAll } = await setUpBusyLetters({ maxBatchSize: 3 });
    sendAll('abcdefgh');
    for (let batch = 0; batch < 4; batch += 1) {
      processor.running[0]?.succeed();
      await clock.advance();
    }

    expect(processor.requestsByBatch).toEqual([['busy'], ['a', 'b', 'c'], ['d', 'e', 'f'], ['g', 'h']]);
  });

  it('never runs more than maxConcurrentBatches', async () => {
    const { clock, processor, batcher, sendAll } = setUpLetters({ maxBatchSize: 1, maxConcurrentBatches: 2 });
    sendAll('abcd');
    await clock.advance();
    expect(processor.running.map(({ requests }) => requests)).toEqual([['a'], ['b']]);
    expect(batcher.getStatistics()).toMatchObject({ batchesInFlight: 2, currentQueueSize: 2 });

    processor.running[1]?.succeed();
    await clock.advance();
    expect(processor.running.map(({ requests }) => requests)).toEqual([['a'], ['c']]);
  });

  it('forms a batch when a slot takes it, not before: until then newcomers join and others leave', async () => {
    const { clock, processor, send } = await setUpBusyLetters({ maxBatchSize: 3 });
    const controller = new AbortController();
    send('a');
    send('b', { signal: controller.signal });
    send('c');
    await clock.advance(10);
    controller.abort();
    send('d');
    processor.running[0]?.succeed();
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['busy'], ['a', 'c', 'd']]);
  });

  it('runs requests in the order in which they came', async () => {
    const { clock, processor, send, sendAll } = await setUpBusyLetters({ maxBatchSize: 2 });
    sendAll('ab');
    await clock.advance(5);
    send('c', { timeoutMs: 50 });
    await clock.advance(5);
    send('d');
    for (let batch = 0; batch < 2; batch += 1) {
      processor.running[0]?.succeed();
      await clock.advance();
    }

    expect(processor.requestsByBatch.flat()).toEqual(['busy', 'a', 'b', 'c', 'd']);
  });
});
