import { buildRequest } from '../../../../test/core/queued-request-builder.js';
import { RequestBatch } from './request-batch.js';
import { RunningBatches } from './running-batches.js';

const batchOf = (id: number, size = 0, dispatchedAtMs = 0): RequestBatch<string, string> => {
  const requests = Array.from({ length: size }, () => buildRequest().request);
  return new RequestBatch<string, string>(id, requests, 'full', dispatchedAtMs);
};

describe('RunningBatches', () => {
  it('holds the batches that run, until their slots are freed', () => {
    const running = new RunningBatches<string, string>();
    const [first, second, third] = [batchOf(1), batchOf(2), batchOf(3)];
    const slots = [first, second, third].map((batch) => running.add(batch));
    expect([...running]).toEqual([first, second, third]);

    running.free(slots[1]!);
    expect([...running]).toEqual([first, third]);
    expect(running.size).toBe(2);
  });

  it('uses freed slots again, so that it grows no larger than what runs at the same time', () => {
    const running = new RunningBatches<string, string>();
    const slots = new Set<number>();
    for (let id = 0; id < 1000; id += 2) {
      const taken = [running.add(batchOf(id)), running.add(batchOf(id + 1))];
      for (const slot of taken) {
        slots.add(slot);
        running.free(slot);
      }
    }
    expect(slots.size).toBe(2);
    expect(running.size).toBe(0);
  });

  it('tells a size that no batch is above, as long as any of those runs that ran at the same time', () => {
    const running = new RunningBatches<string, string>();
    const slots = [2, 3, 1].map((size) => running.add(batchOf(1, size)));
    expect(running.largestBatchSize).toBe(3);
    running.free(slots[0]!);
    expect(running.largestBatchSize).toBe(3);

    running.free(slots[1]!);
    running.free(slots[2]!);
    running.add(batchOf(2, 1));
    expect(running.largestBatchSize).toBe(1);
  });

  it('knows since when the one runs that has run longest', () => {
    const running = new RunningBatches<string, string>();
    expect(running.oldestStartedAtMs).toBe(Infinity);
    const slots = [7, 5, 6].map((atMs) => running.add(batchOf(1, 1, atMs)));
    expect(running.oldestStartedAtMs).toBe(5);
    running.free(slots[1]!);
    expect(running.oldestStartedAtMs).toBe(6);
  });
});
