import { setUpTimedLetters } from '../../../test/core/timed-letters-batcher.js';

describe('DynamicBatcher: a slot that hangs', () => {
  it('keeps nobody from asking a processor in another one that was slow and may have recovered', async () => {
    const { clock, processor, send } = await setUpTimedLetters(
      { maxConcurrentBatches: 2 },
      { fixedMs: 500, perRequestMs: 0 },
    );
    processor.hiccupMs = 1_000_000;
    send('h');
    await clock.advance(5000);
    processor.hiccupMs = -480;
    const call = send('a', { timeoutMs: 200 });
    await clock.advance(100);
    expect(call.response?.response).toBe('A');
  });

  it.each([1000, 60_000])(
    'lets nobody wait in vain after %i ms, though nobody else waits',
    async (sinceMs) => {
      const { clock, batcher, processor, send } = await setUpTimedLetters({ defaultTimeoutMs: 500 });
      processor.hiccupMs = 100_000;
      send('h', { timeoutMs: Infinity });
      await clock.advance(sinceMs);
      const call = send('a');
      await clock.advance();
      expect(call.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'admission' });
      expect(batcher.getStatistics().currentQueueSize).toBe(0);
    },
  );

  it('lets those wait who have time for it', async () => {
    const { clock, processor, send } = await setUpTimedLetters({ defaultTimeoutMs: 5000 });
    processor.hiccupMs = 2000;
    send('h', { timeoutMs: Infinity });
    await clock.advance(1000);
    processor.hiccupMs = 0;
    const call = send('a');
    await clock.advance(3000);
    expect(call.response?.response).toBe('A');
  });
});
