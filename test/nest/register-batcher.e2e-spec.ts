import { Inject, Injectable, Module } from '@nestjs/common';
import { BatcherService, BatchingModule } from 'nestjs-batching';
import { HttpApps } from './http-apps.js';

const echo = (texts: readonly string[]): readonly string[] => texts;

@Injectable()
class Settings {
  readonly suffix = '!';
  readonly largestBatch = 6;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

class Suffixer {
  constructor(@Inject(Settings) private readonly settings: Settings) {}

  processBatch(texts: readonly string[]): string[] {
    return texts.map((text) => text + this.settings.suffix);
  }
}

@Module({
  imports: [
    BatchingModule.registerBatcher({ name: 'suffix', processor: Suffixer, imports: [SettingsModule] }),
  ],
})
class SuffixModule {}

@Module({
  imports: [
    BatchingModule.registerBatcherAsync({
      name: 'repeat',
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: ({ largestBatch, suffix }: Settings) =>
        Promise.resolve({
          maxBatchSize: largestBatch,
          processor: (texts: readonly string[]) => texts.map((text) => text + suffix + suffix),
        }),
    }),
  ],
})
class RepeatModule {}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('BatchingModule.registerBatcher', () => {
  it('gives each of several modules its own batcher, known by name in the whole app', async () => {
    const { app } = await apps.start({ imports: [SuffixModule, RepeatModule, BatchingModule.forRoot()] });
    const batchers = app.get(BatcherService, { strict: false });

    expect([...batchers.names].sort()).toEqual(['repeat', 'suffix']);
    expect(await batchers.get('suffix').process('a')).toBe('a!');
    expect(await batchers.get('repeat').process('a')).toBe('a!!');
  });

  it('needs no forRoot', async () => {
    const { batcher } = await apps.start({ imports: [SuffixModule] });

    expect(await batcher('suffix').process('a')).toBe('a!');
    expect(batcher('suffix').config.maxBatchSize).toBe(32);
  });

  it('lets an option of its own win over forRoot, and forRoot over the default', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.forRoot({ maxBatchSize: 16, maxWaitTimeMs: 9 }),
        BatchingModule.registerBatcher({ name: 'echo', processor: echo, maxBatchSize: 8 }),
      ],
    });

    expect(batcher('echo').config).toMatchObject({ maxBatchSize: 8, maxWaitTimeMs: 9, maxQueueSize: 1024 });
  });

  it('does not hand the processor of forRoot to a named batcher', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.forRoot({ processor: () => ['from the default batcher'] }),
        BatchingModule.registerBatcher({ name: 'echo', processor: echo }),
      ],
    });

    expect(await batcher('echo').process('a')).toBe('a');
    expect(await batcher().process('a')).toBe('from the default batcher');
  });

  it('makes pairs of options right that are only wrong in the defaults', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.forRoot({ maxQueueSize: 4 }),
        BatchingModule.registerBatcher({ name: 'echo', processor: echo, maxBatchSize: 2 }),
      ],
    });

    expect(batcher('echo').config).toMatchObject({ maxBatchSize: 2, maxQueueSize: 4 });
  });
});

describe('BatchingModule.registerBatcherAsync', () => {
  it('merges what the factory returns with the defaults', async () => {
    const { batcher } = await apps.start({
      imports: [BatchingModule.forRoot({ maxBatchSize: 16, maxWaitTimeMs: 9 }), RepeatModule],
    });

    expect(batcher('repeat').config).toMatchObject({ maxBatchSize: 6, maxWaitTimeMs: 9 });
  });

  it('wires a processor class that stands beside the factory', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.registerBatcherAsync({
          name: 'suffix',
          imports: [SettingsModule],
          processor: Suffixer,
          useFactory: () => ({ maxBatchSize: 3 }),
        }),
      ],
    });

    expect(batcher('suffix').config.maxBatchSize).toBe(3);
    expect(await batcher('suffix').process('a')).toBe('a!');
  });

  it('starts each batcher once, although several modules import it', async () => {
    const shared = BatchingModule.registerBatcher({ name: 'echo', processor: echo });
    class FirstModule {}
    class SecondModule {}
    Module({ imports: [shared] })(FirstModule);
    Module({ imports: [shared] })(SecondModule);

    const { batcher } = await apps.start({ imports: [FirstModule, SecondModule] });

    expect(await batcher('echo').process('a')).toBe('a');
  });
});
