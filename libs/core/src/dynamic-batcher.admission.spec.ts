import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import {
  BatcherClosedError,
  DeadlineExceededError,
  InvalidConfigError,
  InvalidRequestError,
  QueueFullError,
  RequestAbortedError,
} from './errors/index.js';
import type { RequestOptions } from './requests/request-options.js';

describe('DynamicBatcher: admission', () => {
  it('refuses a request whose signal is already aborted, with the reason of the signal', async () => {
    const { clock, processor, batcher, send } = setUpLetters();
    const call = send('a', { signal: AbortSignal.abort('gone') });
    await clock.advance();

    expect(call.error).toBeInstanceOf(RequestAbortedError);
    expect((call.error as RequestAbortedError).cause).toBe('gone');
    expect(processor.batches).toEqual([]);
    expect(batcher.getStatistics()).toMatchObject({ refused: { ABORTED: 1 }, requests: { accepted: 0 } });
  });

  it.each([0, -1, -Infinity])('refuses a request with %d ms left as already late', async (timeoutMs) => {
    const { clock, processor, send } = setUpLetters();
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
    const { clock, send } = setUpLetters();
    const call = send('a', { timeoutMs: timeoutMs as number });
    await clock.advance();

    expect(call.error).toBeInstanceOf(InvalidRequestError);
    expect((call.error as Error).message).toBe(
      `Batcher "letters": received the timeoutMs ${received}, expected a number of milliseconds.`,
    );
  });

  it.each<[string, (letters: DynamicBatcher<string, string>, options: RequestOptions) => Promise<unknown>]>([
    ['process', (letters, options) => letters.process('a', options)],
    ['processWithInfo', (letters, options) => letters.processWithInfo('a', options)],
    ['processMany', (letters, options) => letters.processMany(['a', 'b'], options)],
    ['processMany of nothing', (letters, options) => letters.processMany([], options)],
  ])('refuses a call of %s whose options are no object, and counts it', async (_, call) => {
    for (const options of [null, 200, 'urgent', [200]] as unknown as RequestOptions[]) {
      const { batcher } = setUpLetters();
      const error: unknown = await call(batcher, options).catch((reason: unknown) => reason);

      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toContain('expected an object such as { timeoutMs: 200 }');
      expect(batcher.getStatistics()).toMatchObject({
        refused: { INVALID_REQUEST: 1 },
        requests: { accepted: 0 },
      });
    }
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
    const calls = [1, -2, 3].map((n) => new WatchedPromise(batcher.process(n)));
    expect(batcher.getStatistics().currentQueueSize).toBe(2);
    await clock.advance();

    expect(calls[1]?.error).toBeInstanceOf(InvalidRequestError);
    expect(processor.requestsByBatch).toEqual([[1, 3]]);
    expect(batcher.getStatistics().refused).toEqual({ INVALID_REQUEST: 1 });
  });

  it('refuses a request over maxQueueSize at once, and says what the limit is', async () => {
    const { clock, batcher, sendAll } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 2 });
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
      const { clock, send } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize, maxWaitTimeMs: 10 });
      for (let place = 0; place < maxQueueSize; place += 1) send('a');
      const refused = send('b');
      await clock.advance();
      return (refused.error as QueueFullError).retryAfterMs;
    };

    expect([await retryAfterMsAt(2), await retryAfterMsAt(4), await retryAfterMsAt(8)]).toEqual([10, 20, 40]);
  });

  it('learns from the batches it has seen when a retry is worth it', async () => {
    const { clock, processor, send, sendAll } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 2 });
    await clock.advance(300);
    sendAll('ab');
    processor.running[0]?.succeed();
    await clock.advance();
    sendAll('cd');
    const refused = send('e');
    await clock.advance();

    // The batch that has just started, and then the two that wait.
    expect((refused.error as QueueFullError).retryAfterMs).toBe(600);
  });

  it('refuses a request once it is closed', async () => {
    const { clock, batcher, send } = setUpLetters();
    await batcher.close();
    const call = send('a');
    await clock.advance();

    expect(call.error).toBeInstanceOf(BatcherClosedError);
    expect(batcher.getStatistics().refused).toEqual({ BATCHER_CLOSED: 1 });
  });

  it('never throws out of the call itself, whatever it is called with', async () => {
    const { clock, batcher } = setUpLetters();
    const calls = [
      new WatchedPromise(batcher.process('a', { signal: {} as AbortSignal })),
      new WatchedPromise(batcher.processMany(new Set(['a', 'b']) as never)),
    ];
    await clock.advance();

    for (const { error } of calls) expect(error).toBeInstanceOf(InvalidRequestError);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, refused: { INVALID_REQUEST: 2 } });
  });

  it.each([undefined, null, 5])('is not constructed with a configuration that is none (%p)', (config) => {
    const construct = (): unknown => new DynamicBatcher(config as never, () => []);
    expect(construct).toThrow(`config: received ${config}, expected an object`);
  });

  it('is not constructed with a wrong configuration, and names itself in the error', () => {
    const construct = (): unknown => new DynamicBatcher({ maxBatchSize: 0 }, () => [], { name: 'digits' });
    expect(construct).toThrow(InvalidConfigError);
    expect(construct).toThrow(/batcher "digits"/);
  });
});
