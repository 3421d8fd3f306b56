import { collectGarbage } from '../../../test/core/heap-size.js';
import { ManualClock } from 'nestjs-batching/testing';
import type { BatchingConfig } from './config/batching-config.js';
import { DynamicBatcher } from './dynamic-batcher.js';
import type { RequestOptions } from './requests/request-options.js';

interface Sent {
  readonly index: number;
}

/** How many of 60 requests are still in memory when all have been settled, as long as the batcher is. */
async function countKept(
  config: BatchingConfig<Sent>,
  optionsOf: (index: number) => RequestOptions,
): Promise<number> {
  const clock = new ManualClock();
  const batcher = new DynamicBatcher<Sent, number>(
    { maxBatchSize: 4, ...config },
    async (requests) => {
      await clock.sleep(10);
      return requests.map(({ index }) => index);
    },
    { clock },
  );
  const references = Array.from({ length: 60 }, (_, index) => {
    const request = { index };
    batcher.process(request, optionsOf(index)).catch(() => undefined);
    return new WeakRef(request);
  });
  await clock.advance(10_000);
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(batcher.getStatistics()).toMatchObject({ currentQueueSize: 0, requestsInFlight: 0 });
  return references.filter((reference) => reference.deref() !== undefined).length;
}

describe('DynamicBatcher: requests that have been settled', () => {
  const priorityLevels = 3;

  it.each<[string, BatchingConfig<Sent>, (index: number) => RequestOptions]>([
    ['nothing special', {}, () => ({})],
    ['priorities', { priorityLevels }, (index) => ({ priority: index % 3 })],
    [
      'priorities in a queue that was full',
      { priorityLevels, maxQueueSize: 40 },
      (index) => ({ priority: index < 44 ? 2 : 0 }),
    ],
    [
      'priorities in buckets',
      { priorityLevels, bucketOf: ({ index }) => index % 10 },
      (index) => ({ priority: index % 3 }),
    ],
    ['tenants and deadlines', {}, (index) => ({ tenant: `t${index % 3}`, timeoutMs: 500 })],
    ['keys', { keyOf: ({ index }) => index % 7 }, () => ({ timeoutMs: 500 })],
  ])('are not kept while nobody else comes, with %s', async (_, config, optionsOf) => {
    expect(await countKept(config, optionsOf)).toBe(0);
  });
});
