import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { DynamicBatcher } from './dynamic-batcher.js';

describe('DynamicBatcher: statistics', () => {
  it('tells of the queue as it is now', async () => {
    const { clock, batcher, sendAll } = await setUpBusyLetters({ maxBatchSize: 2, maxQueueSize: 3 });
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

  it('does not tell of arrivals as if they still came when none have come for long', async () => {
    const { clock, processor, batcher, send } = setUpLetters({ maxBatchSize: 1 });
    for (let count = 0; count < 100; count += 1) {
      send('a');
      await clock.advance(10);
      processor.running[0]?.succeed();
      await clock.advance();
    }
    expect(batcher.getStatistics().learned.requestsPerSecond).toBeCloseTo(100, -1);
    await clock.advance(60_000);
    expect(batcher.getStatistics().learned.requestsPerSecond).toBeLessThan(1);
  });

  it('accounts for every accepted request: settled, waiting or in a running batch', async () => {
    const { clock, processor, batcher, send, sendAll } = setUpLetters({
      maxBatchSize: 3,
      maxConcurrentBatches: 2,
    });
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
      displaced: 0,
      closed: 2,
    });
  });

  it('counts batches by size, reason and ending, and how long they took', async () => {
    const { clock, processor, batcher, sendAll } = setUpLetters({ maxBatchSize: 2 });
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
    const { clock, processor, batcher, sendAll } = setUpLetters();
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
    const { clock, batcher, sendAll } = setUpLetters();
    const before = batcher.getStatistics();
    const copy = structuredClone(before);
    sendAll('abc');
    await batcher.close();
    sendAll('d');
    await clock.advance();

    expect(before).toEqual(copy);
  });

  it('tells how long there has been work without success, also while no slot is free for it', async () => {
    const { clock, processor, batcher, send } = await setUpBusyLetters();
    send('a');
    await clock.advance(30);
    expect(batcher.getStatistics().progress).toMatchObject({
      busyWithoutSuccessMs: 30,
      lastSuccessAgoMs: undefined,
    });

    processor.running[0]?.fail(new Error('broken'));
    await clock.advance(5);
    expect(batcher.getStatistics().progress).toMatchObject({
      busyWithoutSuccessMs: 35,
      consecutiveFailedBatches: 1,
      lastFailureAgoMs: 5,
    });

    processor.running[0]?.succeed();
    await clock.advance(60_000);
    expect(batcher.getStatistics().progress).toEqual({
      busyWithoutSuccessMs: 0,
      consecutiveFailedBatches: 0,
      lastFailureAgoMs: 60_005,
      lastSuccessAgoMs: 60_000,
    });

    send('b');
    await clock.advance(7);
    expect(batcher.getStatistics().progress.busyWithoutSuccessMs).toBe(7);
  });

  it('passes on what the processor says of its health, and takes silence for readiness', () => {
    const silent = new DynamicBatcher({}, () => []);
    expect(silent.getProcessorHealth()).toEqual({ isReady: true });

    const loading = { isReady: false, reason: 'The model is being loaded.' };
    const telling = new DynamicBatcher({}, { processBatch: () => [], getHealth: () => loading });
    expect(telling.getProcessorHealth()).toEqual(loading);

    const getHealth = (): never => {
      throw new Error('no sensor');
    };
    const failing = new DynamicBatcher({}, { processBatch: () => [], getHealth });
    expect(failing.getProcessorHealth()).toEqual({
      isReady: false,
      reason: "The processor's getHealth failed: Error: no sensor",
    });
  });
});

describe('DynamicBatcher: what it costs', () => {
  it('owns one alarm, however many requests have deadlines', async () => {
    const { clock, send } = await setUpBusyLetters();
    for (let count = 0; count < 100; count += 1) send('a', { timeoutMs: 10 + count });
    await clock.advance(50);

    expect(clock.alarmsCreated).toBe(1);
  });

  it('has no alarm set while nothing is to be done at any time', async () => {
    const { clock, processor, send } = setUpLetters({
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
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
    const { clock, batcher, send } = await setUpBusyLetters({ maxBatchSize: 1 });
    send('a', { timeoutMs: 100 });
    await batcher.close();

    expect(clock.alarmAtMs).toBe(Infinity);
  });
});
