import { getEventListeners } from 'node:events';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import type { BatchContext } from './batch-processor.js';
import type { BatchingConfig } from './batching-config.js';
import type { Alarm } from './clock.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import {
  BatcherClosedError,
  BatchProcessingError,
  DeadlineExceededError,
  InvalidConfigError,
  InvalidRequestError,
  QueueFullError,
  RequestAbortedError,
  ResponseCountMismatchError,
} from './errors/index.js';
import type { RequestOptions } from './request-options.js';

/** What has become of a promise so far. */
class Watched<T> {
  isSettled = false;
  response: T | undefined;
  error: unknown;

  constructor(promise: Promise<T>) {
    promise.then(
      (response) => {
        this.isSettled = true;
        this.response = response;
      },
      (error: unknown) => {
        this.isSettled = true;
        this.error = error;
      },
    );
  }
}

/** Remembers what alarms it has handed out and for when they are set. */
class WatchedClock extends ManualClock {
  alarmsCreated = 0;
  alarmAtMs = Infinity;

  override createAlarm(ring: () => void): Alarm {
    this.alarmsCreated += 1;
    const alarm = super.createAlarm(ring);
    return {
      set: (atMs) => {
        this.alarmAtMs = atMs;
        alarm.set(atMs);
      },
      clear: () => {
        this.alarmAtMs = Infinity;
        alarm.clear();
      },
    };
  }
}

/** A clock that a processor can make skip time while it is being called, as one that computes at once does. */
class SkippingClock extends ManualClock {
  skippedMs = 0;

  override now(): number {
    return super.now() + this.skippedMs;
  }
}

function setUp(config: BatchingConfig = {}) {
  const clock = new WatchedClock(1000);
  const processor = new FakeProcessor((letter: string): string => letter.toUpperCase());
  const batcher = new DynamicBatcher(config, processor, { name: 'letters', clock });
  const send = (letter: string, options?: RequestOptions): Watched<string> =>
    new Watched(batcher.process(letter, options));
  const sendAll = (letters: string): Watched<string>[] => [...letters].map((letter) => send(letter));
  return { clock, processor, batcher, send, sendAll };
}

/** A batcher whose only slot is busy with the request `busy`. */
async function setUpBusy(config: BatchingConfig = {}) {
  const parts = setUp(config);
  const busy = parts.send('busy');
  await parts.clock.advance();
  expect(parts.processor.requestsByBatch).toEqual([['busy']]);
  return { ...parts, busy };
}

