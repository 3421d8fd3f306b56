import { setUpBusyLetters } from '../../../test/core/letters-batcher.js';
import { setUpTimedLetters, type TimedCall } from '../../../test/core/timed-letters-batcher.js';
import { QueueFullError } from './errors/index.js';

describe('DynamicBatcher: tenants', () => {
  it('share each batch, whatever each of them offers', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({ maxBatchSize: 4 });
    sendAll('aaaaaaaa', { tenant: 'flood' });
    sendAll('bbbb', { tenant: 'other' });
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1).map((letters) => letters.join(''))).toEqual([
      'abab',
      'abab',
      'aaaa',
    ]);
  });

  it('do not lend the age of what they have parked to others of their priority', async () => {
    const { clock, processor, send, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 1,
      priorityLevels: 2,
      priorityAgingMs: 100,
      tenantWeights: { parked: 0.1 },
    });
    sendAll('ppp', { priority: 1, tenant: 'parked' });
    await clock.advance(150);
    sendAll('bb', { priority: 1, tenant: 'busy' });
    await clock.advance(10);
    send('x');
    await endAllBatches();
    // The parked ones have waited for the head start that others have over them; of the busy tenant's nobody has.
    expect(processor.requestsByBatch.slice(1).flat().join('')).toBe('pppxbb');
  });

  it('take turns in the highest priority also where one of a lower priority waits', async () => {
    const { clock, processor, send, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 1,
      priorityLevels: 2,
      priorityAgingMs: 100,
    });
    sendAll('ffffff', { tenant: 'flood' });
    send('l', { priority: 1 });
    await clock.advance(150);
    sendAll('cc', { tenant: 'calm' });
    await endAllBatches();
    // The low one has waited for the head start that others have over it, but for nobody else than itself.
    expect(processor.requestsByBatch.slice(1).flat().join('')).toBe('flcfcffff');
  });

  it('are overtaken by no more of higher priority than have a head start, whoever shares theirs', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters({
      maxBatchSize: 1,
      priorityLevels: 2,
      priorityAgingMs: 100,
      maxQueueSize: 10_000,
    });
    sendAll('ppppp', { priority: 1, tenant: 'parked' });
    for (let count = 0; count < 40; count += 1) {
      send('x');
      if (count % 5 === 0) send('b', { priority: 1, tenant: 'trickling' });
      await clock.advance(20);
    }
    const order = processor.requestsByBatch.flat().join('').replaceAll(/[^px]/g, '');
    const lateOvertakers = order.slice(0, order.lastIndexOf('p')).replaceAll('p', '').length - 5;
    expect(lateOvertakers).toBeLessThanOrEqual(1);
  });

  it('share by their weights', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 4,
      tenantWeights: { gold: 3 },
    });
    sendAll('ffffffff', { tenant: 'free' });
    sendAll('gggggg', { tenant: 'gold' });
    await endAllBatches();

    expect(processor.requestsByBatch.slice(1, 3).map((letters) => letters.join(''))).toEqual([
      'fggg',
      'fggg',
    ]);
  });

  it('share by the weights that they have now', async () => {
    const { processor, batcher, sendAll, endAllBatches } = await setUpBusyLetters({ maxBatchSize: 4 });
    sendAll('ffffffff', { tenant: 'free' });
    sendAll('gggggg', { tenant: 'gold' });
    batcher.reconfigure({ tenantWeights: { gold: 3 } });
    await endAllBatches();

    expect(processor.requestsByBatch[1]?.join('')).toBe('fggg');
  });

  it('share by what their requests cost', async () => {
    const { processor, sendAll, endAllBatches } = await setUpBusyLetters({
      maxBatchSize: 8,
      costOf: (letter) => (letter === 'A' ? 3 : 1),
    });
    sendAll('AAAAAA', { tenant: 'large' });
    sendAll('bbbbbbbbbbbb', { tenant: 'small' });
    await endAllBatches();

    expect(processor.requestsByBatch[1]?.join('')).toBe('AbbbAbbb');
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'may be called %s, with the weight of all others',
    async (tenant) => {
      const { processor, sendAll, endAllBatches } = await setUpBusyLetters({ maxBatchSize: 4 });
      sendAll('aaaa', { tenant });
      sendAll('bbbb', { tenant: 'other' });
      await endAllBatches();

      expect(processor.requestsByBatch.slice(1).map((letters) => letters.join(''))).toEqual(['abab', 'abab']);
    },
  );

  it('are hardly delayed by one that offers ten times its share', async () => {
    const longestMsBeside = async (flood: number): Promise<number> => {
      const { clock, send, sendAll } = await setUpTimedLetters({ maxBatchSize: 8, maxQueueSize: 100_000 });
      const calls: TimedCall[] = [];
      // Eight are served in 28 ms; this one offers one in 14.
      for (let count = 0; count < 200; count += 1) {
        sendAll('f'.repeat(flood), { tenant: 'flood' });
        calls.push(send('x', { tenant: 'other' }));
        await clock.advance(14);
      }
      await clock.advance(100);
      const times = calls.map((call) => call.tookMs).toSorted((one, other) => one - other);
      return times[Math.floor(0.99 * times.length)]!;
    };

    expect(await longestMsBeside(40)).toBeLessThan(1.15 * (await longestMsBeside(4)));
  });

  it('have their turn soon, the first to be named included, and so are not refused for their deadlines', async () => {
    const { clock, send, sendAll } = await setUpTimedLetters({ maxBatchSize: 4 });
    // Ten batches, each of 24 ms.
    sendAll('f'.repeat(40));
    await clock.advance(1);
    const refused = send('x', { timeoutMs: 100 });
    const first = send('x', { tenant: 'first', timeoutMs: 100 });
    await clock.advance(1000);

    expect(refused.error).toMatchObject({ phase: 'admission' });
    expect([first.response?.response, first.tookMs < 50]).toEqual(['X', true]);
  });

  it('are refused what exceeds their own bound, others are not', async () => {
    const { clock, batcher, send, sendAll } = await setUpBusyLetters({ maxQueueSizePerTenant: 2 });
    sendAll('aa', { tenant: 'flood' });
    const refused = send('a', { tenant: 'flood' });
    const others = [send('b', { tenant: 'other' }), send('c'), send('d'), send('e')];
    await clock.advance();

    expect(refused.error).toBeInstanceOf(QueueFullError);
    expect(refused.error).toMatchObject({ reason: 'tenant', isRetryable: true });
    expect((refused.error as Error).message).toContain(
      'all of the 2 requests that maxQueueSizePerTenant allows',
    );
    expect(others.some((call) => call.isSettled)).toBe(false);
    expect(batcher.getStatistics()).toMatchObject({
      currentQueueSize: 6,
      refused: { QUEUE_FULL: 1 },
      refusedForTenant: 1,
    });
  });

  it('have room again as soon as one of their requests runs or is taken back', async () => {
    const { clock, send, endBatch } = await setUpBusyLetters({ maxBatchSize: 1, maxQueueSizePerTenant: 1 });
    const controller = new AbortController();
    send('a', { tenant: 'a', signal: controller.signal });
    controller.abort();
    const second = send('b', { tenant: 'a' });
    await endBatch();
    const third = send('c', { tenant: 'a' });
    const fourth = send('d', { tenant: 'a' });
    await clock.advance();

    expect([second, third, fourth].map((call) => call.error !== undefined)).toEqual([false, false, true]);
  });

  it('keep their turn when requests of theirs are looked at and put back for their deadlines', async () => {
    const { clock, processor, send, sendAll } = await setUpTimedLetters({ maxBatchSize: 4 });
    processor.hiccupMs = 30;
    sendAll('wwww');
    send('x', { tenant: 'flood', timeoutMs: 60 });
    sendAll('ffffffffffff', { tenant: 'flood', timeoutMs: 1000 });
    await clock.advance(40);
    sendAll('oooo', { tenant: 'other', timeoutMs: 1000 });
    await clock.advance(1000);

    expect(processor.requestsByBatch.slice(1, 3).map((letters) => letters.toSorted().join(''))).toEqual([
      'ffoo',
      'ffoo',
    ]);
  });
});
