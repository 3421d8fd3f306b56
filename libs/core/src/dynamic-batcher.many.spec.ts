import { getEventListeners } from 'node:events';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import type { BatchContext } from './processor/batch-processor.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import {
  InvalidRequestError,
  BatcherClosedError,
  DeadlineExceededError,
  QueueFullError,
  RequestAbortedError,
  RequestTooLargeError,
} from './errors/index.js';

const fulfilled = (value: string) => ({ status: 'fulfilled', value });

describe('DynamicBatcher: many requests at once', () => {
  it('get one result each, in their order, though they ride in several batches', async () => {
    const { clock, processor, batcher, endAllBatches } = setUpLetters({
      maxBatchSize: 3,
      maxConcurrentBatches: 2,
    });
    const call = new WatchedPromise(batcher.processMany([...'abcdefgh']));
    await clock.advance();
    processor.running[1]?.succeed();
    await clock.advance();
    expect(call.isSettled).toBe(false);

    await endAllBatches();
    expect(call.response).toEqual([...'ABCDEFGH'].map(fulfilled));
    expect(processor.requestsByBatch.map((letters) => letters.join(''))).toEqual(['abc', 'def', 'gh']);
  });

  it('listen to their signal once, however many they are, as long as one is not settled', async () => {
    const { clock, batcher, endAllBatches } = setUpLetters({ maxBatchSize: 2 });
    const { signal } = new AbortController();
    const call = new WatchedPromise(batcher.processMany([...'abcd'], { signal }));
    await clock.advance();
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);

    await endAllBatches();
    expect(call.isSettled).toBe(true);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('ride along with others', async () => {
    const { clock, processor, batcher, send } = setUpLetters();
    send('x');
    void batcher.processMany(['a', 'b']);
    send('y');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['x', 'a', 'b', 'y']]);
  });

  it('are settled one by one: what befalls one leaves the others alone', async () => {
    const { clock, processor, batcher } = setUpLetters({ maxBatchSize: 2, maxConcurrentBatches: 3 });
    const call = new WatchedPromise(batcher.processMany([...'abcdef']));
    await clock.advance();
    const spoiled = new Error('b is spoiled');
    processor.batches[0]?.succeed(['A', spoiled]);
    processor.batches[1]?.fail(new Error('broken'));
    processor.batches[2]?.succeed();
    await clock.advance();

    const broken = {
      status: 'rejected',
      reason: expect.objectContaining({ code: 'PROCESSING_FAILED' }) as unknown,
    };
    expect(call.response).toEqual([
      fulfilled('A'),
      { status: 'rejected', reason: spoiled },
      broken,
      broken,
      fulfilled('E'),
      fulfilled('F'),
    ]);
  });

  it('are nothing to wait for when there are none', async () => {
    const { processor, batcher } = setUpLetters();
    expect(await batcher.processMany([])).toEqual([]);
    expect(processor.batches).toEqual([]);
    expect(batcher.getStatistics().requests.accepted).toBe(0);
  });

  it('share one signal, which takes all of them back', async () => {
    const { clock, processor, batcher, endBatch } = await setUpBusyLetters({ maxBatchSize: 2 });
    const controller = new AbortController();
    const call = new WatchedPromise(batcher.processMany([...'abcd'], { signal: controller.signal }));
    await endBatch();
    controller.abort();
    await clock.advance();

    expect(call.response?.map((each) => each.status === 'rejected' && (each.reason as unknown))).toEqual(
      [...'abcd'].map(() => expect.any(RequestAbortedError) as unknown),
    );
    expect(processor.running[0]?.context.signal.aborted).toBe(true);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, requests: { aborted: 4 } });
  });

  it('share one deadline', async () => {
    const { clock, batcher, endBatch } = await setUpBusyLetters({ maxBatchSize: 2 });
    const call = new WatchedPromise(batcher.processMany([...'abcd'], { timeoutMs: 30 }));
    await endBatch();
    await endBatch();
    await clock.advance(30);

    expect(call.response?.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
  });

  it('share one place with others of the same key, among themselves, too', async () => {
    const { processor, batcher, endAllBatches, clock } = setUpLetters({ keyOf: (letter) => letter });
    const call = new WatchedPromise(batcher.processMany([...'abab']));
    await clock.advance();
    await endAllBatches();

    expect(processor.requestsByBatch).toEqual([['a', 'b']]);
    expect(call.response).toEqual([...'ABAB'].map(fulfilled));
  });
});

