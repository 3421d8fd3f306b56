import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';

// A batch of n takes 20 + n ms and holds 4: 24 ms when it is full. Letters share places, but w does not.

const setUp = (config = {}, timing = {}) =>
  setUpTimedLetters({ keyOf: (letter) => (letter === 'w' ? undefined : letter), ...config }, timing);

describe('DynamicBatcher: a request that would share a place', () => {
  it('is refused at once where the batch that runs ends too late for it, and told when it is in time', async () => {
    const { clock, processor, send } = await setUp();
    const first = send('a');
    await clock.advance(5);
    // In 16 ms.
    const [late, inTime] = [send('a', { timeoutMs: 10 }), send('a', { timeoutMs: 17 })];
    await clock.advance();
    expect([late.error, inTime.error]).toMatchObject([{ phase: 'admission', retryAfterMs: 6 }, undefined]);

    await clock.advance(6);
    const again = send('a', { timeoutMs: 10.5 });
    await clock.advance(100);
    expect([first, inTime, again].map(({ response }) => response?.response)).toEqual(['A', 'A', 'A']);
    expect(processor.requestsByBatch).toEqual([['a']]);
  });

  it('is refused where those before the place take too long, and not for those behind it', async () => {
    const { clock, batcher, send, sendAll } = await setUp();
    sendAll('wwww');
    sendAll('wwaw');
    sendAll('wb');
    // The first batch ends in 24 ms, that of a in 48, and that of b in 70.
    const calls = [
      send('a', { timeoutMs: 46 }),
      send('a', { timeoutMs: 50 }),
      send('b', { timeoutMs: 68 }),
      send('b', { timeoutMs: 73 }),
    ];
    sendAll('w'.repeat(20));
    calls.push(send('b', { timeoutMs: 73 }));
    await clock.advance(100);
    expect(calls.map(({ response, tookMs }) => [response?.response, tookMs])).toEqual([
      [undefined, 0],
      ['A', 48],
      [undefined, 0],
      ['B', 72],
      ['B', 72],
    ]);
    expect(batcher.getStatistics()).toMatchObject({ refused: { DEADLINE_EXCEEDED: 2 } });
  });

  it('is let in where those of a higher priority have come too late to go before its place', async () => {
    const { clock, send, sendAll } = await setUp({ priorityLevels: 2, priorityAgingMs: 10 });
    sendAll('wwww');
    send('a', { priority: 1 });
    await clock.advance(12);
    sendAll('wwww');
    // Who has come since then goes after it: 12 for the batch that runs, and 24 for its own.
    const call = send('a', { timeoutMs: 38, priority: 1 });
    await clock.advance(50);
    expect(call.response?.response).toBe('A');
  });

  it('is refused with all others of its call', async () => {
    const { clock, batcher, send } = await setUp();
    send('a');
    await clock.advance(5);
    const refused = batcher.processMany(['a', 'a'], { timeoutMs: 10 });
    await expect(refused).rejects.toMatchObject({ phase: 'admission' });
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, requestsInFlight: 1 });
  });

  it('is let in while too little is known to turn it away', async () => {
    const { clock, send } = await setUp({}, { isCold: true });
    send('a');
    await clock.advance(5);
    const call = send('a', { timeoutMs: 10 });
    await clock.advance(10);
    expect(call.error).toMatchObject({ phase: 'execution' });
  });

  it('is let in where what is known is old, so that a processor that has recovered answers it', async () => {
    const { clock, processor, send } = await setUp({}, { fixedMs: 500, perRequestMs: 0 });
    await clock.advance(5000);
    processor.hiccupMs = -480;
    send('a');
    await clock.advance(5);
    const call = send('a', { timeoutMs: 100 });
    await clock.advance(100);
    expect(call.response?.response).toBe('A');
  });
});

describe('DynamicBatcher: a request whose place is shared', () => {
  it('is answered in time in a smaller batch, though others in its place have more time', async () => {
    const { clock, processor, send, sendAll } = await setUp();
    sendAll('wwww');
    // 24 for the batch that runs, and 21 alone.
    const hurried = send('a', { timeoutMs: 46 });
    const patient = send('a');
    sendAll('bcd');
    await clock.advance(100);
    expect([hurried, patient].map(({ response, tookMs }) => [response?.response, tookMs])).toEqual([
      ['A', 45],
      ['A', 45],
    ]);
    expect(processor.requestsByBatch.slice(1)).toEqual([['a'], ['b', 'c', 'd']]);
  });
});
