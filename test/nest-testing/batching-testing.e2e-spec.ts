import { Controller, Injectable, Module, Param, Post, type INestApplication } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import {
  Batched,
  BatcherService,
  BATCHING_OVERRIDES,
  BatchingModule,
  DynamicBatcher,
  getBatcherToken,
  replacedProcessor,
  WorkerProcessor,
  type BatchingOverrides,
  type BatchProcessor,
} from 'nestjs-batching';
import { BatchingTestingModule, type BatchingTestingOptions } from 'nestjs-batching/nest-testing';
import { OnnxModule } from 'nestjs-batching/onnx';
import { FakeProcessor, ManualClock, untilAccepted } from 'nestjs-batching/testing';
import { firstValueFrom } from 'rxjs';
import { freePort } from '../http/free-port.js';
import { post, type Answer } from '../http/json-client.js';

/** The app's own processor, which a test does without. */
@Injectable()
class SlowWords implements BatchProcessor<string, string> {
  static closed = 0;

  processBatch(words: readonly string[]): Promise<string[]> {
    return Promise.resolve(words.map((word) => `slowly ${word}`));
  }

  close(): void {
    SlowWords.closed += 1;
  }
}

@Controller('words')
class WordsController {
  @Post(':word')
  @Batched('words')
  say(@Param('word') word: string): string {
    return word;
  }

  @MessagePattern('words')
  @Batched('words')
  sayOver(@Payload() word: string): string {
    return word;
  }
}

@Module({
  imports: [
    BatchingModule.registerBatcher({
      name: 'words',
      processor: SlowWords,
      timeoutStrategy: 'dispatch-partial',
      maxWaitTimeMs: 50,
    }),
  ],
  controllers: [WordsController],
})
class AppModule {}

