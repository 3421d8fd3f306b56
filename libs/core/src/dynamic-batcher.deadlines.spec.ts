import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import { DeadlineExceededError } from './errors/index.js';

describe('DynamicBatcher: deadlines', () => {
  it('rejects a waiting request exactly when its time is over, while every slot is busy', async () => {
    const { clock, processor, send } = await setUpBusyLetters();
    const call = send('a', { timeoutMs: 30 });
    await clock.advance(29.999);
    expect(call.isSettled).toBe(false);

    await clock.advance(0.001);
    expect(call.error).toBeInstanceOf(DeadlineExceededError);
    expect(call.error).toMatchObject({ phase: 'queue', timeoutMs: 30, isRetryable: false });

    processor.running[0]?.succeed();
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['busy']]);
  });

  it('frees the place of an expired request at once while every slot is busy', async () => {
    const { clock, send } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 2 });
    send('a');
    send('b', { timeoutMs: 30 });
    await clock.advance(30);
    const call = send('c');
    await clock.advance();

    expect(call.isSettled).toBe(false);
  });

  it.each([
    { timeoutMs: 4999, readings: 100 },
    { timeoutMs: 5000, readings: 1 },
  ])(
    'reads the clock $readings times for 100 requests of a turn that have $timeoutMs ms',
    ({ timeoutMs, readings }) => {
      const clock = new ManualClock(1000);
      const batcher = new DynamicBatcher<number, number>({ maxBatchSize: 200 }, (numbers) => numbers, {
        clock,
      });
      let read = 0;
      const now = clock.now.bind(clock);
      clock.now = () => {
        read += 1;
        return now();
      };
      for (let count = 0; count < 100; count += 1) void batcher.process(count, { timeoutMs });

      // An alarm, and the turn itself, take a few readings in either case.
      expect(read).toBeGreaterThanOrEqual(readings);
      expect(read).toBeLessThan(readings + 5);
    },
  );

  it('expires each request at its own time, whatever the order in which they came', async () => {
    const { clock, send } = await setUpBusyLetters();
    const calls = [40, 10, 30, 20].map((timeoutMs) => send('a', { timeoutMs }));
    const settled: boolean[][] = [];
    for (let step = 0; step < 4; step += 1) {
      await clock.advance(10);
      settled.push(calls.map((call) => call.isSettled));
    }

    expect(settled).toEqual([
      [false, true, false, false],
      [false, true, false, true],
      [false, true, true, true],
      [true, true, true, true],
    ]);
  });

  it('rejects a request when its time is over while its batch runs, and drops its result', async () => {
    const { clock, processor, send } = setUpLetters();
    const late = send('a', { timeoutMs: 30 });
    const patient = send('b');
    await clock.advance(30);
    expect(late.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'execution' });

    processor.running[0]?.succeed();
    await clock.advance();
    expect(late.response).toBeUndefined();
    expect(patient.response).toBe('B');
  });

  it('tries a processor of which nothing is known rather than let every deadline pass in waiting', async () => {
    const { clock, processor, send, endBatch } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 100,
    });
    const first = send('a', { timeoutMs: 30 });
    await clock.advance(5);
    await endBatch();
    expect(first.response).toBe('A');

    // Now it is known that a batch takes 5 ms.
    const second = send('b', { timeoutMs: 30 });
    await clock.advance(23.9);
    expect(processor.requestsByBatch).toEqual([['a']]);
    await clock.advance(0.1);
    await endBatch();
    expect(second.response).toBe('B');
  });

  it('lets who has time wait for company all the same', async () => {
    const { clock, processor, send } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 100,
    });
    send('a', { timeoutMs: 101 });
    await clock.advance(99.9);
    expect(processor.batches).toEqual([]);
    await clock.advance(0.1);
    expect(processor.requestsByBatch).toEqual([['a']]);
  });

  it('gives the time of the configuration to a call that does not say, and its own to one that does', async () => {
    const { clock, send } = await setUpBusyLetters({ defaultTimeoutMs: 50 });
    const usual = send('a');
    const hurried = send('b', { timeoutMs: 20 });
    const patient = send('c', { timeoutMs: Infinity });
    await clock.advance(20);
    expect([usual.isSettled, hurried.isSettled]).toEqual([false, true]);

    await clock.advance(30);
    expect(usual.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', timeoutMs: 50 });

    await clock.advance(1_000_000);
    expect(patient.isSettled).toBe(false);
  });

  it('names exactly the time that the caller gave, also on a clock with fractions', async () => {
    const clock = new ManualClock(5_318_008.0004);
    const batcher = new DynamicBatcher({}, new FakeProcessor(String), { name: 'letters', clock });
    const call = new WatchedPromise(batcher.process('a', { timeoutMs: 33.3 }));
    await clock.advance(34);

    expect((call.error as Error).message).toBe(
      `Batcher "letters": the request's 33.3 ms ran out while its batch was running; its result is dropped.`,
    );
  });
});
