import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import type { BatchingConfig } from './config/batching-config.js';
import { InvalidConfigError } from './errors/index.js';

describe('DynamicBatcher: reconfigure', () => {
  it('changes what is named and leaves the rest', () => {
    const { batcher } = setUpLetters({ maxBatchSize: 8, maxWaitTimeMs: 20 });
    batcher.reconfigure({ maxBatchSize: 4 });
    expect(batcher.config).toMatchObject({ maxBatchSize: 4, maxWaitTimeMs: 20, maxQueueSize: 1024 });
    expect(Object.isFrozen(batcher.config)).toBe(true);
  });

  it('takes several changes at once, of which a later one wins', () => {
    const { batcher } = setUpLetters();
    batcher.reconfigure([{ maxBatchSize: 4, maxWaitTimeMs: 9 }, { maxBatchSize: 6 }]);
    expect(batcher.config).toMatchObject({ maxBatchSize: 6, maxWaitTimeMs: 9 });
  });

  it('is the only way to change what was given', () => {
    const [tenantWeights, allowedBatchSizes] = [{ acme: 2 }, [2, 4]];
    const { batcher } = setUpLetters({ tenantWeights, allowedBatchSizes });
    tenantWeights.acme = 0;
    allowedBatchSizes.push(999);
    batcher.reconfigure({ maxWaitTimeMs: 1 });
    expect(batcher.config).toMatchObject({ tenantWeights: { acme: 2 }, allowedBatchSizes: [2, 4] });
    expect(Object.isFrozen(batcher.config.tenantWeights)).toBe(true);
  });

  it('is checked as a whole, and changes nothing if anything is wrong', async () => {
    const { batcher, processor, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 8,
      maxQueueSize: 16,
    });
    const before = batcher.config;
    // Right by itself, but not with the queue that there is.
    expect(() => batcher.reconfigure({ maxWaitTimeMs: 1, maxBatchSize: 32 })).toThrow(InvalidConfigError);
    expect(() => batcher.reconfigure({ maxBatchSize: 2, priorityLevels: 0 })).toThrow(
      /batcher "letters"[^]*priorityLevels/,
    );
    expect(batcher.config).toBe(before);

    sendAll('abcde');
    await endAllBatches();
    expect(processor.requestsByBatch[1]).toHaveLength(5);
  });

  it('counts from the next decision on', async () => {
    const { clock, processor, batcher, sendAll, endBatch } = await setUpBusyLetters({ maxBatchSize: 2 });
    sendAll('abcdefg');
    batcher.reconfigure({ maxBatchSize: 4 });
    await endBatch();
    batcher.reconfigure({ maxBatchSize: 1, maxConcurrentBatches: 3 });
    await clock.advance();

    expect(processor.requestsByBatch.slice(1).map((letters) => letters.join(''))).toEqual(['abcd', 'e', 'f']);
  });

  it('starts at once what need not wait any more', async () => {
    const { clock, processor, batcher, send, sendAll } = setUpLetters({
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    sendAll('ab');
    await clock.advance(10);
    batcher.reconfigure({ maxBatchSize: 2 });
    expect(processor.requestsByBatch).toEqual([['a', 'b']]);

    processor.running[0]?.succeed();
    send('c');
    await clock.advance(10);
    batcher.reconfigure({ timeoutStrategy: 'adaptive' });
    expect(processor.requestsByBatch).toEqual([['a', 'b'], ['c']]);
  });

  it('finds the bucket that is full now, though another is more urgent', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      bucketOf: (text) => text.slice(0, 1),
      maxBatchSize: 4,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    for (const text of ['c1', 'd1', 'd2']) send(text);
    await clock.advance(1);
    batcher.reconfigure({ maxBatchSize: 2 });
    expect(processor.requestsByBatch).toEqual([['d1', 'd2']]);
  });

  it('moves the time until which a batch waits', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 100,
    });
    send('a');
    await clock.advance(1);
    batcher.reconfigure({ maxWaitTimeMs: 30 });
    expect(clock.alarmAtMs).toBe(1030);
    await clock.advance(29);
    expect(processor.requestsByBatch).toEqual([['a']]);
  });

  it('loses nothing when the queue is larger than allowed now, and takes nothing new until there is room', async () => {
    const { clock, batcher, send, sendAll, endBatch, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 2,
      maxQueueSize: 8,
    });
    const waiting = sendAll('abcdef');
    batcher.reconfigure({ maxQueueSize: 3 });
    expect(batcher.getStatistics()).toMatchObject({
      currentQueueSize: 6,
      maxQueueSize: 3,
      isQueueFull: true,
    });
    const refused = send('x');
    await endBatch();
    await endBatch();
    const accepted = send('y');
    await endAllBatches();
    await clock.advance();

    expect(refused.error).toMatchObject({ code: 'QUEUE_FULL' });
    expect(waiting.map((call) => call.response)).toEqual([...'ABCDEF']);
    expect(accepted.response).toBe('Y');
  });

  it('loses nothing of what runs in more slots than allowed now', async () => {
    const { clock, processor, batcher, sendAll, endBatch } = setUpLetters({
      maxBatchSize: 1,
      maxConcurrentBatches: 3,
    });
    const calls = sendAll('abcd');
    await clock.advance();
    batcher.reconfigure({ maxConcurrentBatches: 1 });
    await endBatch();
    await endBatch();
    expect(processor.requestsByBatch).toEqual([['a'], ['b'], ['c']]);

    await endBatch();
    await endBatch();
    expect(calls.map((call) => call.response)).toEqual([...'ABCD']);
  });

  it('turns nobody away for batches that run side by side in more slots than allowed now', async () => {
    const { clock, batcher, send, sendAll } = await setUpTimedLetters({
      maxBatchSize: 1,
      maxConcurrentBatches: 4,
    });
    sendAll('abcd');
    await clock.advance();
    batcher.reconfigure({ maxConcurrentBatches: 1 });
    // All four end in 21 ms, and then a batch of one takes 21 ms more.
    const [inTime, late] = [send('x', { timeoutMs: 45 }), send('y', { timeoutMs: 55 })];
    await clock.advance(60);
    expect([inTime.response?.response, late.error]).toMatchObject(['X', { phase: 'admission' }]);
  });

  it('foretells anew at once how long those take who wait, also where much more time is left', async () => {
    const { batcher, send } = await setUpTimedLetters(
      { maxBatchSize: 64, maxQueueSize: 1000 },
      { perRequestMs: 0 },
    );
    for (let waiting = 0; waiting < 900; waiting += 1) send('w', { timeoutMs: 30_000 });
    // Some 15 batches of 20 ms.
    const inTime = send('x', { timeoutMs: 10_000 });
    batcher.reconfigure({ maxBatchSize: 1 });
    const late = send('y', { timeoutMs: 10_000 });
    await Promise.resolve();
    expect([inTime.isSettled, late.isSettled]).toEqual([false, true]);
  });

  it('serves who waits in a priority that there is not any more', async () => {
    const { batcher, send, endAllBatches } = await setUpBusyLetters({ priorityLevels: 4 });
    const low = send('a', { priority: 3 });
    batcher.reconfigure({ priorityLevels: 1 });
    const refused = send('b', { priority: 3 });
    await endAllBatches();
    expect(low.response).toBe('A');
    expect(refused.error).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it.each<[BatchingConfig<string>, string[]]>([
    [{ costOf: () => 5, maxBatchCost: 10 }, ['ab', 'cd']],
    [{ bucketOf: (letter) => (letter < 'c' ? 1 : 2) }, ['ab', 'cd']],
    [{ allowedBatchSizes: [3], padding: 'down' }, ['abc', 'd']],
  ])('lets those that come from now on be batched by %p', async (changes, expected) => {
    const { clock, processor, batcher, send, endAllBatches } = await setUpBusyLetters();
    batcher.reconfigure(changes);
    for (const letter of 'abcd') {
      send(letter);
      await clock.advance(1);
    }
    await endAllBatches();
    expect(processor.requestsByBatch.slice(1).map((letters) => letters.join(''))).toEqual(expected);
  });

  it('gives those that come from now on another time, and leaves the others theirs', async () => {
    const { clock, batcher, send } = await setUpBusyLetters({ defaultTimeoutMs: 50 });
    const before = send('a');
    batcher.reconfigure({ defaultTimeoutMs: 20 });
    const after = send('b');
    await clock.advance(20);
    expect([before.isSettled, after.isSettled]).toEqual([false, true]);
  });
});
