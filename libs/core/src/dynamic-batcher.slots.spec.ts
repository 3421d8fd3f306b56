import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';

// A batch of n takes 20 + n ms, and there are two slots.

describe('DynamicBatcher: slots that are free', () => {
  it('share what waits', async () => {
    const { clock, processor, sendAll } = await setUpTimedLetters({
      maxBatchSize: 16,
      maxConcurrentBatches: 2,
    });
    await clock.advance(1000);
    sendAll('abcdefghijklmn');
    await clock.advance();
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([7, 7]);
  });

  it('are left to the other buckets that wait', async () => {
    const { clock, processor, sendAll } = await setUpTimedLetters({
      maxBatchSize: 16,
      maxConcurrentBatches: 2,
      bucketOf: (letter) => (letter === letter.toUpperCase() ? 'upper' : 'lower'),
    });
    await clock.advance(1000);
    sendAll('abcdefghijklmnX');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([[...'abcdefghijklmn'], ['X']]);
  });

  it('are taken at once when one of several buckets is full', async () => {
    const { processor, sendAll } = await setUpTimedLetters({
      maxBatchSize: 8,
      maxConcurrentBatches: 2,
      bucketOf: (letter) => (letter === letter.toUpperCase() ? 'upper' : 'lower'),
    });
    sendAll('Xabcdefgh');
    expect(processor.requestsByBatch).toEqual([['X'], [...'abcdefgh']]);
  });

  it('leave nobody behind who would be late for it', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters({
      maxBatchSize: 16,
      maxConcurrentBatches: 2,
    });
    await clock.advance(1000);
    send('X');
    await clock.advance(11);
    // The other slot is free in 10 ms, and then 5 take 25 ms; all 14 take 34 ms now.
    const calls = sendAll('abcdefghijklmn', { timeoutMs: 34.5 });
    await clock.advance(100);
    expect(calls.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([1, 14]);
  });

  it('take all that they can at once when there is no room for more', async () => {
    const { clock, processor, batcher, sendAll } = await setUpTimedLetters({
      maxBatchSize: 14,
      maxQueueSize: 14,
      maxConcurrentBatches: 2,
    });
    await clock.advance(1000);
    sendAll('abcdefghijklmn'.repeat(3));
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([14, 14]);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 14, refused: {} });
  });
});

describe('DynamicBatcher: who waits for company while a slot is free', () => {
  it('waits for maxWaitTimeMs from when the first of them was free', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters(
      { maxBatchSize: 8, maxConcurrentBatches: 3, maxWaitTimeMs: 3 },
      { fixedMs: 40, perRequestMs: 0.05 },
    );
    // One every 10 ms: a balanced batch holds 1.3, and one goes every 13 ms.
    for (let sent = 0; sent < 200; sent += 1) {
      send('w');
      await clock.advance(10);
    }
    await clock.advance(100);
    processor.requestsByBatch.length = 0;
    // So many do not wait for more.
    for (const lastingMs of [4, 5]) {
      processor.hiccupMs = lastingMs - 40.15;
      sendAll('abc');
      await clock.advance(1);
    }
    sendAll('abc');
    await clock.advance(1);
    expect(processor.requestsByBatch).toHaveLength(3);

    const call = send('x');
    // The first slot is free in 1 ms, the second 2 ms later.
    await clock.advance(3.9);
    expect(processor.requestsByBatch).toHaveLength(3);
    await clock.advance(0.2);
    expect(processor.requestsByBatch).toHaveLength(4);
    await clock.advance(100);
    expect(call.response?.batch).toMatchObject({ dispatchReason: 'waited', queueTimeMs: 4 });
  });
});
