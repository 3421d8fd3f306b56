import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { BatchingModule, DynamicBatcher, getBatcherToken, InjectBatcher } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';

@Injectable()
class Search {
  constructor(@InjectBatcher('embeddings') private readonly embeddings: DynamicBatcher<string, number[]>) {}

  embed(text: string): Promise<number[]> {
    return this.embeddings.process(text);
  }
}

@Module({
  imports: [
    BatchingModule.registerBatcher({
      name: 'embeddings',
      processor: () => Promise.reject(new Error('No network in tests.')),
    }),
  ],
  providers: [Search],
})
class SearchModule {}

describe('Search', () => {
  it('embeds a text', async () => {
    const model = new FakeProcessor((text: string) => [text.length], { latencyMs: 0 });
    const tested = await Test.createTestingModule({ imports: [SearchModule] })
      .overrideProvider(getBatcherToken('embeddings'))
      .useValue(new DynamicBatcher<string, number[]>({}, model))
      .compile();
    await tested.init();

    expect(await tested.get(Search).embed('fine')).toEqual([4]);
    await tested.close();
  });
});
