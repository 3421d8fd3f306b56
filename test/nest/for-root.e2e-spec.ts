import {
  Controller,
  Inject,
  Injectable,
  Module,
  Post,
  Body,
  type DynamicModule,
  type Type,
} from '@nestjs/common';
import {
  Batched,
  BatcherService,
  BatchingModule,
  InvalidConfigError,
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
    expect(() => service.process('x')).toThrow(
      /no batcher is registered; .*give BatchingModule.forRoot\(\) a/,
    );
  });

  it('refuses to start with a timeoutHeader that no client can send', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot({ timeoutHeader: 'bad header' })],
    });

    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error.message).toContain(
      'timeoutHeader: received "bad header", expected true, false, or a header',
    );
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

describe('BatchingModule.forRoot, called in several modules', () => {
  const echo = (words: readonly string[]): readonly string[] => words;
  const other = (words: readonly string[]): readonly string[] => [...words];

  /** A module of the app's own around it. */
  const within = (batching: DynamicModule): Type => {
    class SurroundingModule {}
    Module({ imports: [batching] })(SurroundingModule);
    return SurroundingModule;
  };
  const sameOptions = { maxBatchSize: 4, tenantWeights: { a: 2 } };
  const registered = () => BatchingModule.registerBatcher({ name: 'echo', processor: echo });

  it.each([
    ['before', () => [within(BatchingModule.forRoot()), registered(), BatchingModule.forRoot(sameOptions)]],
    [
      'after',
      () => [
        BatchingModule.forRoot(sameOptions),
        registered(),
        within(BatchingModule.forRoot({ maxBatchSize: undefined })),
      ],
    ],
    [
      'before an asynchronous one,',
      () => [
        within(BatchingModule.forRoot()),
        registered(),
        BatchingModule.forRootAsync({ useFactory: () => Promise.resolve(sameOptions) }),
      ],
    ],
    [
      'as one that says the same,',
      () => [
        within(BatchingModule.forRoot({ ...sameOptions })),
        registered(),
        BatchingModule.forRoot(sameOptions),
      ],
    ],
  ])('leaves the options to the call that has some: here %s it says nothing new', async (_, modules) => {
    const { batcher } = await apps.start({ imports: modules() });

    expect(batcher('echo').config).toMatchObject({ maxBatchSize: 4, tenantWeights: { a: 2 } });
  });

  it('makes the one default batcher of a processor that is given twice', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.forRoot({ processor: echo, maxBatchSize: 4 }),
        within(BatchingModule.forRoot({ processor: echo, maxBatchSize: 4 })),
        within(BatchingModule.forRoot()),
      ],
    });

    expect(await batcher().process('a')).toBe('a');
    expect(batcher().config.maxBatchSize).toBe(4);
  });

  it.each<[string, DynamicModule]>([
    ['forRoot', BatchingModule.forRoot({ maxBatchSize: 8, maxWaitTimeMs: 1, processor: other })],
    [
      'forRootAsync',
      BatchingModule.forRootAsync({
        useFactory: () => ({ maxBatchSize: 8, maxWaitTimeMs: 1, processor: other }),
      }),
    ],
  ])('does not start if a %s says something else, and names what differs', async (_, batching) => {
    const error = await apps.failureOf({
      imports: [
        within(batching),
        BatchingModule.forRoot({ maxBatchSize: 16, maxWaitTimeMs: 1, processor: echo }),
      ],
    });

    const advice =
      'call forRoot() with options once, in the root module, and use registerBatcher() for what concerns one batcher';
    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error.message.split('\n').sort()).toEqual([
      expect.stringMatching(/^ {2}- maxBatchSize: received (8|16) in one module and (8|16) in another; /),
      expect.stringContaining(advice),
      'Invalid configuration of BatchingModule.forRoot():',
    ]);
    expect(error.message).toContain('processor: received function');
  });
});
