import { ManualClock } from 'nestjs-batching/testing';
import { heapMb } from '../../../test/core/heap-size.js';
import { setUpBusyLetters, setUpLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';
import { DynamicBatcher } from './dynamic-batcher.js';

/** A letter's bucket is told by its first character: `b1` is the first request of bucket b. */
const bucketOf = (text: string): string => text.slice(0, 1);

describe('DynamicBatcher: buckets', () => {
  it('do not wait for company when they fill the queue, since there is no room for any', async () => {
    const { clock, processor, batcher, send, sendAll } = setUpLetters({
      bucketOf: (letter) => letter,
      maxBatchSize: 3,
      maxQueueSize: 3,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    const waiting = sendAll('ab');
    await clock.advance(1);
    expect(processor.requestsByBatch).toEqual([]);
    waiting.push(send('c'));
    await clock.advance();
    expect(processor.requestsByBatch).toEqual([['a']]);
    expect(batcher.getStatistics().batches.dispatchReasons).toEqual({ adaptive: 1 });

    waiting.push(send('d'));
    await clock.advance();
    expect(waiting.some(({ isSettled }) => isSettled)).toBe(false);
  });

  it('never share a batch', async () => {
    const { clock, processor, send, endAllBatches } = await setUpBusyLetters({ bucketOf });
    for (const text of ['c1', 'd1', 'c2', 'e1', 'd2']) {
      send(text);
      await clock.advance(1);
    }
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([['c1', 'c2'], ['d1', 'd2'], ['e1']]);
  });

  it('go first come, first served also when all came in the same turn of the event loop', async () => {
    const { processor, send, endAllBatches } = await setUpBusyLetters({ bucketOf });
    for (const text of ['a1', 'b1', 'c1', 'd1', 'e1', 'f1', 'g1', 'a2', 'h1']) send(text);
    await endAllBatches();
    expect(processor.requestsByBatch.slice(1).flat()).toEqual([
      'a1',
      'a2',
      'b1',
      'c1',
      'd1',
      'e1',
      'f1',
      'g1',
      'h1',
    ]);
  });

  it('fill at the same time, and each goes when it is full', () => {
    const { processor, send } = setUpLetters({
      bucketOf,
      maxBatchSize: 2,
      maxConcurrentBatches: 4,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    for (const text of ['c1', 'd1', 'e1', 'd2', 'e2']) send(text);

    expect(processor.requestsByBatch).toEqual([
      ['d1', 'd2'],
      ['e1', 'e2'],
    ]);
  });

  it('each wait for company from their own oldest request on', async () => {
    const { clock, processor, send } = setUpLetters({
      bucketOf,
      maxConcurrentBatches: 4,
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    send('c1');
    await clock.advance(4);
    send('d1');
    await clock.advance(6);
    expect(processor.requestsByBatch).toEqual([['c1']]);

    await clock.advance(4);
    expect(processor.requestsByBatch).toEqual([['c1'], ['d1']]);
  });

  it('go in the order of their most urgent requests', async () => {
    const { clock, processor, send, endAllBatches } = await setUpBusyLetters({
      bucketOf,
      priorityLevels: 2,
      priorityAgingMs: 100,
    });
    send('c1', { priority: 1 });
    send('d1', { priority: 1 });
    await clock.advance(10);
    send('e1');
    send('d2');
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([['e1'], ['d2', 'd1'], ['c1']]);
  });

  it('go when they are full though a more urgent one waits for company', () => {
    const { processor, send } = setUpLetters({
      bucketOf,
      maxBatchSize: 2,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    for (const text of ['c1', 'd1', 'd2']) send(text);

    expect(processor.requestsByBatch).toEqual([['d1', 'd2']]);
  });

  it('have one for all who name none, which goes when it is full like any other', () => {
    const { processor, send } = setUpLetters({
      bucketOf: (text) => (text.startsWith('x') ? undefined : text),
      maxBatchSize: 2,
      timeoutStrategy: 'wait-for-full',
    });
    for (const text of ['c1', 'x1', 'x2']) send(text);
    expect(processor.requestsByBatch).toEqual([['x1', 'x2']]);
  });

  it.each([
    ['x1', 'c1'],
    ['c1', 'x1'],
  ])('take turns with it as they came, also at the same time: %s before %s', async (first, second) => {
    const { processor, send, endAllBatches } = await setUpBusyLetters({
      bucketOf: (text) => (text.startsWith('x') ? undefined : text),
    });
    for (const text of [first, second]) send(text);
    await endAllBatches();
    expect(processor.requestsByBatch.slice(1)).toEqual([[first], [second]]);
  });

  it('go when they have the preferred size though a more urgent one waits for company', () => {
    const { processor, send } = setUpLetters({
      bucketOf,
      preferredBatchSize: 2,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    for (const text of ['c1', 'd1', 'd2']) send(text);

    expect(processor.requestsByBatch).toEqual([['d1', 'd2']]);
  });

  it('go when their own wait is over though one of higher priority still waits for company', async () => {
    const { clock, processor, send } = setUpLetters({
      bucketOf,
      priorityLevels: 2,
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 10,
    });
    send('c1', { priority: 1 });
    await clock.advance(5);
    send('d1', { priority: 0 });
    await clock.advance(5);

    expect(processor.requestsByBatch).toEqual([['c1']]);
  });

  it('go in time for their own deadlines, and leave the slot to the one that has to hurry', async () => {
    const { clock, processor, send } = await setUpTimedLetters({
      bucketOf,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    send('c1');
    await clock.advance(5);
    const hurried = send('d1', { timeoutMs: 60 });
    await clock.advance(60);

    expect(hurried.response?.response).toBe('D1');
    expect(processor.requestsByBatch).toEqual([['d1']]);
  });

  it('go one after the other early enough for each of their deadlines, though a slot has been idle', async () => {
    const { clock, processor, send } = await setUpTimedLetters({
      bucketOf,
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 1000,
    });
    const hurried = ['c1', 'd1', 'd2', 'd3'].map((text) => send(text, { timeoutMs: 100 }));
    await clock.advance(100);

    expect(hurried.map(({ response }) => response?.response)).toEqual(['C1', 'D1', 'D2', 'D3']);
    expect(processor.requestsByBatch).toHaveLength(2);
  });

  it('go out of turn for their deadlines again and again, with a batch in turn after each', async () => {
    const { clock, processor, send } = await setUpTimedLetters({ bucketOf });
    for (let count = 0; count < 40; count += 1) send(`f${count}`);
    const hurried = [];
    // A full batch takes 24 ms and one alone 21: behind one of f each would be late, behind what runs it is not.
    for (let count = 0; count < 4; count += 1) {
      await clock.advance(1);
      hurried.push(send(`x${count}`, { timeoutMs: 55 }));
      await clock.advance(44);
    }
    expect(hurried.map(({ response }) => response?.response)).toEqual(['X0', 'X1', 'X2', 'X3']);
    const order = processor.requestsByBatch.map(([first]) => first!.slice(0, 1)).join('');
    expect(order).toMatch(/^fxfxfxfxf?$/);
  });

  it('starve nowhere: whatever comes, a request waits for those only that came before it', async () => {
    const { clock, processor, send } = await setUpTimedLetters({ bucketOf, maxQueueSize: 10_000 });
    const flood = (): void => void [1, 2, 3].forEach((number) => send(`f${number}`));
    for (let count = 0; count < 20; count += 1) {
      flood();
      await clock.advance(10);
    }
    const single = send('x1');
    const before = processor.requestsByBatch.length;
    const waiting = Math.ceil(60 / 4);
    for (let count = 0; count < 100; count += 1) {
      flood();
      await clock.advance(10);
    }

    expect(single.response?.response).toBe('X1');
    const place = processor.requestsByBatch.findIndex(([first]) => first === 'x1');
    expect(place - before).toBeLessThanOrEqual(waiting);
  });

  it('may have numbers for keys, and none at all', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({
      bucketOf: (text) => (text < 'm' ? undefined : text.length),
    });
    sendAll('azby');
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1)).toEqual([
      ['a', 'b'],
      ['z', 'y'],
    ]);
  });

  it('are counted while requests wait in them', async () => {
    const { batcher, send, endAllBatches } = await setUpBusyLetters({ bucketOf });
    for (const text of ['c1', 'd1', 'c2']) send(text);
    expect(batcher.getStatistics().buckets).toBe(2);

    await endAllBatches();
    expect(batcher.getStatistics().buckets).toBe(0);
  });
});

describe('DynamicBatcher: buckets and deadlines', () => {
  it.each<[string, string[], number]>([
    ['for its priority', [], 0],
    ['with one that came before them', ['a1'], 1],
  ])('lets in who is in time since it goes before other buckets %s', async (_, before, priority) => {
    const { clock, send } = await setUpTimedLetters({ bucketOf, priorityLevels: 2 });
    // A batch runs for 24 ms, and two more of bucket b wait.
    for (const text of ['b1', 'b2', 'b3', 'b4']) send(text);
    for (const text of before) send(text, { priority: 1 });
    await clock.advance(1);
    for (let count = 0; count < 8; count += 1) send('b', { priority: 1 });
    const call = send('a2', { priority, timeoutMs: 60 });
    await clock.advance(60);
    expect(call.response?.response).toBe('A2');
  });

  it('count what shares a place once in a call for several of them', async () => {
    const { clock, batcher } = await setUpTimedLetters({
      bucketOf,
      keyOf: (text) => (text === 'w' ? undefined : text),
    });
    // 21 for a, and 21 for b.
    const call = (timeoutMs: number): Promise<PromiseSettledResult<string>[]> =>
      batcher.processMany(['a', ...new Array<string>(19).fill('b')], { timeoutMs });
    await expect(call(40)).rejects.toMatchObject({ phase: 'admission' });
    const answers = call(60);
    await clock.advance(60);
    expect((await answers).at(-1)).toMatchObject({ value: 'B' });
  });

  it('refuse a call for several of them whose last batch comes after all that waits', async () => {
    const { clock, batcher, send } = await setUpTimedLetters({ bucketOf });
    for (const text of ['b1', 'b2', 'b3', 'b4']) send(text);
    send('a');
    await clock.advance(1);
    for (let count = 0; count < 3; count += 1) send('c');
    // 23 for the batch that runs, 22 for that of a, to which the call adds one, 23 for that of c, and 21 for its own.
    const call = (timeoutMs: number): Promise<unknown> => batcher.processMany(['a', 'd'], { timeoutMs });
    await expect(call(80)).rejects.toMatchObject({ phase: 'admission' });
    const answers = call(100);
    await clock.advance(100);
    expect(await answers).toMatchObject([{ value: 'A' }, { value: 'D' }]);
  });
});

describe('DynamicBatcher: many distinct buckets, tenants and keys', () => {
  it('leave nothing behind, whether their requests ran or were taken back', async () => {
    const clock = new ManualClock();
    const batcher = new DynamicBatcher<number, number>(
      {
        maxBatchSize: 4,
        maxQueueSize: 1000,
        maxQueueSizePerTenant: 10,
        priorityLevels: 2,
        // Half of them share one, in which tenants come and go.
        bucketOf: (n) => (n % 4 < 2 ? n : undefined),
        keyOf: (n) => n,
      },
      (numbers: readonly number[]) => numbers,
      { clock },
    );
    let lastKey = 0;
    const comeAndGo = async (count: number): Promise<void> => {
      for (let round = 0; round < count / 1000; round += 1) {
        // Node looks at all listeners of a signal when one comes or goes: many share one only where few do.
        const controllers = Array.from({ length: 100 }, () => new AbortController());
        for (let place = 0; place < 1000; place += 1) {
          lastKey += 1;
          const isTakenBack = place % 10 > 0;
          const answer = batcher.process(lastKey, {
            tenant: `tenant ${lastKey}`,
            priority: lastKey % 2,
            ...(isTakenBack && { signal: controllers[place % 100]!.signal }),
          });
          answer.catch(() => undefined);
        }
        for (const controller of controllers) controller.abort();
        await clock.advance(1);
      }
    };
    await comeAndGo(50_000);
    const beforeMb = heapMb();
    await comeAndGo(100_000);

    expect(heapMb() - beforeMb).toBeLessThan(3);
    const { buckets, requests, currentQueueSize } = batcher.getStatistics();
    expect({ buckets, currentQueueSize }).toEqual({ buckets: 0, currentQueueSize: 0 });
    expect(requests).toMatchObject({ accepted: 150_000, succeeded: 15_000, aborted: 135_000 });
  }, 60_000);
});
