import { Injectable, Module } from '@nestjs/common';
import { BatcherService, BatchingModule, type BatchingModuleOptions } from 'nestjs-batching';
import { HttpApps } from './http-apps.js';

const shout = (words: readonly string[]): string[] => words.map((word) => word.toUpperCase());

@Injectable()
class Settings {
  readonly largestBatch = 7;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

@Injectable()
class BatchingSettings {
  createBatchingOptions(): BatchingModuleOptions {
    return { maxBatchSize: 9, processor: shout };
  }
}

@Module({ providers: [BatchingSettings], exports: [BatchingSettings] })
class BatchingSettingsModule {}

@Injectable()
class LimitedShouter {
  constructor(private readonly settings: Settings) {}

  processBatch(words: readonly string[]): string[] {
    return words.map((word) => `${word.toUpperCase()} (${this.settings.largestBatch})`);
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('BatchingModule.forRootAsync', () => {
  it('takes options and processor from a factory, with what the factory injects', async () => {
    const { app, batcher } = await apps.start({
      imports: [
        BatchingModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ largestBatch }: Settings) => {
            await Promise.resolve();
            return { maxBatchSize: largestBatch, processor: shout };
          },
        }),
      ],
    });

    expect(batcher().config.maxBatchSize).toBe(7);
    expect(await app.get(BatcherService).process('hi')).toBe('HI');
  });

  it('takes them from a class that Nest makes', async () => {
    const { app, batcher } = await apps.start({
      imports: [BatchingModule.forRootAsync({ useClass: BatchingSettings })],
    });

    expect(batcher().config.maxBatchSize).toBe(9);
    expect(await app.get(BatcherService).process('hi')).toBe('HI');
  });

  it('takes them from a provider that exists already', async () => {
    const { app, batcher } = await apps.start({
      imports: [
        BatchingModule.forRootAsync({ imports: [BatchingSettingsModule], useExisting: BatchingSettings }),
      ],
    });

    expect(batcher().config.maxBatchSize).toBe(9);
    expect(await app.get(BatcherService).process('hi')).toBe('HI');
  });

  it('wires a processor class that stands beside the factory', async () => {
    const { app } = await apps.start({
      imports: [
        BatchingModule.forRootAsync({
          imports: [SettingsModule],
          processor: LimitedShouter,
          useFactory: () => ({}),
        }),
      ],
    });

    expect(await app.get(BatcherService).process('hi')).toBe('HI (7)');
  });

  it('gives its options as defaults to the batchers that other modules register', async () => {
    const { batcher } = await apps.start({
      imports: [
        BatchingModule.registerBatcher({ name: 'shout', processor: shout }),
        BatchingModule.forRootAsync({ useFactory: () => ({ maxBatchSize: 3 }) }),
      ],
    });

    expect(batcher('shout').config.maxBatchSize).toBe(3);
  });
});
