import type { BatchContext } from 'nestjs-batching/core';
import { FakeProcessor } from './fake-processor.js';

function contextOf(batchId: number, batchSize: number): BatchContext {
  return { batchId, batchSize, paddedBatchSize: batchSize, signal: new AbortController().signal };
}

describe('FakeProcessor', () => {
  it('waits to be told how a batch ends', async () => {
    const processor = new FakeProcessor((text: string) => text.length);
    let hasEnded = false;
    const ending = Promise.resolve(processor.processBatch(['a', 'bcd'], contextOf(1, 2)));
    void ending.then(() => (hasEnded = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);

    processor.running[0]?.succeed();
    await expect(ending).resolves.toEqual([1, 3]);
  });

  it('ends a batch with other results if told so', async () => {
    const processor = new FakeProcessor((text: string) => text.length);
    const ending = processor.processBatch(['a'], contextOf(1, 1));
    processor.running[0]?.succeed([7, 8]);

    expect(await ending).toEqual([7, 8]);
  });

  it('fails a batch with whatever it is told', async () => {
    const processor = new FakeProcessor((text: string) => text.length);
    const ending = processor.processBatch(['a'], contextOf(1, 1));
    processor.running[0]?.fail('broken');

    await expect(ending).rejects.toBe('broken');
  });

  it('remembers every batch, and which of them run', async () => {
    const processor = new FakeProcessor((text: string) => text.length);
    const contexts = [contextOf(1, 1), contextOf(2, 2)] as const;
    void processor.processBatch(['a'], contexts[0]);
    const second = processor.processBatch(['b', 'c'], contexts[1]);
    processor.running[1]?.succeed();
    await second;

    expect(processor.requestsByBatch).toEqual([['a'], ['b', 'c']]);
    expect(processor.batches.map(({ context }) => context)).toEqual(contexts);
    expect(processor.running).toEqual([processor.batches[0]]);
  });

  it('does not let a batch end twice, nor another one in its place', () => {
    const processor = new FakeProcessor((text: string) => text.length);
    void processor.processBatch(['a'], contextOf(1, 1));
    void processor.processBatch(['b'], contextOf(2, 1));
    const first = processor.batches[0];
    first?.succeed();

    expect(() => first?.succeed()).toThrow('Batch 1 has already ended.');
    expect(() => first?.fail(new Error('broken'))).toThrow('Batch 1 has already ended.');
    expect(processor.running).toEqual([processor.batches[1]]);
  });
});
