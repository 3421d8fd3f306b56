import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import { BatcherClosedError, DeadlineExceededError, RequestAbortedError } from './errors/index.js';

describe('DynamicBatcher: expedite', () => {
  it('runs at once what waits for company, and lets nobody wait for company any more', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    send('a');
    await clock.advance(10);
    batcher.expedite();
    expect(processor.requestsByBatch).toEqual([['a']]);

    processor.running[0]?.succeed();
    await clock.advance();
    send('b');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['a'], ['b']]);
    expect(batcher.getStatistics().batches.dispatchReasons).toEqual({ drain: 2 });
  });

  it('goes on taking requests', async () => {
    const { clock, processor, batcher, send } = setUpLetters();
    batcher.expedite();
    const call = send('a');
    await clock.advance();
    processor.running[0]?.succeed();
    await clock.advance();

    expect(call.response).toBe('A');
    expect(batcher.state).toBe('open');
  });
});

describe('DynamicBatcher: drain', () => {
  it('refuses new requests, finishes the accepted ones without waiting for company, then is closed', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      maxBatchSize: 2,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    const accepted = ['a', 'b', 'c'].map((letter) => send(letter));
    const drained = new WatchedPromise(batcher.drain());
    const refused = send('d');
    expect(batcher.state).toBe('draining');

    processor.running[0]?.succeed();
    await clock.advance();
    expect(drained.isSettled).toBe(false);
    processor.running[0]?.succeed();
    await clock.advance();

    expect(accepted.map((call) => call.response)).toEqual(['A', 'B', 'C']);
    expect(refused.error).toBeInstanceOf(BatcherClosedError);
    expect(drained.response).toEqual({ isComplete: true, rejectedRequests: 0 });
    expect(batcher.state).toBe('closed');
  });

  it('ends within its time: whatever waits or runs by then is rejected', async () => {
    const { clock, processor, batcher, sendAll } = setUpLetters({ maxBatchSize: 2 });
    const calls = sendAll('abc');
    const drained = new WatchedPromise(batcher.drain({ timeoutMs: 100 }));
    await clock.advance(99);
    expect(calls.some((call) => call.isSettled)).toBe(false);
    expect(drained.isSettled).toBe(false);

    await clock.advance(1);
    for (const call of calls) expect(call.error).toBeInstanceOf(BatcherClosedError);
    expect(drained.response).toEqual({ isComplete: false, rejectedRequests: 3 });
    expect(batcher.state).toBe('closed');

    processor.running[0]?.succeed();
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['a', 'b']]);
    expect(calls.every((call) => call.response === undefined)).toBe(true);
  });

  it('takes as long as the configuration says if the call does not', async () => {
    const { clock, batcher } = await setUpBusyLetters({ drainTimeoutMs: 70 });
    const drained = new WatchedPromise(batcher.drain());
    await clock.advance(69);
    expect(drained.isSettled).toBe(false);

    await clock.advance(1);
    expect(drained.isSettled).toBe(true);
  });

  it.each([
    [500, 40],
    [40, 500],
  ])('called with %d ms and again with %d ms, ends after the shorter time', async (first, second) => {
    const { clock, batcher, busy } = await setUpBusyLetters();
    const drains = [first, second].map((timeoutMs) => new WatchedPromise(batcher.drain({ timeoutMs })));
    await clock.advance(39);
    expect(busy.isSettled).toBe(false);

    await clock.advance(1);
    expect(busy.error).toBeInstanceOf(BatcherClosedError);
    expect(drains.map((drain) => drain.response?.rejectedRequests)).toEqual([1, 1]);
  });

  it('with no time rejects everything at once', async () => {
    const { processor, clock, batcher, busy, sendAll } = await setUpBusyLetters({ maxBatchSize: 2 });
    const waiting = sendAll('ab');
    const drained = new WatchedPromise(batcher.drain({ timeoutMs: 0 }));
    expect(batcher.state).toBe('closed');
    await clock.advance();

    expect([busy, ...waiting].every((call) => call.error instanceof BatcherClosedError)).toBe(true);
    expect(drained.response).toEqual({ isComplete: false, rejectedRequests: 3 });
    expect(processor.requestsByBatch).toEqual([['busy']]);
  });

  it('starts no batch any more when its time is over, though a slot is free', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    const call = send('a');
    await clock.advance(5);
    await batcher.close();

    expect(call.error).toBeInstanceOf(BatcherClosedError);
    expect(processor.batches).toEqual([]);
  });

  it('leaves alone who has left before', async () => {
    const { clock, batcher, send } = setUpLetters();
    const controller = new AbortController();
    const aborted = send('a', { signal: controller.signal });
    const expired = send('b', { timeoutMs: 10 });
    send('c');
    await clock.advance(10);
    controller.abort();

    expect(await batcher.drain({ timeoutMs: 0 })).toEqual({ isComplete: false, rejectedRequests: 1 });
    expect(aborted.error).toBeInstanceOf(RequestAbortedError);
    expect(expired.error).toBeInstanceOf(DeadlineExceededError);
    expect(batcher.getStatistics().requests).toMatchObject({
      accepted: 3,
      aborted: 1,
      expired: 1,
      closed: 1,
    });
  });

  it('is complete at once if there is nothing to do', async () => {
    const { batcher } = setUpLetters();
    expect(await batcher.drain({ timeoutMs: 0 })).toEqual({ isComplete: true, rejectedRequests: 0 });
  });

  it('ends at once when the last caller leaves while it waits', async () => {
    const { clock, processor, batcher, send } = await setUpBusyLetters();
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    const drained = new WatchedPromise(batcher.drain());
    processor.running[0]?.succeed();
    controller.abort();
    await clock.advance();

    expect(drained.response).toEqual({ isComplete: true, rejectedRequests: 0 });
    expect(processor.requestsByBatch).toEqual([['busy']]);
  });

  it('tells the same again when it is called after the end, and opens nothing though a batch still runs', async () => {
    const { batcher } = await setUpBusyLetters();
    await batcher.close();

    const again = batcher.drain();
    expect(batcher.state).toBe('closed');
    expect(await again).toEqual({ isComplete: false, rejectedRequests: 1 });
  });

  it.each<[unknown, string]>([
    [NaN, 'NaN'],
    [-1, '-1'],
    ['5', '"5"'],
  ])('refuses the time %p, and stays as it was', (timeoutMs, received) => {
    const { batcher } = setUpLetters();
    expect(() => batcher.drain({ timeoutMs: timeoutMs as number })).toThrow(
      new RangeError(`drain: received the timeoutMs ${received}, expected milliseconds, 0 or more.`),
    );
    expect(batcher.state).toBe('open');
  });

  it.each<[unknown, string]>([
    [null, 'null'],
    [5000, '5000'],
  ])('refuses %p in the place of options, and stays as it was', (options, received) => {
    const { batcher } = setUpLetters();
    expect(() => batcher.drain(options as never)).toThrow(
      new TypeError(
        `drain: received ${received}, expected an object such as { timeoutMs: 5000 }, or nothing.`,
      ),
    );
    expect(batcher.state).toBe('open');
  });

  it('is what `await using` does at the end of the block', async () => {
    const { clock, processor, batcher, busy } = await setUpBusyLetters();
    const disposed = new WatchedPromise(batcher[Symbol.asyncDispose]());
    expect(batcher.state).toBe('draining');

    processor.running[0]?.succeed();
    await clock.advance();
    expect(busy.response).toBe('BUSY');
    expect(disposed.isSettled).toBe(true);
  });

  it('keeps the deadlines of the callers', async () => {
    const { clock, batcher, send } = await setUpBusyLetters();
    const hurried = send('a', { timeoutMs: 10 });
    void batcher.drain();
    await clock.advance(10);

    expect(hurried.error).toBeInstanceOf(DeadlineExceededError);
  });
});