describe('DynamicBatcher: many requests at once are accepted all or none', () => {
  it.each<[string, string, new (...given: never[]) => Error]>([
    ['one of them has no cost', 'ab!d', InvalidRequestError],
    ['there is no room for all of them', 'abcd', QueueFullError],
    ['they are more than the queue can ever hold', 'abcdefg', RequestTooLargeError],
  ])('none when %s', async (_, letters, expected) => {
    const { clock, processor, batcher, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 2,
      maxQueueSize: 6,
      costOf: (letter) => (letter === '!' ? NaN : 1),
    });
    sendAll('xyz');
    const call = new WatchedPromise(batcher.processMany([...letters]));
    await clock.advance();

    expect(call.error).toBeInstanceOf(expected);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 3, requests: { accepted: 4 } });
    await endAllBatches();
    expect(processor.requestsByBatch.flat()).toEqual(['busy', 'x', 'y', 'z']);
  });

  it('all when there is just room for them', async () => {
    const { clock, batcher, sendAll } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 6 });
    sendAll('xyz');
    const call = new WatchedPromise(batcher.processMany([...'abc']));
    await clock.advance();
    expect(call.isSettled).toBe(false);
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 6, isQueueFull: true });
  });

  it('none when more of them would share places than ever may', async () => {
    const { batcher, clock } = setUpLetters({ maxBatchSize: 2, maxQueueSize: 2, keyOf: (letter) => letter });
    const tooMany = new WatchedPromise(batcher.processMany(['a', 'a', 'a', 'a']));
    await clock.advance();
    expect(tooMany.error).toMatchObject({ code: 'REQUEST_TOO_LARGE' });
    expect(batcher.getStatistics().requests.accepted).toBe(0);
  });

  it('none when there is no room now for those who share places', async () => {
    const { batcher, clock } = await setUpBusyLetters({
      maxBatchSize: 2,
      maxQueueSize: 2,
      keyOf: (letter) => letter,
    });
    void batcher.processMany(['a', 'a', 'a']);
    const refused = new WatchedPromise(batcher.processMany(['a']));
    await clock.advance();
    expect(refused.error).toMatchObject({ code: 'QUEUE_FULL', reason: 'shared' });
  });

  it('all when none of them shares a place, though more do already than may', async () => {
    const { batcher, clock, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 2,
      maxQueueSize: 4,
      keyOf: (letter) => letter,
    });
    void batcher.processMany(['a', 'a', 'a', 'a']);
    batcher.reconfigure({ maxQueueSize: 2 });
    const accepted = new WatchedPromise(batcher.processMany(['b']));
    await endAllBatches();
    await clock.advance();
    expect(accepted.response).toMatchObject([{ value: 'B' }]);
  });

  it('all when their tenant has room for the places that they need', async () => {
    const { batcher, clock, processor } = setUpLetters({
      maxQueueSizePerTenant: 1,
      keyOf: (letter) => letter,
    });
    const answers = batcher.processMany(['a', 'a', 'a'], { tenant: 'acme' });
    await clock.advance();
    processor.running[0]?.succeed();
    for (const answer of await answers) expect(answer).toMatchObject({ value: 'A' });
  });

  it('none when their tenant has no room for all of them, ever or now', async () => {
    const { clock, batcher, sendAll } = await setUpBusyLetters({ maxQueueSizePerTenant: 3 });
    sendAll('xy', { tenant: 'a' });
    const refused = ['abcd', 'ab'].map(
      (letters) => new WatchedPromise(batcher.processMany([...letters], { tenant: 'a' })),
    );
    await clock.advance();

    expect(refused[0]?.error).toBeInstanceOf(RequestTooLargeError);
    expect((refused[0]?.error as Error).message).toContain('maxQueueSizePerTenant allows 3');
    expect(refused[1]?.error).toMatchObject({ code: 'QUEUE_FULL', reason: 'tenant' });
  });

  it('none when the last of them could not make its deadline', async () => {
    const { clock, batcher } = await setUpTimedLetters();
    // Eight take two batches of 24 ms.
    const refused = new WatchedPromise(batcher.processMany([...'abcdefgh'], { timeoutMs: 40 }));
    const accepted = new WatchedPromise(batcher.processMany([...'abcdefgh'], { timeoutMs: 50 }));
    await clock.advance(50);

    expect(refused.error).toBeInstanceOf(DeadlineExceededError);
    expect(refused.error).toMatchObject({ phase: 'admission' });
    expect(accepted.response?.map(({ status }) => status)).toEqual([...'abcdefgh'].map(() => 'fulfilled'));
  });

  it('none when the batcher is closed', async () => {
    const { clock, batcher } = setUpLetters();
    await batcher.close();
    const call = new WatchedPromise(batcher.processMany(['a']));
    await clock.advance();
    expect(call.error).toBeInstanceOf(BatcherClosedError);
  });

  it('counts a call that is refused once', async () => {
    const { clock, batcher } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 2 });
    void batcher.processMany([...'abc']).catch(() => undefined);
    await clock.advance();
    expect(batcher.getStatistics().refused).toEqual({ REQUEST_TOO_LARGE: 1 });
  });
});

describe('DynamicBatcher: a processor that acts while some of many requests are taken', () => {
  function setUpActing(act: (batcher: DynamicBatcher<string, string>) => void) {
    const clock = new ManualClock();
    const fake = new FakeProcessor((letter: string): string => letter.toUpperCase());
    const batcher = new DynamicBatcher<string, string>(
      { maxBatchSize: 2, maxQueueSize: 4 },
      (requests: readonly string[], context: BatchContext) => {
        const ending = fake.processBatch(requests, context);
        if (context.batchId === 1) act(batcher);
        return ending;
      },
      { clock },
    );
    return { clock, fake, batcher };
  }

  it('does not take the room that was found for the others', async () => {
    const sizes: number[] = [];
    const { batcher, clock } = setUpActing((acting) => {
      for (const letter of 'uvwxyz') acting.process(letter).catch(() => undefined);
      sizes.push(acting.getStatistics().currentQueueSize);
    });
    void batcher.processMany([...'abcd']);
    await clock.advance();
    expect([...sizes, batcher.getStatistics().currentQueueSize]).toEqual([4, 4]);
  });

  it('may close the batcher, and leaves nobody without an answer', async () => {
    const { batcher, clock, fake } = setUpActing((acting) => void acting.close());
    const call = new WatchedPromise(batcher.processMany([...'abcd']));
    await clock.advance();

    expect(call.response?.map(({ status }) => status)).toEqual([...'abcd'].map(() => 'rejected'));
    expect(fake.batches).toHaveLength(1);
  });
});
