import { TimedCall } from '../../../test/core/timed-letters-batcher.js';
import { WatchedClock } from '../../../test/core/watched-clock.js';
import type { BatchingConfig } from './config/batching-config.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import type { DeadlineExceededError } from './errors/index.js';

/** What a batch of n takes, by its bucket: `short` 4 + n, `long` 100 + 20n ms. Changed by a test that is about that. */
const TIMES: Readonly<Record<string, (size: number) => number>> = {
  short: (size) => 4 + size,
  long: (size) => 100 + 20 * size,
};

/** A batcher of short and long texts, each a bucket of its own, that has run some batches of both. */
async function setUpTexts(config: BatchingConfig<string> = {}) {
  const clock = new WatchedClock(1000);
  const times = { ...TIMES };
  const ran: (readonly string[])[] = [];
  const batcher = new DynamicBatcher<string, string>(
    { maxBatchSize: 4, bucketOf: (text) => text, ...config },
    async (texts) => {
      ran.push(texts);
      await clock.sleep(times[texts[0]!]!(texts.length));
      return texts;
    },
    { clock },
  );
  const send = (text: string, timeoutMs?: number): TimedCall =>
    new TimedCall(text, clock.now(), batcher.processWithInfo(text, { timeoutMs }), clock);
  for (let round = 0; round < 20; round += 1) {
    for (const text of ['short', 'long', 'short']) {
      for (let count = 1 + (round % 4); count > 0; count -= 1) send(text);
      await clock.advance(200);
    }
  }
  ran.length = 0;
  return { clock, times, batcher, ran, send };
}

/** How long a request that was refused on arrival would have taken, by what it was told. */
function foretoldMs({ error }: TimedCall): number {
  expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'admission' });
  return Number(/expected to take (\d+) ms/.exec((error as Error).message)?.[1]);
}

describe('DynamicBatcher: buckets that take different times', () => {
  it('lets a request in that makes it by what its own bucket takes', async () => {
    const { clock, send } = await setUpTexts();
    const call = send('short', 20);
    await clock.advance(10);
    expect(call.tookMs).toBe(5);
  });

  it('refuses one at once that does not, and says that it need not come again', async () => {
    const { clock, ran, send } = await setUpTexts();
    const call = send('long', 110);
    await clock.advance();
    expect(foretoldMs(call)).toBeCloseTo(120, -1);
    expect((call.error as DeadlineExceededError).retryAfterMs).toBeUndefined();
    expect(ran).toEqual([]);
  });

  it('knows when the slot is free, whosever batch runs', async () => {
    const behindLong = await setUpTexts();
    behindLong.send('long');
    await behindLong.clock.advance(10);
    const refused = behindLong.send('short', 60);
    await behindLong.clock.advance();
    expect(foretoldMs(refused)).toBeCloseTo(110 + 5, -1);

    const behindShort = await setUpTexts();
    behindShort.send('short');
    await behindShort.clock.advance(1);
    const served = behindShort.send('long', 130);
    await behindShort.clock.advance(130);
    expect(served.tookMs).toBe(4 + 120);
  });

  it('counts what waits in another bucket at what that takes', async () => {
    const { clock, send } = await setUpTexts();
    send('short');
    await clock.advance(1);
    for (let count = 4; count > 0; count -= 1) send('short');
    await clock.advance(1);
    const refused = send('long', 125);
    const served = send('long', 140);
    await clock.advance(200);
    expect(foretoldMs(refused)).toBeCloseTo(3 + 8 + 120, -1);
    expect(served.tookMs).toBe(3 + 8 + 120);
  });

  it('lets a short batch go before a long one that would make it late, but not the other way round', async () => {
    const { clock, send } = await setUpTexts();
    send('short');
    await clock.advance(1);
    send('long');
    await clock.advance(1);
    const short = send('short', 100);
    await clock.advance(10);
    expect(short.tookMs).toBe(3 + 5);

    await clock.advance(200);
    send('short');
    await clock.advance(1);
    for (let count = 4; count > 0; count -= 1) send('short');
    const long = send('long', 127);
    await clock.advance();
    expect(long.error).toMatchObject({ phase: 'admission' });
  });

  it('takes as many in time as their own bucket allows', async () => {
    const { clock, ran, send } = await setUpTexts();
    // Together they would take 180 ms, one after the other 240.
    const calls = [send('long', 170), send('long', 170), send('long', 170), send('long', 170)];
    await clock.advance(400);
    expect(ran).toEqual([['long', 'long', 'long']]);
    expect(calls.filter(({ response }) => response !== undefined)).toHaveLength(3);
  });

  it('asks a bucket again that has become faster, though it was too slow and others run all the time', async () => {
    const { clock, times, send } = await setUpTexts();
    times['long'] = () => 8;
    expect(await isAnswered(send('long', 50))).toBe(false);
    for (let turn = 0; turn < 30; turn += 1) {
      send('short');
      await clock.advance(100);
    }
    expect(await isAnswered(send('long', 50))).toBe(true);

    async function isAnswered(call: TimedCall): Promise<boolean> {
      await clock.advance(50);
      return call.response !== undefined;
    }
  });

  it('forgets neither, however long only one of them comes', async () => {
    const { clock, send } = await setUpTexts();
    for (let turn = 0; turn < 500; turn += 1) {
      send('long');
      await clock.advance(150);
    }
    const call = send('short', 20);
    await clock.advance(10);
    expect(call.tookMs).toBe(5);
  });
});
