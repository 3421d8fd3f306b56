import { setUpTimedLetters, type TimedCall } from '../../../test/core/timed-letters-batcher.js';
import { DeadlineExceededError } from './errors/index.js';

/** The deadline error of a call that was refused. */
function refusalOf({ error }: TimedCall): DeadlineExceededError {
  if (error instanceof DeadlineExceededError) return error;
  throw new Error(`expected a DeadlineExceededError, received ${String(error)}`);
}

// A batch of n takes 20 + n ms and holds 4: 24 ms when it is full.

describe('DynamicBatcher: a request that cannot make its deadline', () => {
  it('is refused at once, and told when to try again', async () => {
    const { clock, batcher, send, sendAll } = await setUpTimedLetters();
    sendAll('abcd');
    sendAll('efgh');
    // 24 for the batch that has just started, 24 for the one that waits, 21 for its own.
    const call = send('x', { timeoutMs: 60 });
    await clock.advance();

    expect(call.settledAtMs).toBe(call.sentAtMs);
    expect(refusalOf(call)).toMatchObject({ phase: 'admission', timeoutMs: 60, isRetryable: true });
    // When those who wait have been served; in 9 ms it would make it only if nobody else came.
    expect(refusalOf(call).retryAfterMs).toBeGreaterThanOrEqual(48);
    expect(refusalOf(call).retryAfterMs).toBeLessThanOrEqual(49);
    expect(refusalOf(call).message).toMatch(
      /^Batcher "letters" refused the request: its answer is expected to take (69|70) ms, and timeoutMs allows 60\./,
    );
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 4, refused: { DEADLINE_EXCEEDED: 1 } });
  });

  it('makes it when it comes again at the time that it was told', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters();
    sendAll('abcdefgh');
    const refused = send('x', { timeoutMs: 60 });
    await clock.advance();
    await clock.advance(refusalOf(refused).retryAfterMs);
    const again = send('x', { timeoutMs: 60 });
    await clock.advance(100);

    expect(again.response?.response).toBe('X');
    expect(again.tookMs).toBeLessThan(60);
  });

  it('is not told to try again when it would be too late alone in a batch, too', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters();
    sendAll('abcd');
    const call = send('x', { timeoutMs: 15 });
    await clock.advance();

    expect(refusalOf(call)).toMatchObject({ phase: 'admission', isRetryable: true });
    expect(refusalOf(call).retryAfterMs).toBeUndefined();
    expect(refusalOf(call).message).toMatch(/Allow more: alone in a batch it would be too late as well\.$/);
  });

  it('is let in when it just makes it', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters();
    sendAll('abcdefgh');
    const call = send('x', { timeoutMs: 70 });
    await clock.advance(100);

    expect(call.tookMs).toBeCloseTo(69);
    expect(call.response?.response).toBe('X');
  });

  it('is let in while too little is known to turn it away', async () => {
    const { clock, batcher, sendAll, send } = await setUpTimedLetters({}, { isCold: true });
    sendAll('abcdefgh');
    const call = send('x', { timeoutMs: 5 });
    await clock.advance();
    expect(call.isSettled).toBe(false);

    await clock.advance(5);
    expect(refusalOf(call).phase).toBe('queue');
    expect(batcher.getStatistics().refused).toEqual({});
  });

  it('is let in when nothing has run for a while: a slow processor may have recovered', async () => {
    const { clock, send } = await setUpTimedLetters();
    const refused = send('x', { timeoutMs: 10 });
    await clock.advance(1000 + 10 * 21 + 1);
    const tried = send('x', { timeoutMs: 10 });
    await clock.advance(10);

    expect([refusalOf(refused).phase, refusalOf(tried).phase]).toEqual(['admission', 'execution']);
  });

  it('is not refused for those whom it goes before', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters({ priorityLevels: 2 });
    sendAll('abcd', { priority: 1 });
    sendAll('efghijkl', { priority: 1 });
    const [low, high] = [1, 0].map((priority) => send('x', { timeoutMs: 50, priority }));
    await clock.advance(50);

    expect(refusalOf(low!).phase).toBe('admission');
    expect(high?.response?.response).toBe('X');
  });

  it('is not refused for a tenant that floods', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters();
    sendAll('abcdefghijklmnopqrst', { tenant: 'flood' });
    const [more, other] = ['flood', 'other'].map((tenant) => send('x', { timeoutMs: 60, tenant }));
    await clock.advance(60);

    expect(refusalOf(more!).phase).toBe('admission');
    expect(other?.response?.response).toBe('X');
  });
});

