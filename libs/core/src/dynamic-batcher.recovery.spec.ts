import { ManualClock } from 'nestjs-batching/testing';
import { DynamicBatcher } from './dynamic-batcher.js';

/** What a batch takes that was slow, and who asks; all have this long. */
const SLOW_MS = 500;
const TIMEOUT_MS = 100;

/** A batcher of one slot whose batches take as long as its processor does at the moment. */
function setUp() {
  const clock = new ManualClock();
  const processor = { takesMs: SLOW_MS, batches: 0 };
  const batcher = new DynamicBatcher<string, string>(
    {},
    async (letters) => {
      processor.batches += 1;
      await clock.sleep(processor.takesMs);
      return [...letters];
    },
    { clock },
  );
  /** How a call ended; waits for as long as it may take. */
  const outcomeOf = async (call: Promise<string>): Promise<string> => {
    await clock.advance(SLOW_MS);
    return await call.catch(({ phase }: { phase: string }) => phase);
  };
  const send = (timeoutMs = TIMEOUT_MS): Promise<string> => {
    const call = batcher.process('a', { timeoutMs });
    call.catch(() => undefined);
    return call;
  };
  return { clock, processor, send, outcomeOf };
}

describe('DynamicBatcher: a processor that was slow', () => {
  it('turns nobody away for a first batch that carried the warm-up, and answers who waits already', async () => {
    const { clock, processor, send, outcomeOf } = setUp();
    void send(Infinity);
    await clock.advance(SLOW_MS - 50);
    const waits = send();
    processor.takesMs = 20;
    await clock.advance(50);
    await clock.advance(20);
    const comes = send();

    expect(await outcomeOf(waits)).toBe('a');
    expect(await outcomeOf(comes)).toBe('a');
  });

  it('turns others away while one asks whether it still is', async () => {
    const { clock, send, outcomeOf } = setUp();
    void send(Infinity);
    await clock.advance(SLOW_MS);
    const asks = send();
    await clock.advance(10);
    const other = send();

    expect([await outcomeOf(asks), await outcomeOf(other)]).toEqual(['execution', 'admission']);
  });

  it('is asked again at once, then after as long as a batch took, three times, and at most two seconds', async () => {
    const { clock, processor, send } = setUp();
    const everyMs = 40;
    const askedAfterMs: number[] = [];
    void send(Infinity);
    while (askedAfterMs.length < 5) {
      await clock.advance(SLOW_MS);
      const endedAtMs = clock.now();
      const { batches } = processor;
      for (;;) {
        void send();
        await clock.advance();
        if (processor.batches > batches) break;
        await clock.advance(everyMs);
      }
      askedAfterMs.push(clock.now() - endedAtMs);
    }
    // By one who comes every 40 ms.
    expect(askedAfterMs).toEqual([0, 520, 1520, 2040, 2040]);
  });
});
