import { setUpTimedLetters } from '../../../../test/core/timed-letters-batcher.js';

/** A letter's bucket is told by its first character: `b1` is the first request of bucket b. */
const bucketOf = (text: string): string => text.slice(0, 1);

/** Batches take 20 + n ms and hold four at most; one of bucket w runs for 21 ms. */
async function setUpBusy(config = {}) {
  const letters = await setUpTimedLetters({ bucketOf, maxQueueSize: 1000, ...config });
  letters.send('w');
  await letters.clock.advance();
  const sendFlood = (count: number, timeoutMs: number): void => {
    for (let number = 1; number <= count; number += 1) letters.send(`f${number}`, { timeoutMs });
  };
  const orderOf = (): string => letters.processor.requestsByBatch.map(([first]) => bucketOf(first!)).join('');
  return { ...letters, sendFlood, orderOf };
}

describe('OutOfTurn', () => {
  it('lets a bucket that has less time go before one that holds more than a batch', async () => {
    const { clock, send, sendFlood, orderOf } = await setUpBusy();
    sendFlood(20, 300);
    const rare = send('r', { timeoutMs: 60 });
    await clock.advance(400);
    expect(rare.response?.response).toBe('R');
    expect(orderOf()).toBe('wrfffff');
  });

  it('waits for its turn as long as there is time', async () => {
    const { clock, send, sendFlood, orderOf } = await setUpBusy();
    sendFlood(20, 300);
    const rare = send('r', { timeoutMs: 100 });
    await clock.advance(400);
    // 21 + 2 · 24 + 21 ms
    expect(rare.tookMs).toBe(90);
    expect(orderOf()).toBe('wffrfff');
  });

  it('goes before a small bucket only if the first one there has more time', async () => {
    const { clock, send, orderOf } = await setUpBusy();
    send('a', { timeoutMs: 300 });
    await clock.advance(1);
    send('b', { timeoutMs: 50 });
    await clock.advance(1);
    const late = send('c', { timeoutMs: 61 });
    await clock.advance(400);
    // For c there is no time left behind b.
    expect(orderOf()).toBe('wba');
    expect(late.error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('lets every other batch go in turn, so that nobody is kept waiting for ever', async () => {
    const { clock, send, sendFlood, orderOf } = await setUpBusy();
    sendFlood(12, 500);
    const rare = [80, 90].map((timeoutMs, index) => send(`${index}`, { timeoutMs }));
    await clock.advance(500);
    // After 21 + 24 + 21 ms there would be time for the second one, but it is the flood's turn.
    expect(orderOf()).toBe('wf0ff');
    expect(rare.map(({ error }) => error === undefined)).toEqual([true, false]);
  });

  it('puts no priority before a higher one', async () => {
    const { clock, send, sendFlood, orderOf } = await setUpBusy({ priorityLevels: 2 });
    sendFlood(8, 300);
    send('r', { timeoutMs: 60, priority: 1 });
    await clock.advance(400);
    expect(orderOf()).toBe('wff');
  });

  it('lets in who is in time for it, and tells who is not', async () => {
    const { clock, send, sendFlood } = await setUpBusy();
    sendFlood(20, 300);
    // 21 + 21 ms, and those that come first go first.
    const calls = [50, 41].map((timeoutMs, index) => send(`r${index}`, { timeoutMs }));
    await clock.advance();
    expect(calls.map(({ error }) => error !== undefined)).toEqual([false, true]);
  });
});
