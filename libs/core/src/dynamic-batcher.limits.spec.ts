import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';
import type { BatchingConfig } from './config/batching-config.js';
import { DynamicBatcher } from './dynamic-batcher.js';

/** A processor whose workers come and go. */
class Workers extends FakeProcessor<number, number> {
  private live: number;
  readonly listeners = new Set<() => void>();

  constructor(live: number) {
    super((request) => request);
    this.live = live;
  }

  get concurrentBatches(): number {
    return this.live;
  }

  onLimitsChanged(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  change(live: number): void {
    this.live = live;
    for (const listener of this.listeners) listener();
  }
}

describe('DynamicBatcher with a processor whose workers come and go', () => {
  const setUp = (live: number, config: BatchingConfig = {}) => {
    const clock = new ManualClock();
    const workers = new Workers(live);
    const batcher = new DynamicBatcher<number, number>({ maxBatchSize: 1, ...config }, workers, { clock });
    const send = (count: number): void => {
      for (let request = 0; request < count; request += 1) void batcher.process(request);
    };
    return { clock, workers, batcher, send };
  };

  it('runs as many batches as there are workers, without being told how many', async () => {
    const { clock, workers, batcher, send } = setUp(2);
    send(4);
    await clock.advance(0);
    expect(workers.running).toHaveLength(2);
    expect(batcher.config.maxConcurrentBatches).toBe(2);
  });

  it('has one slot in view for a single worker, and as long as there is none', () => {
    expect([0, 1].map((live) => setUp(live).batcher.config.maxConcurrentBatches)).toEqual([1, 1]);
  });

  it('is nothing to it any more once it is closed: workers may outlive many batchers', async () => {
    const { clock, workers, batcher, send } = setUp(1);
    send(1);
    await clock.advance(0);
    const drained = batcher.drain();
    expect(workers.listeners.size).toBe(1);

    workers.running[0]?.succeed();
    await clock.advance(0);
    await drained;
    expect(workers.listeners.size).toBe(0);
  });

  it('runs fewer if the configuration says so', async () => {
    const { clock, workers, send } = setUp(4, { maxConcurrentBatches: 1 });
    send(4);
    await clock.advance(0);
    expect(workers.running).toHaveLength(1);
  });

  it('lets requests wait while no worker is there, and runs them as soon as one is', async () => {
    const { clock, workers, batcher, send } = setUp(2);
    workers.change(0);
    send(3);
    await clock.advance(10);
    expect(workers.running).toHaveLength(0);
    expect(batcher.getStatistics().currentQueueSize).toBe(3);
    workers.change(1);
    expect(workers.running).toHaveLength(1);
    workers.change(2);
    expect(workers.running).toHaveLength(2);
  });

  it('knows how long requests have been waiting that came while no worker was there', async () => {
    const { clock, workers, batcher, send } = setUp(1);
    workers.change(0);
    await clock.advance(100);
    send(1);
    await clock.advance(500);
    expect(batcher.getStatistics()).toMatchObject({
      oldestWaitMs: 500,
      progress: { busyWithoutSuccessMs: 500 },
    });
  });

  it('runs more when there are more, as long as the configuration does not say how many', async () => {
    const { clock, workers, batcher, send } = setUp(1);
    batcher.reconfigure({ maxWaitTimeMs: 1 });
    send(4);
    await clock.advance(0);
    workers.change(3);
    expect(workers.running).toHaveLength(3);
    expect(batcher.config.maxConcurrentBatches).toBe(3);

    batcher.reconfigure({ maxConcurrentBatches: 1 });
    workers.change(4);
    expect(workers.running).toHaveLength(3);
    expect(batcher.config.maxConcurrentBatches).toBe(1);
  });

  it('is configured for as many as there were, also while some are gone', async () => {
    const { clock, workers, batcher, send } = setUp(3);
    workers.change(1);
    send(3);
    await clock.advance(0);
    expect(workers.running).toHaveLength(1);
    expect(batcher.config.maxConcurrentBatches).toBe(3);
  });

  it('may begin without a worker', async () => {
    const { clock, workers, send } = setUp(0);
    send(1);
    await clock.advance(0);
    expect(workers.running).toHaveLength(0);
    workers.change(1);
    expect(workers.running).toHaveLength(1);
  });

  it('tells who is refused while no worker is there when to come again', async () => {
    const { workers, batcher, send } = setUp(1, { maxQueueSize: 2, maxWaitTimeMs: 10 });
    workers.change(0);
    send(2);
    await expect(batcher.process(3)).rejects.toMatchObject({ code: 'QUEUE_FULL', retryAfterMs: 20 });
  });

  it('is not drained while requests wait for a worker', async () => {
    const { clock, workers, batcher } = setUp(1);
    workers.change(0);
    const answer = batcher.process(1);
    const drained = batcher.drain({ timeoutMs: 1000 });
    await clock.advance(500);
    expect(batcher.state).toBe('draining');
    workers.change(1);
    workers.running[0]?.succeed();
    await expect(answer).resolves.toBe(1);
    await expect(drained).resolves.toEqual({ isComplete: true, rejectedRequests: 0 });
  });

  it('answers a request whose time is over while no worker is there', async () => {
    const { clock, workers, batcher } = setUp(1);
    workers.change(0);
    const answer = batcher.process(1, { timeoutMs: 20 });
    const failed = expect(answer).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', phase: 'queue' });
    await clock.advance(20);
    await failed;
  });
});