describe('DynamicBatcher: answers', () => {
  it('gives each caller the result of its own request', async () => {
    const { clock, processor, sendAll } = setUp();
    const calls = sendAll('abc');
    await clock.advance();

    processor.running[0]?.succeed();
    await clock.advance();

    expect(calls.map((call) => call.response)).toEqual(['A', 'B', 'C']);
  });

  it('gives each caller its own result when a later batch ends before an earlier one', async () => {
    const { clock, processor, sendAll } = setUp({ maxBatchSize: 2, maxConcurrentBatches: 2 });
    const calls = sendAll('abcd');
    await clock.advance();

    processor.running[1]?.succeed();
    await clock.advance();
    expect(calls.map((call) => call.response)).toEqual([undefined, undefined, 'C', 'D']);

    processor.running[0]?.succeed();
    await clock.advance();
    expect(calls.map((call) => call.response)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('takes a plain function that answers at once as a processor', async () => {
    const clock = new ManualClock();
    const batcher = new DynamicBatcher({}, (numbers: readonly number[]) => numbers.map((n) => n * n), {
      clock,
    });
    const call = new Watched(batcher.process(7));
    await clock.advance();

    expect(call.response).toBe(49);
  });

  it('calls a processor object as its method, so that it can use its fields', async () => {
    class Scaler {
      constructor(private readonly factor: number) {}
      processBatch(numbers: readonly number[]): number[] {
        return numbers.map((n) => n * this.factor);
      }
    }
    const clock = new ManualClock();
    const call = new Watched(new DynamicBatcher({}, new Scaler(3), { clock }).process(5));
    await clock.advance();

    expect(call.response).toBe(15);
  });

  it('rejects only the caller whose result is an Error, with that very error', async () => {
    const { clock, processor, sendAll } = setUp();
    const calls = sendAll('abc');
    await clock.advance();

    const spoiled = new Error('b is spoiled');
    processor.running[0]?.succeed(['A', spoiled, 'C']);
    await clock.advance();

    expect(calls.map((call) => call.response)).toEqual(['A', undefined, 'C']);
    expect(calls.map((call) => call.error)).toEqual([undefined, spoiled, undefined]);
    expect(calls[1]?.error).toBe(spoiled);
  });

  it('rejects every caller of a batch whose processor rejects, and tells the cause', async () => {
    const { clock, processor, sendAll } = setUp();
    const calls = sendAll('ab');
    await clock.advance();

    const outOfMemory = new Error('out of memory');
    processor.running[0]?.fail(outOfMemory);
    await clock.advance();

    for (const call of calls) {
      expect(call.error).toBeInstanceOf(BatchProcessingError);
      expect((call.error as BatchProcessingError).cause).toBe(outOfMemory);
      expect((call.error as BatchProcessingError).message).toBe(
        'Batcher "letters": the processor failed on batch 1 of 2 requests: out of memory',
      );
    }
  });

  it('treats what the processor throws while it is called as what it rejects with', async () => {
    const clock = new ManualClock();
    const broken = new Error('no device');
    const batcher = new DynamicBatcher(
      {},
      (): string[] => {
        throw broken;
      },
      { clock },
    );
    const call = new Watched(batcher.process('a'));
    await clock.advance();

    expect(call.error).toBeInstanceOf(BatchProcessingError);
    expect((call.error as BatchProcessingError).cause).toBe(broken);
  });

  it('passes on an error of its own kinds as the processor threw it', async () => {
    const { clock, processor, send } = setUp();
    const call = send('a');
    await clock.advance();

    const invalid = new InvalidRequestError('received 3 pixels, expected 784');
    processor.running[0]?.fail(invalid);
    await clock.advance();

    expect(call.error).toBe(invalid);
  });

  it('ends a batch whose processor threw what cannot be turned into text, and goes on', async () => {
    const { clock, processor, send } = setUp({ maxBatchSize: 1 });
    const [first, second] = [send('a'), send('b')];
    await clock.advance();

    processor.running[0]?.fail(Object.create(null));
    await clock.advance();
    expect(first.error).toBeInstanceOf(BatchProcessingError);

    processor.running[0]?.succeed();
    await clock.advance();
    expect(second.response).toBe('B');
  });

  it.each<[string, unknown, string]>([
    ['one result too few', ['A', 'B'], '2 results'],
    ['one result too many', ['A', 'B', 'C', 'D'], '4 results'],
    ['no results', [], '0 results'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a string of the right length', 'ABC', 'a value of type string'],
    ['an object with the right length', { 0: 'A', 1: 'B', 2: 'C', length: 3 }, 'a value of type object'],
  ])('gives nobody a result when the processor returns %s', async (_, results, received) => {
    const clock = new ManualClock();
    const batcher = new DynamicBatcher({}, () => results as string[], { clock });
    const calls = ['a', 'b', 'c'].map((letter) => new Watched(batcher.process(letter)));
    await clock.advance();

    for (const call of calls) {
      expect(call.response).toBeUndefined();
      expect(call.error).toBeInstanceOf(ResponseCountMismatchError);
      expect((call.error as Error).message).toContain(`returned ${received} for a batch of 3 requests`);
    }
  });

  it.each<[string, (batch: { fail(error: unknown): void; succeed(results: string[]): void }) => void]>([
    ['fails', (batch) => batch.fail(new Error('broken'))],
    ['returns the wrong number of results', (batch) => batch.succeed([])],
  ])('goes on with the next batch after one that %s', async (_, end) => {
    const { clock, processor, sendAll } = setUp({ maxBatchSize: 1 });
    const [, second] = sendAll('ab');
    await clock.advance();

    processor.running.forEach(end);
    await clock.advance();
    processor.running[0]?.succeed();
    await clock.advance();

    expect(second?.response).toBe('B');
  });

  it('tells a caller who asks which batch its response rode in', async () => {
    const { clock, processor, batcher, send } = setUp({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    send('a');
    await clock.advance(4);
    const call = new Watched(batcher.processWithInfo('b'));
    await clock.advance(6);
    await clock.advance(25);
    processor.running[0]?.succeed();
    await clock.advance();

    expect(call.response).toEqual({
      response: 'B',
      batch: { batchId: 1, batchSize: 2, queueTimeMs: 6, processingTimeMs: 25, dispatchReason: 'waited' },
    });
  });

  it('tells the processor the number and the size of the batch', async () => {
    const { clock, processor, sendAll } = setUp({ maxBatchSize: 2, maxConcurrentBatches: 2 });
    sendAll('abc');
    await clock.advance();

    expect(processor.batches.map(({ context }) => [context.batchId, context.batchSize])).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });
});

describe('DynamicBatcher: admission', () => {
  it('refuses a request whose signal is already aborted, with the reason of the signal', async () => {
    const { clock, processor, batcher, send } = setUp();
    const call = send('a', { signal: AbortSignal.abort('gone') });
    await clock.advance();

    expect(call.error).toBeInstanceOf(RequestAbortedError);
    expect((call.error as RequestAbortedError).cause).toBe('gone');
    expect(processor.batches).toEqual([]);
    expect(batcher.getStatistics()).toMatchObject({ refused: { ABORTED: 1 }, requests: { accepted: 0 } });
  });

  it.each([0, -1, -Infinity])('refuses a request with %d ms left as already late', async (timeoutMs) => {
    const { clock, processor, send } = setUp();
    const call = send('a', { timeoutMs });
    await clock.advance();

    expect(call.error).toBeInstanceOf(DeadlineExceededError);
    expect(call.error).toMatchObject({ phase: 'admission', timeoutMs, isRetryable: true });
    expect(processor.batches).toEqual([]);
  });

  it.each<[unknown, string]>([
    [NaN, 'NaN'],
    ['50', '"50"'],
    [{}, 'an object'],
  ])('refuses the timeoutMs %p and says so', async (timeoutMs, received) => {
    const { clock, send } = setUp();
    const call = send('a', { timeoutMs: timeoutMs as number });
    await clock.advance();

    expect(call.error).toBeInstanceOf(InvalidRequestError);
    expect((call.error as Error).message).toBe(
      `Batcher "letters": received the timeoutMs ${received}, expected a number of milliseconds.`,
    );
  });

  it('refuses what the processor calls invalid, before it takes a place or spoils a batch', async () => {
    const clock = new ManualClock();
    const processor = new FakeProcessor((n: number): number => n);
    const batcher = new DynamicBatcher(
      {},
      {
        processBatch: processor.processBatch,
        validateRequest: (n: number) => {
          if (n < 0) throw new InvalidRequestError(`received ${n}, expected 0 or more`);
        },
      },
      { clock },
    );
    const calls = [1, -2, 3].map((n) => new Watched(batcher.process(n)));
    expect(batcher.getStatistics().currentQueueSize).toBe(2);
    await clock.advance();

    expect(calls[1]?.error).toBeInstanceOf(InvalidRequestError);
    expect(processor.requestsByBatch).toEqual([[1, 3]]);
    expect(batcher.getStatistics().refused).toEqual({ INVALID_REQUEST: 1 });
  });

  it('refuses a request over maxQueueSize at once, and says what the limit is', async () => {
    const { clock, batcher, sendAll } = await setUpBusy({ maxBatchSize: 2, maxQueueSize: 2 });
    const calls = sendAll('abc');
    await clock.advance();

    expect(calls.map((call) => call.isSettled)).toEqual([false, false, true]);
    expect(calls[2]?.error).toBeInstanceOf(QueueFullError);
    expect((calls[2]?.error as Error).message).toContain(
      'holds all of the 2 requests that maxQueueSize allows',
    );
    expect(batcher.getStatistics()).toMatchObject({
      currentQueueSize: 2,
      isQueueFull: true,
      refused: { QUEUE_FULL: 1 },
    });
  });

  it('tells a refused caller to wait longer, the more batches are ahead', async () => {
    const retryAfterMsAt = async (maxQueueSize: number): Promise<number> => {
      const { clock, send } = await setUpBusy({ maxBatchSize: 2, maxQueueSize, maxWaitTimeMs: 10 });
      for (let place = 0; place < maxQueueSize; place += 1) send('a');
      const refused = send('b');
      await clock.advance();
      return (refused.error as QueueFullError).retryAfterMs;
    };

    expect([await retryAfterMsAt(2), await retryAfterMsAt(4), await retryAfterMsAt(8)]).toEqual([10, 20, 40]);
  });

  it('learns from the batches it has seen when a retry is worth it', async () => {
    const { clock, processor, send, sendAll } = await setUpBusy({ maxBatchSize: 2, maxQueueSize: 2 });
    await clock.advance(300);
    sendAll('ab');
    processor.running[0]?.succeed();
    await clock.advance();
    sendAll('cd');
    const refused = send('e');
    await clock.advance();

    expect((refused.error as QueueFullError).retryAfterMs).toBe(300);
  });

  it('refuses a request once it is closed', async () => {
    const { clock, batcher, send } = setUp();
    await batcher.close();
    const call = send('a');
    await clock.advance();

    expect(call.error).toBeInstanceOf(BatcherClosedError);
    expect(batcher.getStatistics().refused).toEqual({ BATCHER_CLOSED: 1 });
  });

  it('never throws out of the call itself, whatever it is called with', async () => {
    const { clock, batcher } = setUp();
    const call = new Watched(batcher.process('a', { signal: {} as AbortSignal }));
    await clock.advance();

    expect(call.error).toBeInstanceOf(TypeError);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, refused: { UNKNOWN: 1 } });
  });

  it('is not constructed with a wrong configuration, and names itself in the error', () => {
    const construct = (): unknown => new DynamicBatcher({ maxBatchSize: 0 }, () => [], { name: 'digits' });
    expect(construct).toThrow(InvalidConfigError);
    expect(construct).toThrow(/batcher "digits"/);
  });
});

describe('DynamicBatcher: when a batch runs', () => {
  it('lets requests of the same turn of the event loop share a batch', async () => {
    const { clock, processor, sendAll } = setUp();
    sendAll('ab');
    await Promise.resolve();
    sendAll('cd');
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['a', 'b', 'c', 'd']]);
  });

  it('does not split the requests of one turn when another of them is taken back', async () => {
    const { clock, processor, send } = setUp();
    const controller = new AbortController();
    send('a');
    send('b', { signal: controller.signal });
    controller.abort();
    send('c');
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['a', 'c']]);
  });

  it('runs a full batch without waiting for the end of the turn', () => {
    const { processor, sendAll } = setUp({ maxBatchSize: 3, timeoutStrategy: 'wait-for-full' });
    sendAll('abc');

    expect(processor.requestsByBatch).toEqual([['a', 'b', 'c']]);
  });

  it('runs a batch of the preferred size without waiting for the end of the turn', () => {
    const { processor, batcher, sendAll } = setUp({
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
      const { clock, processor, send } = setUp({ timeoutStrategy, maxWaitTimeMs: 10 });
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
    const { clock, processor, send } = setUp({ timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 10 });
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
    const { clock, processor, sendAll } = setUp({
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
    const { clock, processor, sendAll } = await setUpBusy({ maxBatchSize: 3 });
    sendAll('abcdefgh');
    for (let batch = 0; batch < 4; batch += 1) {
      processor.running[0]?.succeed();
      await clock.advance();
    }

    expect(processor.requestsByBatch).toEqual([['busy'], ['a', 'b', 'c'], ['d', 'e', 'f'], ['g', 'h']]);
  });

  it('never runs more than maxConcurrentBatches', async () => {
    const { clock, processor, batcher, sendAll } = setUp({ maxBatchSize: 1, maxConcurrentBatches: 2 });
    sendAll('abcd');
    await clock.advance();
    expect(processor.running.map(({ requests }) => requests)).toEqual([['a'], ['b']]);
    expect(batcher.getStatistics()).toMatchObject({ batchesInFlight: 2, currentQueueSize: 2 });

    processor.running[1]?.succeed();
    await clock.advance();
    expect(processor.running.map(({ requests }) => requests)).toEqual([['a'], ['c']]);
  });

  it('forms a batch when a slot takes it, not before: until then newcomers join and others leave', async () => {
    const { clock, processor, send } = await setUpBusy({ maxBatchSize: 3 });
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
    const { clock, processor, send, sendAll } = await setUpBusy({ maxBatchSize: 2 });
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

describe('DynamicBatcher: a caller who leaves', () => {
  it('is answered at once while it waits, and never reaches the processor', async () => {
    const { clock, processor, send } = await setUpBusy();
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
    const { clock, send } = await setUpBusy({ maxBatchSize: 2, maxQueueSize: 2 });
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    send('b');
    controller.abort();
    const call = send('c');
    await clock.advance();

    expect(call.isSettled).toBe(false);
  });

  it('is answered at once while its batch runs; its result is dropped, its neighbors get theirs', async () => {
    const { clock, processor, batcher, send } = setUp();
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
    const { clock, processor, batcher, send } = setUp();
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
    const { clock, processor, send } = await setUpBusy();
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

  it.each<[string, (parts: Awaited<ReturnType<typeof setUpBusy>>) => Promise<void> | void]>([
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
    const parts = await setUpBusy();
    const { signal } = new AbortController();
    const call = parts.send('a', { signal, timeoutMs: 100 });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    await end(parts);
    await parts.clock.advance();
    expect(call.isSettled).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leaves no listener on a signal whose request was refused', async () => {
    const { clock, sendAll, send } = await setUpBusy({ maxBatchSize: 1, maxQueueSize: 1 });
    sendAll('a');
    const { signal } = new AbortController();
    const refused = send('b', { signal });
    await clock.advance();

    expect(refused.error).toBeInstanceOf(QueueFullError);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('DynamicBatcher: deadlines', () => {
  it('rejects a waiting request exactly when its time is over, while every slot is busy', async () => {
    const { clock, processor, send } = await setUpBusy();
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
    const { clock, send } = await setUpBusy({ maxBatchSize: 2, maxQueueSize: 2 });
    send('a');
    send('b', { timeoutMs: 30 });
    await clock.advance(30);
    const call = send('c');
    await clock.advance();

    expect(call.isSettled).toBe(false);
  });

  it('expires each request at its own time, whatever the order in which they came', async () => {
    const { clock, send } = await setUpBusy();
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
    const { clock, processor, send } = setUp();
    const late = send('a', { timeoutMs: 30 });
    const patient = send('b');
    await clock.advance(30);
    expect(late.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'execution' });

    processor.running[0]?.succeed();
    await clock.advance();
    expect(late.response).toBeUndefined();
    expect(patient.response).toBe('B');
  });

  it('lets a request expire that waits for company, without waking the others', async () => {
    const { clock, processor, send } = setUp({ timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 100 });
    const late = send('a', { timeoutMs: 30 });
    await clock.advance(20);
    send('b');
    await clock.advance(99);
    expect(late.error).toBeInstanceOf(DeadlineExceededError);
    expect(processor.batches).toEqual([]);

    await clock.advance(1);
    expect(processor.requestsByBatch).toEqual([['b']]);
  });

  it('gives the time of the configuration to a call that does not say, and its own to one that does', async () => {
    const { clock, send } = await setUpBusy({ defaultTimeoutMs: 50 });
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
    const call = new Watched(batcher.process('a', { timeoutMs: 33.3 }));
    await clock.advance(34);

    expect((call.error as Error).message).toBe(
      `Batcher "letters": the request's 33.3 ms ran out while its batch was running; its result is dropped.`,
    );
  });
});

describe('DynamicBatcher: the signal of a batch', () => {
  it('is aborted when all its callers have left, and not before', async () => {
    const { clock, processor, send } = setUp();
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
    const { clock, processor, send } = setUp({ maxBatchSize: 2, maxConcurrentBatches: 2 });
    send('a', { timeoutMs: 10 });
    send('b', { timeoutMs: 20 });
    send('c', { timeoutMs: 10 });
    send('d');
    await clock.advance(20);

    expect(processor.running.map(({ context }) => context.signal.aborted)).toEqual([true, false]);
  });

  it('is aborted when the batcher is closed', async () => {
    const { clock, processor, batcher, send } = setUp();
    send('a');
    await clock.advance();
    const signal = processor.running[0]?.context.signal;
    await batcher.close();

    expect(signal?.aborted).toBe(true);
  });

  it('is not aborted when callers leave who are not in the batch', async () => {
    const { clock, processor, send } = await setUpBusy();
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    send('b', { timeoutMs: 10 });
    controller.abort();
    await clock.advance(10);

    expect(processor.running[0]?.context.signal.aborted).toBe(false);
  });

  it('is one and the same for one batch', async () => {
    const { clock, processor, send } = setUp();
    send('a');
    await clock.advance();
    const context = processor.running[0]?.context;

    expect(context?.signal).toBe(context?.signal);
  });
});

describe('DynamicBatcher: a processor that calls the batcher while it is called', () => {
  /** The processor does `act` when its first batch comes. */
  function setUpActing(
    config: BatchingConfig,
    act: (batcher: DynamicBatcher<string, string>) => void,
    clock = new ManualClock(),
  ) {
    const fake = new FakeProcessor((letter: string): string => letter.toUpperCase());
    const batcher = new DynamicBatcher<string, string>(
      config,
      (requests: readonly string[], context: BatchContext) => {
        const ending = fake.processBatch(requests, context);
        if (context.batchId === 1) act(batcher);
        return ending;
      },
      { clock },
    );
    return { clock, fake, batcher };
  }

  it('may send further requests; they ride in later batches', async () => {
    const nested: Watched<string>[] = [];
    const { clock, fake, batcher } = setUpActing({ maxBatchSize: 2, maxConcurrentBatches: 2 }, (acting) => {
      nested.push(...['x', 'y', 'z'].map((letter) => new Watched(acting.process(letter))));
    });
    const outer = new Watched(batcher.process('a'));
    await clock.advance();
    expect(fake.requestsByBatch).toEqual([['a'], ['x', 'y']]);

    fake.running[1]?.succeed();
    await clock.advance();
    fake.running[1]?.succeed();
    fake.running[0]?.succeed();
    await clock.advance();
    expect([outer, ...nested].map((call) => call.response)).toEqual(['A', 'X', 'Y', 'Z']);
  });

  it('is not called again before it has returned', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    const batcher = new DynamicBatcher<string, string>(
      { maxBatchSize: 1, maxConcurrentBatches: 3 },
      (requests: readonly string[], { batchId }: BatchContext) => {
        order.push(`called with ${batchId}`);
        if (batchId < 3) void batcher.process('again');
        order.push(`returned ${batchId}`);
        return [...requests];
      },
      { clock },
    );
    void batcher.process('a');
    await clock.advance();

    expect(order).toEqual([1, 2, 3].flatMap((id) => [`called with ${id}`, `returned ${id}`]));
  });

  it('may close the batcher; everyone is rejected and no further batch starts', async () => {
    const calls: Watched<string>[] = [];
    const { clock, fake, batcher } = setUpActing({ maxBatchSize: 1, maxConcurrentBatches: 2 }, (acting) => {
      calls.push(new Watched(acting.process('x')));
      void acting.close();
    });
    calls.push(new Watched(batcher.process('a')));
    await clock.advance();

    expect(fake.requestsByBatch).toEqual([['a']]);
    expect(calls.map((call) => call.error)).toEqual([
      expect.any(BatcherClosedError),
      expect.any(BatcherClosedError),
    ]);
    expect(batcher.state).toBe('closed');
    expect(batcher.getStatistics().requests).toMatchObject({ accepted: 2, closed: 2 });
  });

  it('gets no request whose time ran out while it was being called', async () => {
    const clock = new SkippingClock();
    const nested: Watched<string>[] = [];
    const { fake, batcher } = setUpActing(
      { maxConcurrentBatches: 2 },
      (acting) => {
        nested.push(
          ...[40, 60].map((timeoutMs) => new Watched(acting.process(`x${timeoutMs}`, { timeoutMs }))),
        );
        clock.skippedMs += 50;
      },
      clock,
    );
    void batcher.process('a');
    await clock.advance();

    expect(nested[0]?.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'queue' });
    expect(fake.requestsByBatch).toEqual([['a'], ['x60']]);
  });

  it('may let a caller of its own batch leave', async () => {
    const controller = new AbortController();
    const { clock, fake, batcher } = setUpActing({}, () => controller.abort());
    const leaving = new Watched(batcher.process('a', { signal: controller.signal }));
    const staying = new Watched(batcher.process('b'));
    await clock.advance();
    fake.running[0]?.succeed();
    await clock.advance();

    expect(leaving.error).toBeInstanceOf(RequestAbortedError);
    expect(staying.response).toBe('B');
  });
});

describe('DynamicBatcher: expedite', () => {
  it('runs at once what waits for company, and lets nobody wait for company any more', async () => {
    const { clock, processor, batcher, send } = setUp({
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
    const { clock, processor, batcher, send } = setUp();
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
    const { clock, processor, batcher, send } = setUp({
      maxBatchSize: 2,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    const accepted = ['a', 'b', 'c'].map((letter) => send(letter));
    const drained = new Watched(batcher.drain());
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
    const { clock, processor, batcher, sendAll } = setUp({ maxBatchSize: 2 });
    const calls = sendAll('abc');
    const drained = new Watched(batcher.drain({ timeoutMs: 100 }));
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
    const { clock, batcher } = await setUpBusy({ drainTimeoutMs: 70 });
    const drained = new Watched(batcher.drain());
    await clock.advance(69);
    expect(drained.isSettled).toBe(false);

    await clock.advance(1);
    expect(drained.isSettled).toBe(true);
  });

  it.each([
    [500, 40],
    [40, 500],
  ])('called with %d ms and again with %d ms, ends after the shorter time', async (first, second) => {
    const { clock, batcher, busy } = await setUpBusy();
    const drains = [first, second].map((timeoutMs) => new Watched(batcher.drain({ timeoutMs })));
    await clock.advance(39);
    expect(busy.isSettled).toBe(false);

    await clock.advance(1);
    expect(busy.error).toBeInstanceOf(BatcherClosedError);
    expect(drains.map((drain) => drain.response?.rejectedRequests)).toEqual([1, 1]);
  });

  it('with no time rejects everything at once', async () => {
    const { processor, clock, batcher, busy, sendAll } = await setUpBusy({ maxBatchSize: 2 });
    const waiting = sendAll('ab');
    const drained = new Watched(batcher.drain({ timeoutMs: 0 }));
    expect(batcher.state).toBe('closed');
    await clock.advance();

    expect([busy, ...waiting].every((call) => call.error instanceof BatcherClosedError)).toBe(true);
    expect(drained.response).toEqual({ isComplete: false, rejectedRequests: 3 });
    expect(processor.requestsByBatch).toEqual([['busy']]);
  });

  it('starts no batch any more when its time is over, though a slot is free', async () => {
    const { clock, processor, batcher, send } = setUp({
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
    const { clock, batcher, send } = setUp();
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
    const { batcher } = setUp();
    expect(await batcher.drain({ timeoutMs: 0 })).toEqual({ isComplete: true, rejectedRequests: 0 });
  });

  it('ends at once when the last caller leaves while it waits', async () => {
    const { clock, processor, batcher, send } = await setUpBusy();
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    const drained = new Watched(batcher.drain());
    processor.running[0]?.succeed();
    controller.abort();
    await clock.advance();

    expect(drained.response).toEqual({ isComplete: true, rejectedRequests: 0 });
    expect(processor.requestsByBatch).toEqual([['busy']]);
  });

  it('tells the same again when it is called after the end', async () => {
    const { batcher } = await setUpBusy();
    await batcher.close();

    expect(await batcher.drain()).toEqual({ isComplete: false, rejectedRequests: 1 });
  });

  it.each<[unknown, string]>([
    [NaN, 'NaN'],
    [-1, '-1'],
    ['5', '"5"'],
  ])('refuses the time %p, and stays as it was', (timeoutMs, received) => {
    const { batcher } = setUp();
    expect(() => batcher.drain({ timeoutMs: timeoutMs as number })).toThrow(
      new RangeError(`drain: received the timeoutMs ${received}, expected milliseconds, 0 or more.`),
    );
    expect(batcher.state).toBe('open');
  });

  it('is what `await using` does at the end of the block', async () => {
    const { clock, processor, batcher, busy } = await setUpBusy();
    const disposed = new Watched(batcher[Symbol.asyncDispose]());
    expect(batcher.state).toBe('draining');

    processor.running[0]?.succeed();
    await clock.advance();
    expect(busy.response).toBe('BUSY');
    expect(disposed.isSettled).toBe(true);
  });

  it('keeps the deadlines of the callers', async () => {
    const { clock, batcher, send } = await setUpBusy();
    const hurried = send('a', { timeoutMs: 10 });
    void batcher.drain();
    await clock.advance(10);

    expect(hurried.error).toBeInstanceOf(DeadlineExceededError);
  });
});

describe('DynamicBatcher: statistics', () => {
  it('tells of the queue as it is now', async () => {
    const { clock, batcher, sendAll } = await setUpBusy({ maxBatchSize: 2, maxQueueSize: 3 });
    expect(batcher.getStatistics()).toMatchObject({ isQueueEmpty: true, oldestWaitMs: 0 });

    sendAll('a');
    await clock.advance(7);
    sendAll('b');
    expect(batcher.getStatistics()).toMatchObject({
      currentQueueSize: 2,
      maxQueueSize: 3,
      isQueueFull: false,
      isQueueEmpty: false,
      oldestWaitMs: 7,
      requestsInFlight: 1,
      batchesInFlight: 1,
      maxConcurrentBatches: 1,
    });
  });

  it('accounts for every accepted request: settled, waiting or in a running batch', async () => {
    const { clock, processor, batcher, send, sendAll } = setUp({ maxBatchSize: 3, maxConcurrentBatches: 2 });
    const controller = new AbortController();
    const accounts = (): number[] => {
      const { requests, currentQueueSize, requestsInFlight } = batcher.getStatistics();
      const { accepted, succeeded, failed, expired, aborted, closed } = requests;
      return [accepted, succeeded + failed + expired + aborted + closed, currentQueueSize, requestsInFlight];
    };
    send('a', { signal: controller.signal });
    send('b', { timeoutMs: 10 });
    sendAll('cdefgh');
    expect(accounts()).toEqual([8, 0, 2, 6]);

    controller.abort();
    await clock.advance(10);
    expect(accounts()).toEqual([8, 2, 2, 4]);

    processor.running[0]?.succeed();
    await clock.advance();
    expect(accounts()).toEqual([8, 3, 0, 5]);

    processor.running[0]?.fail(new Error('broken'));
    await clock.advance();
    expect(accounts()).toEqual([8, 6, 0, 2]);

    await batcher.close();
    expect(accounts()).toEqual([8, 8, 0, 0]);
    processor.running[0]?.succeed();
    await clock.advance();
    expect(accounts()).toEqual([8, 8, 0, 0]);
    expect(batcher.getStatistics().requests).toEqual({
      accepted: 8,
      succeeded: 1,
      failed: 3,
      expired: 1,
      aborted: 1,
      closed: 2,
    });
  });

  it('counts batches by size, reason and ending, and how long they took', async () => {
    const { clock, processor, batcher, sendAll } = setUp({ maxBatchSize: 2 });
    sendAll('abc');
    await clock.advance(40);
    processor.running[0]?.succeed();
    await clock.advance(20);
    processor.running[0]?.fail(new Error('broken'));
    await clock.advance();

    const { batches, processingTimeMs, queueTimeMs } = batcher.getStatistics();
    expect(batches).toEqual({
      dispatched: 2,
      completed: 1,
      failed: 1,
      meanSize: 1.5,
      sizes: { 1: 1, 2: 1 },
      dispatchReasons: { full: 1, adaptive: 1 },
    });
    expect(processingTimeMs).toMatchObject({ count: 2, mean: 30, max: 40 });
    expect(queueTimeMs).toMatchObject({ count: 3, max: 40 });
  });

  it('counts only the neighbors of an Error in a result as succeeded', async () => {
    const { clock, processor, batcher, sendAll } = setUp();
    sendAll('abc');
    await clock.advance();
    processor.running[0]?.succeed(['A', new Error('b is spoiled'), 'C']);
    await clock.advance();

    expect(batcher.getStatistics()).toMatchObject({
      requests: { succeeded: 2, failed: 1 },
      batches: { completed: 1, failed: 0 },
    });
  });

  it('is a snapshot: what happens later does not change it', async () => {
    const { clock, batcher, sendAll } = setUp();
    const before = batcher.getStatistics();
    const copy = structuredClone(before);
    sendAll('abc');
    await batcher.close();
    sendAll('d');
    await clock.advance();

    expect(before).toEqual(copy);
  });

  it('passes on what the processor says of its health, and takes silence for readiness', () => {
    const silent = new DynamicBatcher({}, () => []);
    expect(silent.getProcessorHealth()).toEqual({ isReady: true });

    const loading = { isReady: false, reason: 'The model is being loaded.' };
    const telling = new DynamicBatcher({}, { processBatch: () => [], getHealth: () => loading });
    expect(telling.getProcessorHealth()).toEqual(loading);
  });
});

describe('DynamicBatcher: what it costs', () => {
  it('owns one alarm, however many requests have deadlines', async () => {
    const { clock, send } = await setUpBusy();
    for (let count = 0; count < 100; count += 1) send('a', { timeoutMs: 10 + count });
    await clock.advance(50);

    expect(clock.alarmsCreated).toBe(1);
  });

  it('has no alarm set while nothing is to be done at any time', async () => {
    const { clock, processor, send } = setUp({ timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 10 });
    const controller = new AbortController();
    expect(clock.alarmAtMs).toBe(Infinity);

    send('a', { timeoutMs: 100 });
    await clock.advance();
    expect(clock.alarmAtMs).toBe(1010);
    await clock.advance(10);
    expect(clock.alarmAtMs).toBe(1100);
    processor.running[0]?.succeed();
    await clock.advance();
    expect(clock.alarmAtMs).toBe(Infinity);

    send('b', { signal: controller.signal });
    await clock.advance();
    expect(clock.alarmAtMs).toBe(1020);
    controller.abort();
    expect(clock.alarmAtMs).toBe(Infinity);
  });

  it('has no alarm set when it is closed, though a batch still runs', async () => {
    const { clock, batcher, send } = await setUpBusy({ maxBatchSize: 1 });
    send('a', { timeoutMs: 100 });
    await batcher.close();

    expect(clock.alarmAtMs).toBe(Infinity);
  });
});
