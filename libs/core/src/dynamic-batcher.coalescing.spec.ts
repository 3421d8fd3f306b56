import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import { BatcherClosedError, DeadlineExceededError, RequestAbortedError } from './errors/index.js';

const CONFIG = { keyOf: (letter: string): string => letter };

describe('DynamicBatcher: requests of the same key', () => {
  it('share one place in the queue and one result', async () => {
    const { processor, batcher, sendAll, endAllBatches } = await setUpBusyLetters({
      ...CONFIG,
      maxBatchSize: 2,
      maxQueueSize: 4,
    });
    const calls = sendAll('abaabb');
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 2, requests: { accepted: 7 } });

    await endAllBatches();
    expect(processor.requestsByBatch).toEqual([['busy'], ['a', 'b']]);
    expect(calls.map((call) => call.response)).toEqual([...'ABAABB']);
    expect(batcher.getStatistics().requests).toMatchObject({ succeeded: 7 });
  });

  it('are bounded: as many may share places as may take one', async () => {
    const { clock, batcher, sendAll, send, endAllBatches } = await setUpBusyLetters({
      ...CONFIG,
      maxBatchSize: 2,
      maxQueueSize: 2,
    });
    sendAll('aaa');
    const refused = send('a');
    await clock.advance();
    expect(refused.error).toMatchObject({ code: 'QUEUE_FULL', reason: 'shared' });

    await endAllBatches();
    sendAll('aaa');
    await clock.advance();
    expect(batcher.getStatistics().refused).toEqual({ QUEUE_FULL: 1 });
  });

  it('make room for others of their key when they leave', async () => {
    const { clock, sendAll, send } = await setUpBusyLetters({ ...CONFIG, maxBatchSize: 2, maxQueueSize: 2 });
    const controller = new AbortController();
    send('a');
    send('a', { signal: controller.signal });
    sendAll('a');
    controller.abort();
    const late = send('a');
    await clock.advance();
    expect(late.isSettled).toBe(false);
  });

  it('need no places of their own when they are sent at once', async () => {
    const { clock, batcher, send, endAllBatches } = await setUpBusyLetters({
      ...CONFIG,
      maxBatchSize: 2,
      maxQueueSize: 2,
    });
    send('a');
    const call = new WatchedPromise(batcher.processMany(['a', 'b', 'b']));
    await clock.advance();
    await endAllBatches();
    expect(call.response).toEqual(['A', 'B', 'B'].map((value) => ({ status: 'fulfilled', value })));
  });

  it('are not displaced from a place that one of them shares with a higher priority', async () => {
    const { clock, send } = await setUpBusyLetters({
      ...CONFIG,
      maxBatchSize: 2,
      maxQueueSize: 2,
      priorityLevels: 3,
    });
    const other = send('b', { priority: 2 });
    const [low, high] = [2, 1].map((priority) => send('a', { priority }));
    send('c', { priority: 1 });
    const refused = send('d', { priority: 1 });
    await clock.advance();
    expect([other.error, refused.error]).toMatchObject([{ reason: 'displaced' }, { reason: 'queue' }]);
    expect([low?.isSettled, high?.isSettled]).toEqual([false, false]);
  });

  it('share the place also when its batch runs already', async () => {
    const { clock, processor, batcher, send, endBatch } = setUpLetters(CONFIG);
    const first = send('a');
    await clock.advance(5);
    const second = new WatchedPromise(batcher.processWithInfo('a'));
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, requestsInFlight: 2 });
    await clock.advance(5);
    await endBatch();

    expect(first.response).toBe('A');
    expect(second.response).toEqual({
      response: 'A',
      batch: { batchId: 1, batchSize: 1, queueTimeMs: 0, processingTimeMs: 10, dispatchReason: 'adaptive' },
    });
    expect(processor.batches).toHaveLength(1);
  });

  it('share an error', async () => {
    const { clock, processor, sendAll } = setUpLetters(CONFIG);
    const calls = sendAll('aaab');
    await clock.advance();
    const spoiled = new Error('a is spoiled');
    processor.running[0]?.succeed([spoiled, 'B']);
    await clock.advance();

    expect(calls.map((call) => call.error)).toEqual([spoiled, spoiled, spoiled, undefined]);
  });

  it('run anew when the one before has its result', async () => {
    const { clock, processor, send, endBatch } = setUpLetters(CONFIG);
    send('a');
    await clock.advance();
    await endBatch();
    const again = send('a');
    await clock.advance();
    await endBatch();

    expect(processor.requestsByBatch).toEqual([['a'], ['a']]);
    expect(again.response).toBe('A');
  });

  it('run anew when the batch of the one before has failed', async () => {
    const { clock, processor, send } = setUpLetters(CONFIG);
    send('a');
    await clock.advance();
    processor.running[0]?.fail(new Error('broken'));
    await clock.advance();
    send('a');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['a'], ['a']]);
  });

  it('do not share with those that have no key', async () => {
    const { clock, processor, sendAll } = setUpLetters({
      keyOf: (letter) => (letter === 'a' ? 1 : undefined),
    });
    sendAll('abab');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['a', 'b', 'b']]);
  });

  it('find room in a full queue, since they need none', async () => {
    const { clock, sendAll, send } = await setUpBusyLetters({ ...CONFIG, maxBatchSize: 1, maxQueueSize: 1 });
    sendAll('a');
    const [sharing, refused] = [send('a'), send('b')];
    await clock.advance();
    expect([sharing.isSettled, refused.isSettled]).toEqual([false, true]);
  });
});

