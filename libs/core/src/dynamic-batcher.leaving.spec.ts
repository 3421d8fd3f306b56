import { getEventListeners } from 'node:events';
import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { DynamicBatcher } from './dynamic-batcher.js';
import { QueueFullError, RequestAbortedError } from './errors/index.js';

describe('DynamicBatcher: a caller who leaves', () => {
  it('is answered at once while it waits, and never reaches the processor', async () => {
    const { clock, processor, send } = await setUpBusyLetters();
    const controller = new AbortController();
    const call = send('a', { signal: controller.signal });
    controller.abort('changed my mind');
    await clock.advance();
    expect(call.error).toBeInstanceOf(RequestAbortedError);
    expect((call.error as RequestAbortedError).cause).toBe('changed my mind');

    processor.running[0]?.succeed();
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['busy']]);
  });

  it('frees its place at once while every slot is busy', async () => {
    const { clock, send } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 2 });
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    send('b');
    controller.abort();
    const call = send('c');
    await clock.advance();

    expect(call.isSettled).toBe(false);
  });

  it('is answered at once while its batch runs; its result is dropped, its neighbors get theirs', async () => {
    const { clock, processor, batcher, send } = setUpLetters();
    const controller = new AbortController();
    const first = send('a', { signal: controller.signal });
    const second = send('b');
    await clock.advance(5);
    controller.abort();
    await clock.advance();
    expect(first.error).toBeInstanceOf(RequestAbortedError);
    expect(second.isSettled).toBe(false);

    processor.running[0]?.succeed();
    await clock.advance();
    expect(first.response).toBeUndefined();
    expect(second.response).toBe('B');
    expect(batcher.getStatistics().requests).toMatchObject({ accepted: 2, aborted: 1, succeeded: 1 });
  });

  it('changes nothing any more once it has its answer', async () => {
    const { clock, processor, batcher, send } = setUpLetters();
    const controller = new AbortController();
    const call = send('a', { signal: controller.signal });
    await clock.advance();
    processor.running[0]?.succeed();
    await clock.advance();
    controller.abort();
    await clock.advance();

    expect(call).toMatchObject({ response: 'A', error: undefined });
    expect(batcher.getStatistics().requests).toMatchObject({ succeeded: 1, aborted: 0 });
  });

  it('takes only its own requests along when many share a signal', async () => {
    const { clock, processor, send } = await setUpBusyLetters();
    const controller = new AbortController();
    const calls = ['a', 'b', 'c'].map((letter) => send(letter, { signal: controller.signal }));
    const other = send('d');
    controller.abort();
    processor.running[0]?.succeed();
    await clock.advance();
    processor.running[0]?.succeed();
    await clock.advance();

    expect(calls.every((call) => call.error instanceof RequestAbortedError)).toBe(true);
    expect(other.response).toBe('D');
    expect(processor.requestsByBatch).toEqual([['busy'], ['d']]);
  });

  it.each<[string, (parts: Awaited<ReturnType<typeof setUpBusyLetters>>) => Promise<void> | void]>([
    [
      'answered',
      async ({ clock, processor }) => {
        processor.running[0]?.succeed();
        await clock.advance();
        processor.running[0]?.succeed();
      },
    ],
    [
      'failed',
      async ({ clock, processor }) => {
        processor.running[0]?.succeed();
        await clock.advance();
        processor.running[0]?.fail(new Error('broken'));
      },
    ],
    ['expired', ({ clock }) => clock.advance(100)],
    ['closed', ({ batcher }) => batcher.close()],
  ])('leaves no listener on a long-lived signal when the request is %s', async (_, end) => {
    const parts = await setUpBusyLetters();
    const { signal } = new AbortController();
    const call = parts.send('a', { signal, timeoutMs: 100 });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    await end(parts);
    await parts.clock.advance();
    expect(call.isSettled).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('has one listener on a signal, however many calls it counts for, and takes all of them back', async () => {
    const { clock, processor, send } = await setUpBusyLetters();
    const controller = new AbortController();
    const calls = [...'abcdefghijklmno'].map((letter) => send(letter, { signal: controller.signal }));
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);

    processor.running[0]?.succeed();
    controller.abort('enough');
    await clock.advance();
    for (const { error } of calls) expect(error).toMatchObject({ code: 'ABORTED' });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('takes all of its requests back before any of them can run, also when they are due', async () => {
    const clock = new ManualClock(1000);
    const controller = new AbortController();
    // Rings before the batcher's own alarm for the same time.
    clock.createAlarm(() => controller.abort()).set(1010);
    const processor = new FakeProcessor((letter: string): string => letter);
    const config = { timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 10 } as const;
    const batcher = new DynamicBatcher<string, string>(config, processor, { clock });
    const answers = batcher.processMany(['a', 'b', 'c'], { signal: controller.signal });
    const other = batcher.process('d');
    await clock.advance(10);

    expect(processor.requestsByBatch).toEqual([['d']]);
    for (const answer of await answers) expect(answer).toMatchObject({ reason: { code: 'ABORTED' } });
    processor.running[0]?.succeed();
    await expect(other).resolves.toBe('d');
  });

  it('leaves no listener on a signal whose request was refused', async () => {
    const { clock, sendAll, send } = await setUpBusyLetters({ maxBatchSize: 1, maxQueueSize: 1 });
    sendAll('a');
    const { signal } = new AbortController();
    const refused = send('b', { signal });
    await clock.advance();

    expect(refused.error).toBeInstanceOf(QueueFullError);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('accepts nothing of a call whose signal cannot be listened to', async () => {
    const { batcher, clock, send } = setUpLetters();
    const signal = {
      aborted: false,
      addEventListener: () => {
        throw new Error('nobody listens');
      },
    };
    const call = send('a', { signal: signal as unknown as AbortSignal });
    await clock.advance();
    expect(call.error).toMatchObject({ message: 'nobody listens' });
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, requests: { accepted: 0 } });
  });
});

describe('DynamicBatcher: the signal of a batch', () => {
  it('is aborted when all its callers have left, and not before', async () => {
    const { clock, processor, send } = setUpLetters();
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    send('b', { timeoutMs: 30 });
    await clock.advance();
    const signal = processor.running[0]?.context.signal;
    expect(signal?.aborted).toBe(false);

    controller.abort();
    await clock.advance(29);
    expect(signal?.aborted).toBe(false);

    await clock.advance(1);
    expect(signal?.aborted).toBe(true);
  });

  it('tells so too when it is asked for late', async () => {
    const { clock, processor, send } = setUpLetters({ maxBatchSize: 2, maxConcurrentBatches: 2 });
    send('a', { timeoutMs: 10 });
    send('b', { timeoutMs: 20 });
    send('c', { timeoutMs: 10 });
    send('d');
    await clock.advance(20);

    expect(processor.running.map(({ context }) => context.signal.aborted)).toEqual([true, false]);
  });

  it('is aborted when the batcher is closed', async () => {
    const { clock, processor, batcher, send } = setUpLetters();
    send('a');
    await clock.advance();
    const signal = processor.running[0]?.context.signal;
    await batcher.close();

    expect(signal?.aborted).toBe(true);
  });

  it('is not aborted when callers leave who are not in the batch', async () => {
    const { clock, processor, send } = await setUpBusyLetters();
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    send('b', { timeoutMs: 10 });
    controller.abort();
    await clock.advance(10);

    expect(processor.running[0]?.context.signal.aborted).toBe(false);
  });

  it('is one and the same for one batch', async () => {
    const { clock, processor, send } = setUpLetters();
    send('a');
    await clock.advance();
    const context = processor.running[0]?.context;

    expect(context?.signal).toBe(context?.signal);
  });
});