describe('DynamicBatcher: a request that would miss its deadline after all', () => {
  it('is answered and dropped when its batch is formed, and never runs', async () => {
    const { clock, processor, batcher, send, sendAll } = await setUpTimedLetters();
    processor.hiccupMs = 50;
    sendAll('abcd');
    const late = send('x', { timeoutMs: 90 });
    const inTime = send('y', { timeoutMs: 200 });
    // The slot is free after 74 ms; the late one has 16 left, and even alone it takes 21.
    await clock.advance(74);
    expect(late.tookMs).toBe(74);
    expect(refusalOf(late)).toMatchObject({ phase: 'queue', timeoutMs: 90 });

    await clock.advance(100);
    expect(inTime.response?.response).toBe('Y');
    expect(processor.requestsByBatch).toEqual([['a', 'b', 'c', 'd'], ['y']]);
    expect(batcher.getStatistics().requests).toMatchObject({ expired: 1 });
  });

  it('makes room for a smaller batch that saves all others', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters();
    processor.hiccupMs = 10;
    sendAll('abcd');
    // The slot is free after 34 ms; three ride in 23, four would take 24.
    const calls = [send('x', { timeoutMs: 57.5 }), ...sendAll('yzv', { timeoutMs: 200 })];
    await clock.advance(200);

    expect(calls.map((call) => call.response?.response)).toEqual(['X', 'Y', 'Z', 'V']);
    expect(processor.requestsByBatch.slice(1)).toEqual([['x', 'y', 'z'], ['v']]);
  });
});

describe('DynamicBatcher: requests in a hurry, and several free slots', () => {
  it('answers all of those who come together, in smaller batches side by side', async () => {
    const { clock, processor, sendAll } = await setUpTimedLetters({ maxConcurrentBatches: 4 });
    // Two ride in 22 ms, three take 23.
    const calls = sendAll('abcdefgh', { timeoutMs: 22.5 });
    await clock.advance(30);

    expect(calls.map((call) => call.response?.response)).toEqual([...'ABCDEFGH']);
    expect(processor.requestsByBatch.map((letters) => letters.join(''))).toEqual(['ab', 'cd', 'ef', 'gh']);
  });

  it('refuses at once who would need one slot more', async () => {
    const { clock, batcher, sendAll } = await setUpTimedLetters({ maxConcurrentBatches: 4 });
    const calls = sendAll('abcdefghi', { timeoutMs: 22.5 });
    await clock.advance();
    expect(refusalOf(calls.at(-1)!)).toMatchObject({ phase: 'admission', isRetryable: true });

    await clock.advance(30);
    expect(batcher.getStatistics().requests).toMatchObject({ expired: 0 });
    expect(calls.filter((call) => call.response !== undefined)).toHaveLength(8);
  });

  it('takes many at once if all of them make it', async () => {
    const { clock, batcher } = await setUpTimedLetters({ maxConcurrentBatches: 4 });
    await expect(batcher.processMany([...'abcdefghi'], { timeoutMs: 22.5 })).rejects.toThrow(
      DeadlineExceededError,
    );
    const results = batcher.processMany([...'abcdefgh'], { timeoutMs: 22.5 });
    await clock.advance(30);

    expect((await results).every(({ status }) => status === 'fulfilled')).toBe(true);
  });

  it('leaves those together who have time', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters({ maxConcurrentBatches: 2 });
    const calls = [...sendAll('abc'), send('x', { timeoutMs: 21.5 })];
    await clock.advance(30);

    expect(calls.map((call) => call.response?.response)).toEqual([...'ABCX']);
    expect(processor.requestsByBatch.map((letters) => letters.join(''))).toEqual(['abc', 'x']);
  });

  it('does not count those in who are of a tenant that floods', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters({
      maxConcurrentBatches: 2,
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 500,
      maxBatchSize: 16,
    });
    sendAll('abcdefghijkl', { tenant: 'flood' });
    const other = send('x', { timeoutMs: 23.5, tenant: 'other' });
    await clock.advance(30);

    expect(other.response?.response).toBe('X');
  });
});