const apps: INestApplication[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

async function start(builder: TestingModuleBuilder): Promise<INestApplication> {
  const app = (await builder.compile()).createNestApplication({ logger: false });
  apps.push(app);
  await app.listen(0, '127.0.0.1');
  return app;
}

const startWith = (options: BatchingTestingOptions): Promise<INestApplication> =>
  start(Test.createTestingModule({ imports: [AppModule, BatchingTestingModule.forRoot(options)] }));
const say = async (app: INestApplication, word: string): Promise<Answer<unknown>> =>
  post(`${await app.getUrl()}/words/${word}`, {});
const batcherOf = (app: INestApplication, name = 'words'): DynamicBatcher<string, string> =>
  app.get(BatcherService, { strict: false }).get(name);

describe('BatchingTestingModule', () => {
  it('lets the app’s batchers wait and run in virtual time', async () => {
    const clock = new ManualClock();
    const words = new FakeProcessor((word: string) => `fake ${word}`, { clock, latencyMs: 20 });
    const app = await startWith({ clock, processors: { words } });
    const answers = Promise.all([say(app, 'a'), say(app, 'b')]);
    await untilAccepted(batcherOf(app), 2);
    expect(words.batches).toEqual([]);

    await clock.advance(50);
    expect(words.requestsByBatch.map((batch) => [...batch].sort())).toEqual([['a', 'b']]);
    expect(await clock.flush()).toBe(20);
    expect((await answers).map(({ status }) => status)).toEqual([201, 201]);
    expect(batcherOf(app).getStatistics().processingTimeMs.max).toBe(20);
  });

  it('closes an app whose requests wait for a clock that stands still', async () => {
    const clock = new ManualClock();
    const words = new FakeProcessor((word: string) => `fake ${word}`, { clock, latencyMs: 20 });
    const app = await startWith({ clock, processors: { words } });
    const answer = say(app, 'a');
    await untilAccepted(batcherOf(app), 1);
    await app.close();

    expect(await answer).toMatchObject({ status: 201 });
  });

  it('does so for messages as well, wherever it stands among the imports', async () => {
    const clock = new ManualClock();
    const words = new FakeProcessor((word: string) => `fake ${word}`, { clock, latencyMs: 20 });
    const testing = BatchingTestingModule.forRoot({ clock, processors: { words } });
    const app = await start(Test.createTestingModule({ imports: [testing, AppModule] }));
    const options = { host: '127.0.0.1', port: await freePort() };
    app.connectMicroservice({ transport: Transport.TCP, options });
    await app.startAllMicroservices();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    await client.connect();
    const answer = firstValueFrom(client.send<string>('words', 'a'));
    await untilAccepted(batcherOf(app), 1);

    const closed = app.close();
    expect(await answer).toBe('fake a');
    await client.close();
    await closed;
  });

  it('replaces processors by the names of their batchers, and closes both with the app', async () => {
    SlowWords.closed = 0;
    const app = await startWith({ runAtOnce: true, processors: { words: (all: readonly string[]) => all } });
    expect(await batcherOf(app).process('a')).toBe('a');

    await app.close();
    expect(SlowWords.closed).toBe(1);
  });

  it('runs batches at once if told so, on the app’s own processor', async () => {
    const clock = new ManualClock();
    const app = await startWith({ runAtOnce: true, clock });
    const answers = ['a', 'b'].map((word) => batcherOf(app).processWithInfo(word));
    await clock.advance();

    expect(await Promise.all(answers)).toMatchObject([
      { response: 'slowly a', batch: { batchSize: 2, queueTimeMs: 0 } },
      { response: 'slowly b', batch: { batchSize: 2, queueTimeMs: 0 } },
    ]);
  });

  it('does not start models and workers that it replaces: their files need not be there', async () => {
    const echo = (all: readonly unknown[]): readonly unknown[] => all;
    const app = await start(
      Test.createTestingModule({
        imports: [
          BatchingModule.forRoot(),
          OnnxModule.register({
            name: 'digits',
            path: 'nowhere.onnx',
            executionProviders: ['cpu'],
            maxBatchSize: 7,
          }),
          WorkerProcessor.register({ name: 'pages', module: 'nowhere.js', maxBatchSize: 9 }),
          BatchingTestingModule.forRoot({ processors: { digits: echo, pages: echo } }),
        ],
      }),
    );

    expect(await batcherOf(app, 'digits').process('a')).toBe('a');
    expect(await batcherOf(app, 'pages').process('b')).toBe('b');
    expect(['digits', 'pages'].map((name) => batcherOf(app, name).config.maxBatchSize)).toEqual([7, 9]);
  });

  it('does not let an app start with a processor for a batcher that it does not have', async () => {
    const started = startWith({ processors: { wrods: () => [] } });
    await expect(started).rejects.toThrow(
      "Invalid configuration of BatchingTestingModule.forRoot():\n  - processors.wrods: the app's batchers are words",
    );
  });

  it('says that a name is misspelt rather than what becomes of the model that it would have replaced', async () => {
    const echo = (all: readonly unknown[]): readonly unknown[] => all;
    const started = start(
      Test.createTestingModule({
        imports: [
          BatchingModule.forRoot({ maxBatchSize: 8 }),
          OnnxModule.register({ name: 'digits', path: 'nowhere.onnx', executionProviders: ['cpu'] }),
          WorkerProcessor.register({ name: 'pages', module: 'nowhere.js' }),
          BatchingTestingModule.forRoot({ processors: { digts: echo, pages: echo, letters: echo } }),
        ],
      }),
    );

    await expect(started).rejects.toThrow(
      'Invalid configuration of BatchingTestingModule.forRoot():\n' +
        "  - processors.digts: the app's batchers are digits, pages; did you mean digits?\n" +
        "  - processors.letters: the app's batchers are digits, pages",
    );
  });

  it('is called once: of two calls, one would be dropped without a word, and the app’s own model might run', async () => {
    const words = (all: readonly string[]): readonly string[] => all;
    const imports = [
      AppModule,
      OnnxModule.register({ name: 'digits', path: 'nowhere.onnx', executionProviders: ['cpu'] }),
      BatchingTestingModule.forRoot({ runAtOnce: true }),
      BatchingTestingModule.forRoot({ processors: { words } }),
    ];

    await expect(start(Test.createTestingModule({ imports }))).rejects.toThrow(
      'Invalid configuration of BatchingTestingModule.forRoot():\n' +
        '  - options: received in 2 calls, expected all of them in one',
    );
  });

  it('starts nothing that a misspelt name may have been meant to replace', async () => {
    const isReplaced: boolean[] = [];
    const model = {
      provide: 'MODEL',
      inject: [{ token: BATCHING_OVERRIDES, optional: true }],
      useFactory: (overrides?: BatchingOverrides) =>
        isReplaced.push(replacedProcessor('words', overrides) !== undefined),
    };
    const imports = [AppModule, BatchingTestingModule.forRoot({ processors: { wods: () => [] } })];
    const started = start(Test.createTestingModule({ imports, providers: [model] }));

    await expect(started).rejects.toThrow(
      "processors.wods: the app's batchers are words; did you mean words?",
    );
    expect(isReplaced).toEqual([true]);
  });

  it('takes a processor for the default batcher, and names that one where there is one', async () => {
    const echo = (all: readonly unknown[]): readonly unknown[] => all;
    const startDefault = (name: string): Promise<INestApplication> =>
      start(
        Test.createTestingModule({
          imports: [
            BatchingModule.forRoot({ processor: SlowWords }),
            BatchingTestingModule.forRoot({ processors: { [name]: echo } }),
          ],
        }),
      );

    expect(await batcherOf(await startDefault('default'), 'default').process('a')).toBe('a');
    await expect(startDefault('defualt')).rejects.toThrow('are default; did you mean default?');
  });
});

describe('overrideProvider(getBatcherToken())', () => {
  it('puts a batcher of the test in the place of the app’s, for @Batched() as well', async () => {
    const clock = new ManualClock();
    const processor = new FakeProcessor((word: string) => `fake ${word}`, { latencyMs: 0 });
    const batcher = new DynamicBatcher({ maxWaitTimeMs: 0 }, processor, { clock, name: 'words' });
    const app = await start(
      Test.createTestingModule({ imports: [AppModule] })
        .overrideProvider(getBatcherToken('words'))
        .useValue(batcher),
    );
    const answer = say(app, 'a');
    await untilAccepted(batcher, 1);
    await clock.flush();

    expect(await answer).toMatchObject({ status: 201 });
    expect(batcherOf(app)).toBe(batcher);
    await app.close();
    expect(batcher.state).toBe('closed');
  });
});
