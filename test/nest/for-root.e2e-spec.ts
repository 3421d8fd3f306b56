import { Controller, Inject, Injectable, Module, Post, Body } from '@nestjs/common';
import {
  Batched,
  BatcherService,
  BatchingModule,
  type BatchContext,
  type BatchProcessor,
} from 'nestjs-batching';
import { post } from '../http/json-client.js';
import { HttpApps, platforms } from './http-apps.js';

@Injectable()
class Dictionary {
  translate(word: string): string {
    return { one: 'eins', two: 'zwei' }[word] ?? '?';
  }
}

@Module({ providers: [Dictionary], exports: [Dictionary] })
class DictionaryModule {}

class Translator implements BatchProcessor<string, string> {
  constructor(@Inject(Dictionary) private readonly dictionary: Dictionary) {}

  processBatch(words: readonly string[]): string[] {
    return words.map((word) => this.dictionary.translate(word));
  }
}

@Controller()
class WordsController {
  @Post('words')
  @Batched()
  translate(@Body() { word }: { word: string }): string {
    return word;
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('BatchingModule.forRoot on $name', (platform) => {
  it('makes the processor class and gives it what it injects', async () => {
    const { url } = await apps.start(
      {
        imports: [BatchingModule.forRoot({ processor: Translator, imports: [DictionaryModule] })],
        controllers: [WordsController],
      },
      platform,
    );

    const answer = await post(`${url}/words`, { word: 'two' });

    expect(answer).toMatchObject({ status: 201, body: 'zwei' });
  });

  it('takes a function as processor', async () => {
    const { url } = await apps.start(
      {
        imports: [
          BatchingModule.forRoot({
            processor: (words: readonly string[]) => words.map((word) => word.toUpperCase()),
          }),
        ],
        controllers: [WordsController],
      },
      platform,
    );

    expect(await post(`${url}/words`, { word: 'two' })).toMatchObject({ status: 201, body: 'TWO' });
  });

  it('takes an object as processor, and calls its method on the object itself', async () => {
    const processor = {
      suffix: '!',
      processBatch(words: readonly string[], { batchSize }: BatchContext): string[] {
        return words.map((word) => `${word}${this.suffix} of ${batchSize}`);
      },
    };
    const { url } = await apps.start(
      { imports: [BatchingModule.forRoot({ processor })], controllers: [WordsController] },
      platform,
    );

    expect(await post(`${url}/words`, { word: 'two' })).toMatchObject({ status: 201, body: 'two! of 1' });
  });
});

describe('BatchingModule.forRoot', () => {
  it('provides no default batcher without a processor, and says how to get one', async () => {
    const { app } = await apps.start({ imports: [BatchingModule.forRoot({ maxBatchSize: 4 })] });
    const service = app.get(BatcherService);

    expect(service.names).toEqual([]);
    expect(() => service.process('x')).toThrow(/no batcher is registered; give BatchingModule.forRoot\(\) a/);
  });

  it('runs the default batcher with the options that stand beside the processor', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.forRoot({
          maxBatchSize: 4,
          maxQueueSize: 40,
          processor: (words: readonly string[]) => words,
        }),
      ],
    });

    expect(batcher().config).toMatchObject({ maxBatchSize: 4, maxQueueSize: 40, maxConcurrentBatches: 1 });
  });
});
