import { ManualClock } from 'nestjs-batching/testing';

import { WatchedPromise } from '../../../test/core/watched-promise.js';
import type { ProcessBatch } from './processor/batch-processor.js';
import { DynamicBatcher } from './dynamic-batcher.js';

/** One that tells nothing of itself. */
function revokedProxy(target: object = {}): never {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
}

/** Three letters in batches of two, one at a time; with or without a wish, since those take different ways. */
async function sendThree(processBatch: ProcessBatch<string, string>, timeoutMs?: number) {
  const clock = new ManualClock();
  const batcher = new DynamicBatcher<string, string>({ maxBatchSize: 2 }, processBatch, { clock });
  const calls = ['a', 'b', 'c'].map(
    (letter) => new WatchedPromise(batcher.process(letter, timeoutMs === undefined ? {} : { timeoutMs })),
  );
  for (let turn = 0; turn < 5; turn += 1) await clock.advance(1);
  return { clock, batcher, calls };
}

const outcomes = (calls: readonly WatchedPromise<string>[]): unknown[] =>
  calls.map(({ response, error }) => (error === undefined ? response : (error as Error).message));

describe.each([
  ['of ordinary requests', undefined],
  ['of requests with a deadline', 1000],
])('DynamicBatcher: odd results %s', (_, timeoutMs) => {
  it('reject the one request whose result cannot be read', async () => {
    const { batcher, calls } = await sendThree((letters) => {
      const results = letters.map((letter) => letter.toUpperCase());
      if (letters.includes('a')) {
        Object.defineProperty(results, 0, {
          get: () => {
            throw new Error('a cannot be decoded');
          },
        });
      }
      return results;
    }, timeoutMs);
    expect(outcomes(calls)).toEqual(['a cannot be decoded', 'B', 'C']);
    expect(batcher.getStatistics()).toMatchObject({
      batchesInFlight: 0,
      requests: { accepted: 3, succeeded: 2, failed: 1 },
    });
  });

  it('are given on, or rejected, where they tell nothing of themselves', async () => {
    const { batcher, calls } = await sendThree(
      (letters) => letters.map((letter) => (letter === 'a' ? revokedProxy() : letter)),
      timeoutMs,
    );
    expect(outcomes(calls)).toEqual([expect.stringContaining('revoked'), 'b', 'c']);
    expect(batcher.getStatistics().batchesInFlight).toBe(0);
  });

  it.each<[string, string, ProcessBatch<string, string>]>([
    ['that is returned', 'revoked', () => revokedProxy([])],
    ['that is promised', 'revoked', () => Promise.resolve().then(() => revokedProxy([]))],
    [
      'that is thrown',
      'threw a value of type object',
      () => {
        throw revokedProxy() as Error;
      },
    ],
    [
      'that hides behind a length',
      'no length',
      () =>
        new Proxy<string[]>([], {
          get: (target, name): unknown => {
            if (name === 'length') throw new Error('no length');
            return Reflect.get(target, name);
          },
        }),
    ],
  ])('fail their batch and free its slot if it is a list %s', async (_how, why, processBatch) => {
    const { batcher, calls } = await sendThree(processBatch, timeoutMs);
    const told: unknown = expect.stringContaining(why);
    expect(outcomes(calls)).toEqual([told, told, told]);
    expect(batcher.getStatistics()).toMatchObject({ batchesInFlight: 0, requests: { failed: 3 } });
  });

  it('may be errors that fail to tell whether another try would help', async () => {
    const { calls } = await sendThree(() => {
      throw Object.defineProperty(new Error('no luck'), 'isRetryable', {
        get: () => {
          throw new Error('never tells');
        },
      });
    }, timeoutMs);
    const noLuck: unknown = expect.stringContaining('no luck');
    expect(outcomes(calls)).toEqual([noLuck, noLuck, noLuck]);
  });

  it('may be promises, which keep the slot until all are there, and fail one by one', async () => {
    // Whatever is thrown: it need not be an error.
    const reason = 'a is spoiled' as unknown as Error;
    const waiting: (() => void)[] = [];
    const { clock, batcher, calls } = await sendThree(
      (letters) =>
        letters.map(async (letter) => {
          await new Promise<void>((resolve) => waiting.push(resolve));
          if (letter === 'a') throw reason;
          return letter.toUpperCase();
        }),
      timeoutMs,
    );
    expect([waiting.length, batcher.getStatistics().batchesInFlight]).toEqual([2, 1]);
    waiting.forEach((resolve) => resolve());
    for (let turn = 0; turn < 5; turn += 1) await clock.advance(1);
    expect(outcomes(calls.slice(0, 2))).toEqual(['a is spoiled', 'B']);
    expect(waiting).toHaveLength(3);
    waiting[2]?.();
    for (let turn = 0; turn < 5; turn += 1) await clock.advance(1);
    expect(outcomes(calls)).toEqual(['a is spoiled', 'B', 'C']);
    expect(batcher.getStatistics()).toMatchObject({ requests: { succeeded: 2, failed: 1 } });
  });
});
