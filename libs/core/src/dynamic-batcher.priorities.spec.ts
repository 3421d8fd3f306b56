import { setUpBusyLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { InvalidRequestError, QueueFullError } from './errors/index.js';

describe('DynamicBatcher: priorities', () => {
  it('runs the higher priority first, and within one those that came first', async () => {
    const { processor, send, endAllBatches } = await setUpBusyLetters({ maxBatchSize: 2, priorityLevels: 3 });
    send('a', { priority: 2 });
    send('b', { priority: 1 });
    send('c');
    send('d', { priority: 1 });
    send('e', { priority: 0 });
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([['c', 'e'], ['b', 'd'], ['a']]);
  });

  it('runs the higher one first of those that are equally urgent, in the midst of a batch, too', async () => {
    const { clock, processor, send, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 3,
      priorityLevels: 2,
      priorityAgingMs: 100,
    });
    send('a', { priority: 1 });
    await clock.advance(100);
    send('b', { priority: 1 });
    await clock.advance(100);
    send('c');
    await endAllBatches();
    expect(processor.requestsByBatch[1]).toEqual(['a', 'c', 'b']);
  });

  it('runs who has waited for the head start of the others before those', async () => {
    const { clock, processor, send, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 1,
      priorityLevels: 2,
      priorityAgingMs: 50,
    });
    send('a', { priority: 1 });
    await clock.advance(49);
    send('b');
    await clock.advance(2);
    send('c');
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([['b'], ['a'], ['c']]);
  });

  it.each([2, -1, 0.5, NaN])('refuses the priority %d where there are two', async (priority) => {
    const { clock, batcher, send } = await setUpBusyLetters({ priorityLevels: 2 });
    const call = send('a', { priority });
    await clock.advance();

    expect(call.error).toBeInstanceOf(InvalidRequestError);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, refused: { INVALID_REQUEST: 1 } });
  });

  it('keeps the wait of the lowest priority within its bound under a flood of the highest', async () => {
    const priorityAgingMs = 100;
    const { clock, send } = await setUpTimedLetters({
      priorityLevels: 3,
      priorityAgingMs,
      maxQueueSize: 100_000,
    });
    const floodFor = async (durationMs: number): Promise<void> => {
      // Half as much again as can be served: 6 in 24 ms, where a batch holds 4.
      for (const endMs = clock.now() + durationMs; clock.now() < endMs; await clock.advance(4)) send('f');
    };
    await floodFor(1000);
    const lowest = send('x', { priority: 2 });
    const waitingBefore = send('f');
    await floodFor(3000);

    // Overtaken only by those that come within two head starts after it, it waits as long as one of these.
    const boundMs = waitingBefore.tookMs + 2 * priorityAgingMs * 1.5 + 48;
    expect(lowest.response?.response).toBe('X');
    expect(lowest.tookMs).toBeLessThanOrEqual(boundMs);
    expect(lowest.tookMs).toBeGreaterThan(waitingBefore.tookMs + priorityAgingMs);
  });

  it('turn nobody away for those of the same priority who come later', async () => {
    const { clock, batcher, sendAll } = await setUpTimedLetters({ priorityLevels: 2, priorityAgingMs: 1000 });
    sendAll('abcd', { priority: 1 });
    await clock.advance(12);
    // As many come as can be served, and each waits for 12 ms and its own batch of 24.
    for (let round = 0; round < 100; round += 1) {
      sendAll('abcd', { priority: 1, timeoutMs: 60 });
      await clock.advance(24);
    }
    const { refused, requests } = batcher.getStatistics();
    expect([refused, requests.expired]).toEqual([{}, 0]);
  });
});

describe('DynamicBatcher: a full queue', () => {
  const CONFIG = { maxBatchSize: 2, maxQueueSize: 3, priorityLevels: 3 };

  it('gives the place of the lowest, newest request to one of higher priority, and tells it so', async () => {
    const { clock, processor, batcher, send, endAllBatches } = await setUpBusyLetters(CONFIG);
    const [older, newest, middle] = [2, 2, 1].map((priority) => send('a', { priority }));
    const newcomer = send('b', { priority: 0 });
    await clock.advance();

    expect(newest?.error).toBeInstanceOf(QueueFullError);
    expect(newest?.error).toMatchObject({ reason: 'displaced', isRetryable: true });
    expect((newest?.error as QueueFullError).retryAfterMs).toBeGreaterThan(0);
    expect((newest?.error as Error).message).toContain('one of higher priority needed the place');
    const statistics = batcher.getStatistics();
    expect(statistics).toMatchObject({ currentQueueSize: 3, requests: { accepted: 5, displaced: 1 } });
    expect(statistics.refused).toEqual({});

    await endAllBatches();
    expect([older, middle, newcomer].map((call) => call?.response)).toEqual(['A', 'A', 'B']);
    expect(processor.requestsByBatch.flat()).toHaveLength(4);
  });

  it('displaces nobody of the same priority', async () => {
    const { clock, send, sendAll } = await setUpBusyLetters(CONFIG);
    const waiting = sendAll('abc', { priority: 1 });
    const newcomer = send('d', { priority: 1 });
    await clock.advance();

    expect(newcomer.error).toMatchObject({ code: 'QUEUE_FULL', reason: 'queue' });
    expect(waiting.some((call) => call.isSettled)).toBe(false);
  });

  it('refuses every newcomer where it is told to', async () => {
    const { clock, batcher, send, sendAll } = await setUpBusyLetters({
      ...CONFIG,
      queueFullPolicy: 'refuse',
    });
    const waiting = sendAll('abc', { priority: 2 });
    const newcomer = send('d', { priority: 0 });
    await clock.advance();

    expect(newcomer.error).toMatchObject({ code: 'QUEUE_FULL', reason: 'queue' });
    expect(waiting.some((call) => call.isSettled)).toBe(false);
    expect(batcher.getStatistics()).toMatchObject({ refused: { QUEUE_FULL: 1 }, requests: { displaced: 0 } });
  });

  it('does not displace somebody for a request that is refused all the same', async () => {
    const { clock, send, sendAll } = await setUpBusyLetters({ ...CONFIG, maxQueueSizePerTenant: 1 });
    send('x', { tenant: 'a' });
    const waiting = sendAll('yz', { priority: 2 });
    const refused = send('d', { tenant: 'a' });
    await clock.advance();

    expect(refused.error).toMatchObject({ reason: 'tenant' });
    expect(waiting.some((call) => call.isSettled)).toBe(false);
  });

  it('answers all who share a place that is given up', async () => {
    const { clock, batcher, send, sendAll } = await setUpBusyLetters({
      ...CONFIG,
      keyOf: (letter) => letter,
    });
    sendAll('xy');
    const sharing = sendAll('zz', { priority: 2 });
    send('d');
    await clock.advance();

    expect(sharing.map((call) => call.error)).toEqual(
      sharing.map(() => expect.objectContaining({ reason: 'displaced' }) as unknown),
    );
    expect(batcher.getStatistics().requests).toMatchObject({ displaced: 2 });
  });
});
