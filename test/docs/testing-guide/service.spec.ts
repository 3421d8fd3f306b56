import { DynamicBatcher } from 'nestjs-batching/core';
import { FakeProcessor, ManualClock } from 'nestjs-batching/testing';

/** What is tested: it asks for the sentiment of texts, and goes without if there is none in time. */
class Reviews {
  constructor(private readonly sentiments: DynamicBatcher<string, number>) {}

  async rate(text: string): Promise<number | 'unknown'> {
    return this.sentiments.process(text, { timeoutMs: 200 }).catch(() => 'unknown' as const);
  }
}

describe('Reviews', () => {
  const setUp = () => {
    const clock = new ManualClock();
    const model = new FakeProcessor((text: string) => text.length, {
      clock,
      latencyMs: (batchSize) => 20 + batchSize,
    });
    const batcher = new DynamicBatcher<string, number>({ maxBatchSize: 8 }, model, { clock });
    return { clock, model, reviews: new Reviews(batcher) };
  };

  it('rates what comes together in one batch', async () => {
    const { clock, model, reviews } = setUp();
    const ratings = Promise.all([reviews.rate('fine'), reviews.rate('great')]);
    await clock.flush();

    expect(await ratings).toEqual([4, 5]);
    expect(model.requestsByBatch).toEqual([['fine', 'great']]);
    expect(clock.now()).toBe(22);
  });

  it('does not know of a text that the model cannot rate, but of the others', async () => {
    const { clock, model, reviews } = setUp();
    model.script({ itemErrors: { 0: new Error('too long') } });
    const ratings = Promise.all([reviews.rate('fine'), reviews.rate('great')]);
    await clock.flush();

    expect(await ratings).toEqual(['unknown', 5]);
  });

  it('does not wait for a model that hangs', async () => {
    const { clock, model, reviews } = setUp();
    model.script('hang');
    const rating = reviews.rate('fine');
    await clock.flush();

    expect(await rating).toBe('unknown');
    expect(clock.now()).toBe(200);
  });
});
