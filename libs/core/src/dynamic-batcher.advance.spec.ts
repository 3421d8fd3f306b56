import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import type { BatchContext } from './processor/batch-processor.js';
import type { BatchingConfig } from './config/batching-config.js';
import { DynamicBatcher } from './dynamic-batcher.js';

/** Takes one full batch more than it can run, or more of them, and begins with it when the one before has ended. */
class Pipelined extends FakeProcessor<number, number> {
  constructor(
    readonly concurrentBatches?: number,
    readonly batchesInAdvance = 1,
  ) {
    super((request) => request);
  }

  begin(context: BatchContext): void {
    context.started?.();
  }
}

describe('DynamicBatcher with a processor that takes batches in advance', () => {
  const setUp = (config: BatchingConfig<number> = {}, workers?: number, batchesInAdvance?: number) => {
    const clock = new ManualClock();
    const processor = new Pipelined(workers, batchesInAdvance);
    const batcher = new DynamicBatcher<number, number>({ maxBatchSize: 2, ...config }, processor, { clock });
    const send = (count: number, options = {}) =>
      Array.from({ length: count }, (_, request) => batcher.processWithInfo(request, options));
    return { clock, processor, batcher, send };
  };

  it('hands over one full batch more than there are slots, and no second one', async () => {
    const { clock, processor, send } = setUp();
    void send(7);
    await clock.advance(0);
    expect(processor.running.map(({ requests }) => requests.length)).toEqual([2, 2]);
    processor.running[0]?.succeed();
    await clock.advance(0);
    expect(processor.running.map(({ requests }) => requests.length)).toEqual([2, 2]);
  });

  it('hands over several full batches at once to one that takes several, and no more than it takes', async () => {
    const { clock, processor, batcher, send } = setUp({ maxBatchSize: 16 }, undefined, 3);
    void send(1);
    await clock.advance(0);
    void send(11);
    await clock.advance(0);
    expect(processor.running).toHaveLength(1);
    batcher.reconfigure({ maxBatchSize: 2 });
    expect(processor.running.map(({ requests }) => requests.length)).toEqual([1, 2, 2, 2]);
  });

  it('leaves a batch that is not full open for newcomers until a slot is free', async () => {
    const { clock, processor, batcher, send } = setUp();
    void send(3);
    await clock.advance(50);
    expect(processor.running).toHaveLength(1);
    expect(batcher.getStatistics().currentQueueSize).toBe(1);
    void send(1);
    await clock.advance(0);
    expect(processor.running).toHaveLength(2);
  });

  it('hands over a full batch, and no share of it, also where slots share what waits', async () => {
    const { clock, processor, batcher, send } = setUp({ maxBatchSize: 8 });
    for (const size of [1, 8, 1, 8]) {
      void send(size);
      await clock.advance(10 + 2 * size);
      processor.running[0]?.succeed();
      await clock.advance(0);
    }
    batcher.reconfigure({ maxConcurrentBatches: 2 });
    // Hardly anybody comes.
    await clock.advance(60_000);
    void send(16);
    await clock.advance(0);
    const shares = processor.running.map(({ requests }) => requests.length);
    expect(shares).toHaveLength(2);
    void send(8);
    await clock.advance(0);
    expect(processor.running.map(({ requests }) => requests.length)).toEqual([...shares, 8]);
  });

  it('hands over nothing with a deadline while it is not known how long a batch takes', async () => {
    const { clock, processor, send } = setUp();
    void send(4, { timeoutMs: 1000 });
    await clock.advance(0);
    expect(processor.running).toHaveLength(1);
  });

  it('hands over nothing that a higher priority may overtake', async () => {
    const { clock, processor, send } = setUp({ priorityLevels: 2 });
    void send(2);
    void send(1);
    void send(2, { priority: 1 });
    await clock.advance(0);
    expect(processor.running).toHaveLength(1);
  });

  it.each([{}, { priority: 0 }])('hands over a full batch of the highest priority (%j)', async (options) => {
    const { clock, processor, send } = setUp({ priorityLevels: 2 });
    void send(4, options);
    await clock.advance(0);
    expect(processor.running).toHaveLength(2);
  });

  it('hands over a batch with one of a lower priority that has waited so long that nobody goes before it', async () => {
    const { clock, processor, send } = setUp({ priorityLevels: 2, priorityAgingMs: 100 });
    void send(2);
    void send(1, { priority: 1 });
    await clock.advance(200);
    void send(2);
    await clock.advance(0);
    expect(processor.running.map(({ requests }) => requests.length)).toEqual([2, 2]);
  });

  describe('once it knows how long a batch takes', () => {
    /** Two batches of 2 have been run, of 10 ms each. */
    const setUpKnown = async (config: BatchingConfig<number> = {}) => {
      const parts = setUp(config);
      for (let run = 0; run < 2; run += 1) {
        void parts.send(2);
        await parts.clock.advance(10);
        parts.processor.running[0]?.succeed();
        await parts.clock.advance(0);
      }
      return parts;
    };

    it('hands over a full batch whose deadlines are far away', async () => {
      const { clock, processor, send } = await setUpKnown();
      void send(4, { timeoutMs: 1000 });
      await clock.advance(0);
      expect(processor.running).toHaveLength(2);
    });

    it('hands over none with a deadline that a batch which takes a little longer might cost', async () => {
      const { clock, processor, send } = await setUpKnown();
      void send(4, { timeoutMs: 60 });
      await clock.advance(0);
      expect(processor.running).toHaveLength(1);
    });

    it('hands over none while the batch before it hangs', async () => {
      const { clock, processor, send } = await setUpKnown();
      void send(2);
      await clock.advance(300);
      void send(2, { timeoutMs: 1000 });
      await clock.advance(0);
      expect(processor.running).toHaveLength(1);
    });

    it('hands over none where a newcomer of another bucket may have a nearer deadline', async () => {
      const { clock, processor, send } = await setUpKnown({ bucketOf: () => 'numbers' });
      void send(4, { timeoutMs: 1000 });
      await clock.advance(0);
      expect(processor.running).toHaveLength(1);
    });
  });

  it('hands over nothing while the processor has no worker', async () => {
    const { clock, processor, batcher, send } = setUp({}, 0);
    void send(4);
    await clock.advance(50);
    expect(processor.running).toEqual([]);
    expect(batcher.getStatistics().currentQueueSize).toBe(4);
  });

  it('counts the time of a batch from when the processor begins with it', async () => {
    const { clock, processor, batcher, send } = setUp();
    const answers = send(4);
    await clock.advance(0);
    const [first, second] = processor.running;
    await clock.advance(10);
    first?.succeed();
    if (second !== undefined) processor.begin(second.context);
    await clock.advance(10);
    second?.succeed();
    await clock.advance(0);
    const { batch } = await answers[3]!;
    expect(batch).toMatchObject({ queueTimeMs: 10, processingTimeMs: 10, dispatchReason: 'full' });
    // Two began at once, and the two others 10 ms later; each of them is counted once.
    expect(batcher.getStatistics().queueTimeMs).toMatchObject({ count: 4, max: 10 });
    expect(batcher.getStatistics().processingTimeMs.max).toBe(10);
  });

  it('lets a caller leave a batch that has been taken in advance', async () => {
    const { clock, processor, send } = setUp();
    const controller = new AbortController();
    void send(2);
    const [left] = send(1, { signal: controller.signal });
    void send(1);
    await clock.advance(0);
    const refused = expect(left).rejects.toMatchObject({ code: 'ABORTED' });
    controller.abort();
    await refused;
    expect(processor.running).toHaveLength(2);
  });
});