describe('DynamicBatcher: a batch that waits for company', () => {
  it('goes in time for the deadline of one of its requests', async () => {
    const { clock, send } = await setUpTimedLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 500,
    });
    const calls = [send('a'), send('b', { timeoutMs: 100 })];
    await clock.advance(100);

    expect(calls.map((call) => call.response?.response)).toEqual(['A', 'B']);
    // With one more in the batch it would take 23 ms, and an alarm may ring 1 ms late.
    expect(calls[1]?.response?.batch.queueTimeMs).toBeCloseTo(76, 1);
    expect(calls[1]?.response?.batch.dispatchReason).toBe('deadline');
  });

  it('goes in time for one who shares the place of another, which has more time', async () => {
    const { clock, send } = await setUpTimedLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 500,
      keyOf: (letter) => (letter === 'a' ? letter : undefined),
    });
    const patient = send('a');
    await clock.advance(10);
    const hurried = send('a', { timeoutMs: 100 });
    await clock.advance(100);

    expect([patient, hurried].map((call) => call.response?.response)).toEqual(['A', 'A']);
  });
});

describe('DynamicBatcher: overload', () => {
  it.each([
    [1.2, 120, 0.95],
    [3, 120, 0.95],
    // Little more than a full batch takes, so that who comes too soon after a batch has gone had better be refused.
    [3, 40, 0.85],
  ])(
    'answers nobody late, and about as many as it can, at %d times what it can serve, within %d ms',
    async (load, defaultTimeoutMs, leastShare) => {
      const { clock, batcher, send } = await setUpTimedLetters(
        { maxBatchSize: 16, defaultTimeoutMs },
        { fixedMs: 20, perRequestMs: 0.5 },
      );
      // 16 in 28 ms.
      const capacityPerMs = 16 / 28;
      const calls: TimedCall[] = [];
      const startedAtMs = clock.now();
      for (let count = 0; clock.now() < startedAtMs + 3000; count += 1) {
        calls.push(send('a'));
        await clock.advance((0.5 + (count % 3) * 0.5) / (load * capacityPerMs));
      }
      await clock.advance(200);

      const answered = calls.filter((call) => call.response !== undefined);
      expect(Math.max(...calls.map((call) => call.tookMs))).toBeLessThanOrEqual(defaultTimeoutMs);
      expect(answered.length / 3000).toBeGreaterThan(leastShare * capacityPerMs);
      expect(
        calls.every((call) => call.response !== undefined || call.error instanceof DeadlineExceededError),
      ).toBe(true);
      expect(batcher.getStatistics().currentQueueSize).toBe(0);
    },
  );
});

describe('DynamicBatcher: many who share a place', () => {
  it('are not taken for as many as a batch would have to hold', async () => {
    const { clock, batcher, send, sendAll } = await setUpTimedLetters({
      maxBatchSize: 64,
      keyOf: (letter) => (letter === 's' ? letter : undefined),
    });
    const calls: TimedCall[] = [];
    // Two places in 20 ms at most, and a batch of two takes 22 ms.
    for (let round = 0; round < 100; round += 1) {
      sendAll('s'.repeat(40));
      calls.push(send('x', { timeoutMs: 46 }));
      await clock.advance(20);
    }
    await clock.advance(100);
    expect(calls.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(batcher.getStatistics().learned.requestsPerSecond).toBeLessThan(150);
  });
});
