import { jest } from '@jest/globals';
import { DynamicBatcher } from 'nestjs-batching/core';
import { FakeProcessor } from './fake-processor.js';
import { untilAccepted } from './until-accepted.js';

describe('untilAccepted', () => {
  afterEach(() => jest.useRealTimers());

  it('waits for that many requests, also for those that have their answer', async () => {
    const batcher = new DynamicBatcher({}, new FakeProcessor(String, { latencyMs: 0 }));
    await batcher.process(1);
    let isThere = false;
    const awaited = untilAccepted(batcher, 2).then(() => (isThere = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isThere).toBe(false);

    await batcher.process(2);
    await awaited;
    expect(isThere).toBe(true);
  });

  it('waits in real time, also where the timers of the test are fake', async () => {
    jest.useFakeTimers();
    const batcher = new DynamicBatcher({}, new FakeProcessor(String, { latencyMs: 0 }));
    const awaited = untilAccepted(batcher, 1);
    void batcher.process(1);

    await awaited;
    expect(batcher.getStatistics().requests.accepted).toBe(1);
  });
});
