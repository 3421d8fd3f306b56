import { setUpBusyLetters } from '../../../test/core/letters-batcher.js';

const ONE_SLOT = { maxBatchSize: 4, maxQueueSize: 100 };

describe('DynamicBatcher: requests of which nothing special is said, among others', () => {
  it('serves all in the order in which they came', async () => {
    const { processor, send, sendAll, endBatch, endAllBatches } = await setUpBusyLetters(ONE_SLOT);
    const { signal } = new AbortController();
    const calls = [
      ...sendAll('abc'),
      send('d', { signal }),
      ...sendAll('ef'),
      send('g', { signal }),
      send('h'),
    ];
    await endBatch();
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([
      ['a', 'b', 'c', 'd'],
      ['e', 'f', 'g', 'h'],
    ]);
    expect(calls.map((call) => call.response)).toEqual([...'ABCDEFGH']);
  });

  it('lets one with a deadline that has passed leave from among them', async () => {
    const { clock, processor, sendAll, send, endBatch } = await setUpBusyLetters(ONE_SLOT);
    sendAll('ab');
    const late = send('c', { timeoutMs: 10 });
    sendAll('d');
    await clock.advance(11);
    expect(late.error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });

    await endBatch();
    expect(processor.requestsByBatch[1]).toEqual(['a', 'b', 'd']);
  });

  it('lets one of higher priority go first', async () => {
    const { processor, sendAll, endBatch } = await setUpBusyLetters({ ...ONE_SLOT, priorityLevels: 2 });
    sendAll('ab', { priority: 1 });
    sendAll('cd');
    await endBatch();
    expect(processor.requestsByBatch[1]).toEqual(['c', 'd', 'a', 'b']);
  });

  it("gives who names no tenant a tenant's turn", async () => {
    const { processor, sendAll, endBatch } = await setUpBusyLetters(ONE_SLOT);
    sendAll('abcd');
    sendAll('xy', { tenant: 'x' });
    await endBatch();
    expect(processor.requestsByBatch[1]).toEqual(['a', 'x', 'b', 'y']);
  });

  it('goes by turns with buckets, the oldest first', async () => {
    const { clock, processor, sendAll, endBatch } = await setUpBusyLetters({
      ...ONE_SLOT,
      bucketOf: (letter) => (letter < 'm' ? undefined : 'later half'),
    });
    sendAll('xy');
    await clock.advance(1);
    sendAll('ab');
    await endBatch();
    await endBatch();
    expect(processor.requestsByBatch.slice(1)).toEqual([
      ['x', 'y'],
      ['a', 'b'],
    ]);
  });

  it('rejects all that wait and run when it is closed', async () => {
    const { batcher, clock, busy, sendAll } = await setUpBusyLetters(ONE_SLOT);
    const calls = [busy, ...sendAll('abcde')];
    await batcher.close();
    await clock.advance();
    for (const call of calls) expect(call.error).toMatchObject({ code: 'BATCHER_CLOSED' });
    expect(batcher.getStatistics()).toMatchObject({
      currentQueueSize: 0,
      requestsInFlight: 0,
      requests: { accepted: 6, closed: 6 },
    });
  });

  it('aborts the signal of a batch when it is closed', async () => {
    const { batcher, processor } = await setUpBusyLetters(ONE_SLOT);
    const { signal } = processor.running[0]!.context;
    await batcher.close();
    expect(signal.aborted).toBe(true);
  });

  it('tells nothing twice when a batch ends after the batcher has been closed', async () => {
    const { batcher, clock, busy, processor } = await setUpBusyLetters(ONE_SLOT);
    const batch = processor.running[0]!;
    await batcher.close();
    batch.succeed();
    await clock.advance();
    expect(busy.error).toMatchObject({ code: 'BATCHER_CLOSED' });
    expect(batcher.getStatistics().requests).toMatchObject({ succeeded: 0, closed: 1 });
  });

  it('takes options that say nothing for none', async () => {
    const { processor, send, endBatch } = await setUpBusyLetters(ONE_SLOT);
    const call = send('a', { signal: undefined, timeoutMs: undefined, priority: 0, tenant: undefined });
    await endBatch();
    await endBatch();
    expect([processor.requestsByBatch[1], call.response]).toEqual([['a'], 'A']);
  });

  it('measures the wait of each', async () => {
    const { batcher, clock, sendAll, endBatch } = await setUpBusyLetters(ONE_SLOT);
    sendAll('a');
    await clock.advance(10);
    sendAll('bc');
    await clock.advance(10);
    await endBatch();
    // `busy` has not waited.
    expect(batcher.getStatistics().queueTimeMs).toMatchObject({ count: 4, mean: 10, max: 20 });
  });
});
