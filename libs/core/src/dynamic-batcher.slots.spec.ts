import { ManualClock } from 'nestjs-batching/testing';
import { DynamicBatcher } from './dynamic-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';

// A batch of n takes 20 + n ms, and there are two slots.

describe('DynamicBatcher: slots that are free', () => {
  it('share what waits', async () => {
    const { clock, processor, sendAll } = await setUpTimedLetters({
      maxBatchSize: 16,
      maxConcurrentBatches: 2,
    });
    await clock.advance(1000);
    sendAll('abcdefghijklmn');
    await clock.advance();
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([7, 7]);
  });

  it('are left to the other buckets that wait', async () => {
    const { clock, processor, sendAll } = await setUpTimedLetters({
      maxBatchSize: 16,
      maxConcurrentBatches: 2,
      bucketOf: (letter) => (letter === letter.toUpperCase() ? 'upper' : 'lower'),
    });
    await clock.advance(1000);
    sendAll('abcdefghijklmnX');
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([[...'abcdefghijklmn'], ['X']]);
  });

  it('are taken at once when one of several buckets is full', async () => {
    const { processor, sendAll } = await setUpTimedLetters({
      maxBatchSize: 8,
      maxConcurrentBatches: 2,
      bucketOf: (letter) => (letter === letter.toUpperCase() ? 'upper' : 'lower'),
    });
    sendAll('Xabcdefgh');
    expect(processor.requestsByBatch).toEqual([['X'], [...'abcdefgh']]);
  });

  it('leave nobody behind who would be late for it', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters({
      maxBatchSize: 16,
      maxConcurrentBatches: 2,
    });
    await clock.advance(1000);
    send('X');
    await clock.advance(11);
    // The other slot is free in 10 ms, and then 5 take 25 ms; all 14 take 34 ms now.
    const calls = sendAll('abcdefghijklmn', { timeoutMs: 34.5 });
    await clock.advance(100);
    expect(calls.filter(({ error }) => error !== undefined)).toEqual([]);
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([1, 14]);
  });

  it('take all that they can at once when there is no room for more', async () => {
    const { clock, processor, batcher, sendAll } = await setUpTimedLetters({
      maxBatchSize: 14,
      maxQueueSize: 14,
      maxConcurrentBatches: 2,
    });
    await clock.advance(1000);
    sendAll('abcdefghijklmn'.repeat(3));
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([14, 14]);
    const { currentQueueSize, refused } = batcher.getStatistics();
    expect([currentQueueSize, refused]).toEqual([14, {}]);
  });
});

describe('DynamicBatcher: who waits for company while a slot is free', () => {
  /** With s slots a balanced batch holds 4 / s, where one request comes every 10 ms, and one goes every 40 / s ms. */
  async function setUpBalanced() {
    const parts = await setUpTimedLetters(
      { maxBatchSize: 8, maxConcurrentBatches: 3, maxWaitTimeMs: 3 },
      { fixedMs: 40, perRequestMs: 0.05 },
    );
    const { clock, processor, send } = parts;
    for (let sent = 0; sent < 200; sent += 1) {
      send('w');
      await clock.advance(10);
    }
    await clock.advance(100);
    processor.requestsByBatch.length = 0;
    return parts;
  }

  it('waits for maxWaitTimeMs from when the first of them was free', async () => {
    const { clock, processor, send, sendAll } = await setUpBalanced();
    // A batch of three runs at once: it does not wait for more.
    for (const lastingMs of [4, 5]) {
      processor.hiccupMs = lastingMs - 40.15;
      sendAll('abc');
      await clock.advance(1);
    }
    sendAll('abc');
    await clock.advance(1);
    expect(processor.requestsByBatch).toHaveLength(3);

    const call = send('x');
    // The first slot is free in 1 ms, the second 2 ms later.
    await clock.advance(3.9);
    expect(processor.requestsByBatch).toHaveLength(3);
    await clock.advance(0.2);
    expect(processor.requestsByBatch).toHaveLength(4);
    await clock.advance(100);
    expect(call.response?.batch).toMatchObject({ dispatchReason: 'waited', queueTimeMs: 4 });
  });

  it('waits for maxWaitTimeMs from when there were more slots', async () => {
    const { clock, processor, batcher, send, sendAll } = await setUpBalanced();
    batcher.reconfigure({ maxConcurrentBatches: 2 });
    for (let batch = 0; batch < 2; batch += 1) {
      sendAll('abcd');
      await clock.advance(1);
    }
    const call = send('x');
    await clock.advance(5);
    batcher.reconfigure({ maxConcurrentBatches: 3 });
    await clock.advance(2.9);
    expect(processor.requestsByBatch).toHaveLength(2);
    await clock.advance(0.2);
    expect(processor.requestsByBatch).toHaveLength(3);
    await clock.advance(100);
    expect(call.response?.batch).toMatchObject({ dispatchReason: 'waited', queueTimeMs: 8 });
  });
});

describe('DynamicBatcher: slots that come back', () => {
  it('let those in who were turned away while none was left: what was slow may have recovered', async () => {
    const clock = new ManualClock();
    let [workers, takesMs] = [1, 200];
    let limitsChanged = (): void => undefined;
    let loseBatch = (_: Error): void => undefined;
    const batcher = new DynamicBatcher<string, string>(
      {},
      {
        get concurrentBatches() {
          return workers;
        },
        onLimitsChanged: (changed) => (limitsChanged = changed),
        processBatch: (letters) =>
          new Promise((resolve, reject) => {
            loseBatch = reject;
            void clock.sleep(takesMs).then(() => resolve([...letters]));
          }),
      },
      { clock },
    );
    const setWorkers = (count: number): void => {
      workers = count;
      limitsChanged();
    };
    const send = (timeoutMs?: number): Promise<string> =>
      batcher.process('a', { timeoutMs }).catch((error: { code: string }) => error.code);

    for (let batch = 1; batch <= 4; batch += 1) {
      void send();
      await clock.advance(200);
    }
    void send();
    await clock.advance(10);
    setWorkers(0);
    loseBatch(new Error('its worker is gone'));
    await clock.advance(1000);
    takesMs = 20;
    setWorkers(1);
    expect(await send(100)).toBe('DEADLINE_EXCEEDED');

    await clock.advance(3000);
    const late = send(100);
    await clock.advance(20);
    expect(await late).toBe('a');
  });
});
