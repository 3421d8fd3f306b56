import { RequestBatch } from './request-batch.js';
import { RunningBatches } from './running-batches.js';

const batchOf = (id: number): RequestBatch<string, string> =>
  new RequestBatch<string, string>(id, [], 'full', 0);

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
});
