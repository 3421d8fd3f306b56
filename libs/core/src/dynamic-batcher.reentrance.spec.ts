import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import { WatchedPromise } from '../../../test/core/watched-promise.js';
import type { BatchContext } from './processor/batch-processor.js';
import type { BatchingConfig } from './config/batching-config.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import { BatcherClosedError, RequestAbortedError } from './errors/index.js';

/** A clock that a processor can make skip time while it is being called, as one that computes at once does. */
class SkippingClock extends ManualClock {
  skippedMs = 0;

  override now(): number {
    return super.now() + this.skippedMs;
  }
}

describe('DynamicBatcher: a processor that calls the batcher while it is called', () => {
  /** The processor does `act` when its first batch comes. */
  function setUpActing(
    config: BatchingConfig,
    act: (batcher: DynamicBatcher<string, string>) => void,
    clock = new ManualClock(),
  ) {
    const fake = new FakeProcessor((letter: string): string => letter.toUpperCase());
    const batcher = new DynamicBatcher<string, string>(
      config,
      (requests: readonly string[], context: BatchContext) => {
        const ending = fake.processBatch(requests, context);
        if (context.batchId === 1) act(batcher);
        return ending;
      },
      { clock },
    );
    return { clock, fake, batcher };
  }

  it('may send further requests; they ride in later batches', async () => {
    const nested: WatchedPromise<string>[] = [];
    const { clock, fake, batcher } = setUpActing({ maxBatchSize: 2, maxConcurrentBatches: 2 }, (acting) => {
      nested.push(...['x', 'y', 'z'].map((letter) => new WatchedPromise(acting.process(letter))));
    });
    const outer = new WatchedPromise(batcher.process('a'));
    await clock.advance();
    expect(fake.requestsByBatch).toEqual([['a'], ['x', 'y']]);

    fake.running[1]?.succeed();
    await clock.advance();
    fake.running[1]?.succeed();
    fake.running[0]?.succeed();
    await clock.advance();
    expect([outer, ...nested].map((call) => call.response)).toEqual(['A', 'X', 'Y', 'Z']);
  });

  it('is not called again before it has returned', async () => {
    const clock = new ManualClock();
    const order: string[] = [];
    const batcher = new DynamicBatcher<string, string>(
      { maxBatchSize: 1, maxConcurrentBatches: 3 },
      (requests: readonly string[], { batchId }: BatchContext) => {
        order.push(`called with ${batchId}`);
        if (batchId < 3) void batcher.process('again');
        order.push(`returned ${batchId}`);
        return [...requests];
      },
      { clock },
    );
    void batcher.process('a');
    await clock.advance();

    expect(order).toEqual([1, 2, 3].flatMap((id) => [`called with ${id}`, `returned ${id}`]));
  });

  it('may close the batcher; everyone is rejected and no further batch starts', async () => {
    const calls: WatchedPromise<string>[] = [];
    const { clock, fake, batcher } = setUpActing({ maxBatchSize: 1, maxConcurrentBatches: 2 }, (acting) => {
      calls.push(new WatchedPromise(acting.process('x')));
      void acting.close();
    });
    calls.push(new WatchedPromise(batcher.process('a')));
    await clock.advance();

    expect(fake.requestsByBatch).toEqual([['a']]);
    expect(calls.map((call) => call.error)).toEqual([
      expect.any(BatcherClosedError),
      expect.any(BatcherClosedError),
    ]);
    expect(batcher.state).toBe('closed');
    expect(batcher.getStatistics().requests).toMatchObject({ accepted: 2, closed: 2 });
  });

  it('gets no request whose time ran out while it was being called', async () => {
    const clock = new SkippingClock();
    const nested: WatchedPromise<string>[] = [];
    const { fake, batcher } = setUpActing(
      { maxConcurrentBatches: 2 },
      (acting) => {
        nested.push(
          ...[40, 60].map((timeoutMs) => new WatchedPromise(acting.process(`x${timeoutMs}`, { timeoutMs }))),
        );
        clock.skippedMs += 50;
      },
      clock,
    );
    void batcher.process('a');
    await clock.advance();

    expect(nested[0]?.error).toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'queue' });
    expect(fake.requestsByBatch).toEqual([['a'], ['x60']]);
  });

  it('may let a caller of its own batch leave', async () => {
    const controller = new AbortController();
    const { clock, fake, batcher } = setUpActing({}, () => controller.abort());
    const leaving = new WatchedPromise(batcher.process('a', { signal: controller.signal }));
    const staying = new WatchedPromise(batcher.process('b'));
    await clock.advance();
    fake.running[0]?.succeed();
    await clock.advance();

    expect(leaving.error).toBeInstanceOf(RequestAbortedError);
    expect(staying.response).toBe('B');
  });
});
