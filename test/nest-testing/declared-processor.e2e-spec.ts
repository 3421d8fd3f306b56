import { Module, type INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { BatcherService, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';
import { BatchingTestingModule } from 'nestjs-batching/nest-testing';
import { ManualClock } from 'nestjs-batching/testing';

@BatchProcessor('moods', { maxBatchSize: 7, maxWaitTimeMs: 50, timeoutStrategy: 'dispatch-partial' })
class MoodProcessor implements BatchProcessorHost<string, string> {
  processBatch(texts: readonly string[]): string[] {
    return texts.map((text) => `the model's ${text}`);
  }
}

@Module({ imports: [BatchingModule.forRoot()], providers: [MoodProcessor] })
class AppModule {}

const fake = { processBatch: (texts: readonly string[]) => texts.map((text) => `fake ${text}`) };

class FakeMoods {
  processBatch = fake.processBatch;
}

/** One that stands in a batcher's name of its own elsewhere. */
@BatchProcessor('fakes')
class DeclaredFakeMoods extends FakeMoods {}

const apps: INestApplication[] = [];
afterEach(() => Promise.all(apps.splice(0).map((app) => app.close())));

async function start(builder: TestingModuleBuilder): Promise<BatcherService> {
  const app = (await builder.compile()).createNestApplication({ logger: false });
  apps.push(app);
  await app.init();
  return app.get(BatcherService);
}

const override = () => Test.createTestingModule({ imports: [AppModule] }).overrideProvider(MoodProcessor);

describe('a @BatchProcessor() in a test', () => {
  it.each<[string, () => TestingModuleBuilder]>([
    ['a value', () => override().useValue(fake)],
    ['a class', () => override().useClass(FakeMoods)],
    ['a class with a declaration of its own', () => override().useClass(DeclaredFakeMoods)],
    ['a factory', () => override().useFactory({ factory: () => fake })],
  ])('is replaced by overrideProvider() with %s, and its batcher stays as it was', async (_, replaced) => {
    const service = await start(replaced());

    expect(service.names).toEqual(['moods']);
    expect(await service.get(MoodProcessor).process('a')).toBe('fake a');
    expect(service.get(MoodProcessor).config.maxBatchSize).toBe(7);
  });

  it('cannot be replaced by what runs no batches, and the message names what does it', async () => {
    await expect(start(override().useValue({ process: () => [] }))).rejects.toThrow(
      'MoodProcessor (AppModule): it has no method processBatch(requests, context); in a test, ' +
        "BatchingTestingModule.forRoot({ processors: { 'moods': fake } }) replaces a processor",
    );
  });

  it('runs its batches at once if BatchingTestingModule is told so', async () => {
    const clock = new ManualClock();
    const service = await start(
      Test.createTestingModule({
        imports: [AppModule, BatchingTestingModule.forRoot({ clock, runAtOnce: true })],
      }),
    );
    const answer = service.get(MoodProcessor).processWithInfo('a');
    await clock.advance();

    expect(await answer).toMatchObject({ response: "the model's a", batch: { queueTimeMs: 0 } });
  });
});