describe('DynamicBatcher: callers who share a place and leave', () => {
  it('each have their own signal, and the place stays while somebody waits', async () => {
    const { clock, processor, batcher, send, endAllBatches } = await setUpBusyLetters(CONFIG);
    const controller = new AbortController();
    const [leaving, staying] = [send('a', { signal: controller.signal }), send('a')];
    controller.abort();
    await clock.advance();
    expect(leaving.error).toBeInstanceOf(RequestAbortedError);
    expect(batcher.getStatistics().currentQueueSize).toBe(1);

    const late = send('a');
    await endAllBatches();
    expect([staying.response, late.response]).toEqual(['A', 'A']);
    expect(processor.requestsByBatch).toEqual([['busy'], ['a']]);
  });

  it('each have their own deadline', async () => {
    const { clock, send, endAllBatches } = await setUpBusyLetters(CONFIG);
    const calls = [undefined, 20, 10].map((timeoutMs) => send('a', { timeoutMs }));
    await clock.advance(10);
    expect(calls.map((call) => call.isSettled)).toEqual([false, false, true]);
    await clock.advance(10);
    expect(calls.map((call) => call.isSettled)).toEqual([false, true, true]);

    await endAllBatches();
    expect(calls.map((call) => call.error)).toEqual([
      undefined,
      expect.any(DeadlineExceededError),
      expect.any(DeadlineExceededError),
    ]);
    expect(calls[0]?.response).toBe('A');
  });

  it('do not count any more as the oldest that waits', async () => {
    const { clock, batcher, send } = await setUpBusyLetters(CONFIG);
    send('a', { timeoutMs: 30 });
    await clock.advance(10);
    send('b');
    await clock.advance(10);
    send('a');
    await clock.advance(9);
    expect(batcher.getStatistics().oldestWaitMs).toBe(29);
    await clock.advance(1);
    expect(batcher.getStatistics()).toMatchObject({ oldestWaitMs: 20, currentQueueSize: 2 });
  });

  it('leave those who still wait for company their whole time to wait, and their place in the order', async () => {
    const { clock, processor, batcher, send } = setUpLetters({
      ...CONFIG,
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    await clock.advance(4);
    send('b');
    await clock.advance(4);
    send('a');
    controller.abort();
    await clock.advance(5.5);
    expect(processor.requestsByBatch).toEqual([]);

    await clock.advance(0.5);
    expect(processor.requestsByBatch).toEqual([['a', 'b']]);
    expect(batcher.getStatistics().queueTimeMs).toMatchObject({ count: 2, max: 10, mean: 8 });
  });

  it('give the place up when the last of them leaves the queue', async () => {
    const { clock, processor, batcher, send, endAllBatches } = await setUpBusyLetters(CONFIG);
    const controllers = [new AbortController(), new AbortController()];
    for (const { signal } of controllers) send('a', { signal });
    for (const controller of controllers) controller.abort();
    expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, requests: { aborted: 2 } });

    const again = send('a');
    await endAllBatches();
    await clock.advance();
    expect(again.response).toBe('A');
    expect(processor.requestsByBatch).toEqual([['busy'], ['a']]);
  });

  it('abort a running batch when the last of them leaves, not before', async () => {
    const { clock, processor, batcher, send } = setUpLetters(CONFIG);
    const controllers = [new AbortController(), new AbortController()];
    send('a', { signal: controllers[0]!.signal });
    await clock.advance();
    send('a', { signal: controllers[1]!.signal });
    const signal = processor.running[0]?.context.signal;
    controllers[0]!.abort();
    expect(signal?.aborted).toBe(false);

    controllers[1]!.abort();
    expect(signal?.aborted).toBe(true);
    expect(batcher.getStatistics().requestsInFlight).toBe(0);
  });

  it('leave a running place to nobody: who comes then stands by itself', async () => {
    const { clock, processor, send } = setUpLetters({ ...CONFIG, maxConcurrentBatches: 2 });
    const controller = new AbortController();
    send('a', { signal: controller.signal });
    await clock.advance();
    controller.abort();
    const again = send('a');
    await clock.advance();
    processor.running[1]?.succeed();
    await clock.advance();

    expect(processor.requestsByBatch).toEqual([['a'], ['a']]);
    expect(again.response).toBe('A');
  });

  it('are all told when the batcher is closed', async () => {
    const { clock, batcher, busy, send, sendAll } = await setUpBusyLetters({ keyOf: (text) => text });
    const joining = send('busy');
    const waiting = sendAll('aab');
    const result = await batcher.drain({ timeoutMs: 0 });
    await clock.advance();

    for (const call of [busy, joining, ...waiting]) expect(call.error).toBeInstanceOf(BatcherClosedError);
    expect(result).toEqual({ isComplete: false, rejectedRequests: 5 });
  });

  it('are all dropped when none of them could be answered in time, and none while one could', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters({
      keyOf: (letter) => ('xy'.includes(letter) ? letter : undefined),
    });
    processor.hiccupMs = 50;
    sendAll('abcd');
    const dropped = [send('x', { timeoutMs: 80 }), send('x', { timeoutMs: 90 })];
    const kept = [send('y', { timeoutMs: 80 }), send('y', { timeoutMs: 200 })];
    await clock.advance(74);
    expect(dropped.map((call) => call.error)).toEqual(
      dropped.map(() => expect.objectContaining({ phase: 'queue' }) as unknown),
    );

    await clock.advance(100);
    expect(kept.map((call) => [call.response?.response, call.tookMs])).toEqual([
      [undefined, 80],
      ['Y', 95],
    ]);
    expect(processor.requestsByBatch.slice(1)).toEqual([['y']]);
  });
});

describe('DynamicBatcher: what requests of the same key teach', () => {
  it('is that one comes, however many share its place', async () => {
    const perSecond = async (letters: string): Promise<number> => {
      const { clock, batcher, sendAll } = await setUpTimedLetters({
        keyOf: (letter) => (letter === 'w' ? undefined : letter),
      });
      for (let round = 0; round < 20; round += 1) {
        sendAll(letters);
        await clock.advance(30);
      }
      sendAll(letters);
      return batcher.getStatistics().learned.requestsPerSecond;
    };
    expect(await perSecond('aaaaa')).toBeCloseTo(await perSecond('a'), 5);
  });
});
