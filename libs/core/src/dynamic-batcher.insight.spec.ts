import { setUpLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import type { BatchingConfig } from './config/batching-config.js';

describe('DynamicBatcher: what a caller is told of its batch', () => {
  it.each<[string, BatchingConfig<string>, string]>([
    ['full', { maxBatchSize: 3 }, 'abc'],
    ['full', { costOf: () => 4, maxBatchCost: 8 }, 'ab'],
    ['preferred', { preferredBatchSize: 2 }, 'ab'],
    ['waited', { timeoutStrategy: 'dispatch-partial' }, 'ab'],
    ['waited', { timeoutStrategy: 'wait-for-full' }, 'ab'],
    ['adaptive', { timeoutStrategy: 'adaptive' }, 'ab'],
  ])('names the reason %s with %p', async (reason, config, letters) => {
    const { clock, batcher, processor } = setUpLetters(config);
    const calls = [...letters].map((letter) => new WatchedPromise(batcher.processWithInfo(letter)));
    await clock.advance(10);
    processor.running[0]?.succeed();
    await clock.advance();

    expect(calls.map((call) => call.response?.batch)).toEqual(
      calls.map(
        () =>
          expect.objectContaining({
            batchId: 1,
            batchSize: letters.length,
            dispatchReason: reason,
          }) as unknown,
      ),
    );
  });

  it('names the reason drain', async () => {
    const { clock, batcher, processor } = setUpLetters({
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    const call = new WatchedPromise(batcher.processWithInfo('a'));
    void batcher.drain();
    processor.running[0]?.succeed();
    await clock.advance();
    expect(call.response?.batch.dispatchReason).toBe('drain');
  });

  it('counts the batches, and tells each caller its own time in the queue', async () => {
    const { clock, send } = await setUpTimedLetters({ maxBatchSize: 2 });
    send('a');
    await clock.advance(1);
    const calls = [send('b')];
    await clock.advance(5);
    calls.push(send('c'), send('d'));
    await clock.advance(100);

    const [b, c, d] = calls.map((call) => call.response!.batch);
    expect([b?.queueTimeMs, c?.queueTimeMs, d?.queueTimeMs]).toEqual([20, 15, 37]);
    expect([b?.processingTimeMs, d?.processingTimeMs]).toEqual([22, 21]);
    expect([c!.batchId - b!.batchId, d!.batchId - b!.batchId]).toEqual([0, 1]);
  });

  it('rejects as it would without, when there is no response', async () => {
    const { clock, batcher, processor } = setUpLetters();
    const call = new WatchedPromise(batcher.processWithInfo('a'));
    await clock.advance();
    processor.running[0]?.fail(new Error('broken'));
    await clock.advance();
    expect(call.error).toMatchObject({ code: 'PROCESSING_FAILED' });
  });
});

describe('DynamicBatcher: what it has learned', () => {
  it('is nothing at first', () => {
    expect(setUpLetters().batcher.getStatistics().learned).toEqual({
      fixedTimeMs: 0,
      timePerRequestMs: 0,
      requestsPerSecond: 0,
    });
  });

  it('is the time of batches, and how many requests come', async () => {
    const { clock, batcher, send } = await setUpTimedLetters({}, { fixedMs: 20, perRequestMs: 2 });
    for (let count = 0; count < 1000; count += 1) {
      send('a');
      await clock.advance(10);
    }
    const { learned } = batcher.getStatistics();
    expect(learned.fixedTimeMs).toBeCloseTo(20, 1);
    expect(learned.timePerRequestMs).toBeCloseTo(2, 1);
    expect(learned.requestsPerSecond / 100).toBeCloseTo(1, 1);
  });

  it('takes no lesson from a batch that failed: it may have done so before it did anything', async () => {
    const { clock, batcher, processor, send } = setUpLetters();
    send('a');
    await clock.advance(50);
    processor.running[0]?.fail(new Error('broken'));
    await clock.advance();
    expect(batcher.getStatistics().learned.fixedTimeMs).toBe(0);
  });

  it('is the time at the size at which batches really run', async () => {
    const { clock, batcher, send } = await setUpTimedLetters({ maxBatchSize: 8, allowedBatchSizes: [2, 8] });
    send('a');
    await clock.advance(100);
    expect(batcher.getStatistics().learned.fixedTimeMs).toBeCloseTo(20, 1);
    expect(batcher.getStatistics().learned.timePerRequestMs).toBeCloseTo(1, 1);
  });
});

describe('DynamicBatcher: explain', () => {
  it('says that nothing has run', () => {
    expect(
      setUpLetters()
        .batcher.explain()
        .findings.map(({ cause }) => cause),
    ).toEqual(['no-traffic']);
  });

  it('says why batches are small where few requests come', async () => {
    const { clock, batcher, send } = await setUpTimedLetters({ maxBatchSize: 32 }, { isCold: true });
    for (let count = 0; count < 100; count += 1) {
      send('a');
      await clock.advance(50);
    }
    const { summary, findings } = batcher.explain();
    expect(summary).toBe(
      '100 batches of 1.0 requests on average, of 32 at most. A request waited 0.0 ms for its batch, which took 21.0 ms.',
    );
    expect(findings.map(({ cause }) => cause)).toEqual(['arrivals-too-few']);
    expect(findings[0]?.message).toMatch(
      /^(19|20)\.\d requests come a second: about 0\.4 while one batch runs/,
    );
  });

  it('says that more comes than can be served', async () => {
    const { clock, batcher, sendAll } = await setUpTimedLetters({ maxQueueSize: 20 }, { isCold: true });
    for (let count = 0; count < 50; count += 1) {
      for (const call of sendAll('abcdefgh')) void call;
      await clock.advance(24);
    }
    expect(batcher.explain().findings.map(({ cause }) => cause)).toEqual(['overload', 'batches-full']);
  });

  it('goes by the configuration as it is now', async () => {
    const { clock, batcher, sendAll, endBatch } = setUpLetters({ maxBatchSize: 2 });
    sendAll('ab');
    await clock.advance(5);
    await endBatch();
    batcher.reconfigure({ maxBatchSize: 64 });
    expect(batcher.explain().summary).toContain('of 64 at most');
  });
});
