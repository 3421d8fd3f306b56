import { Injectable, Module } from '@nestjs/common';
import {
  BatchingModule,
  BatchProcessor,
  InjectBatcher,
  InvalidConfigError,
  WorkerProcessor,
  type DynamicBatcher,
} from 'nestjs-batching';
import { OnnxModule } from 'nestjs-batching/onnx';
import { HttpApps } from './http-apps.js';

const echo = (texts: readonly string[]): readonly string[] => texts;

const apps = new HttpApps();
afterEach(() => apps.closeAll());

@BatchProcessor('letters', { maxBatchSize: 0 })
class Letters {
  processBatch(texts: readonly string[]): readonly string[] {
    return texts;
  }
}

@Injectable()
class Words {
  constructor(@InjectBatcher('words') readonly batcher: DynamicBatcher<string, string>) {}

  processBatch(texts: readonly string[]): readonly string[] {
    return texts;
  }
}

describe('a start with several batchers whose configuration is wrong', () => {
  it('lists the faults of all, however they are registered', async () => {
    @Module({
      imports: [BatchingModule.registerBatcher({ name: 'lines', processor: echo, maxBatchSize: 0 })],
    })
    class FeatureModule {}
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({ name: 'words', processor: echo, maxWaitTimeMs: -1 }),
        FeatureModule,
        BatchingModule.registerBatcherAsync({
          name: 'pages',
          useFactory: () => Promise.resolve({ processor: echo, maxQueueSize: 0 }),
        }),
        WorkerProcessor.register({ name: 'books', module: 'nowhere.js', maxBatchSize: 0 }),
        OnnxModule.register({ name: 'digits', path: 'nowhere.onnx', executionProviders: ['cpu'] }),
      ],
      providers: [Letters],
    });

    expect(error).toBeInstanceOf(InvalidConfigError);
    const [subject, ...faults] = error.message.split('\n');
    expect(subject).toBe('Invalid configuration of batching:');
    expect(faults.sort()).toEqual([
      '  - batcher "letters" of Letters (TestedModule): maxBatchSize: received 0, expected an integer from 1 to 65536',
      '  - batcher "lines": maxBatchSize: received 0, expected an integer from 1 to 65536',
      '  - batcher "pages": maxQueueSize: received 0, expected an integer from 1 to 16777216',
      '  - batcher "words": maxWaitTimeMs: received -1, expected a number from 0 to 60000 (milliseconds)',
      expect.stringMatching(/^ {2}- model "digits": path: .*nowhere\.onnx/),
      '  - processor "books": maxBatchSize: received 0, expected an integer from 1 to 65536',
      expect.stringMatching(/^ {2}- processor "books": module: .*nowhere\.js" does not exist/),
    ]);
  });

  it('tells what is wrong with the defaults once, and of the batchers what is their own', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.forRoot({ maxBatchSize: 0, timeoutHeader: 'no header' }),
        BatchingModule.registerBatcher({ name: 'words', processor: echo }),
        BatchingModule.registerBatcher({ name: 'lines', processor: echo, maxQueueSize: 0 }),
      ],
    });

    expect(error.message.split('\n').sort()).toEqual([
      '  - BatchingModule.forRoot(): maxBatchSize: received 0, expected an integer from 1 to 65536',
      expect.stringContaining('  - BatchingModule.forRoot(): timeoutHeader: received "no header", expected'),
      '  - batcher "lines": maxQueueSize: received 0, expected an integer from 1 to 16777216',
      'Invalid configuration of batching:',
    ]);
  });

  it('waits neither for a factory that is slow, nor for what waits for a batcher that is wrong', async () => {
    const words = BatchingModule.registerBatcher({ name: 'words', processor: echo, maxBatchSize: 0 });
    const error = await apps.failureOf({
      imports: [
        words,
        BatchingModule.registerBatcherAsync({ name: 'slow', useFactory: () => new Promise(() => undefined) }),
        BatchingModule.registerBatcher({ name: 'chained', processor: Words, imports: [words] }),
        BatchingModule.registerBatcher({ name: 'pages', processor: echo, maxQueueSize: 0 }),
      ],
    });

    expect(error.message).toContain('batcher "words": maxBatchSize: received 0');
    expect(error.message).toContain('batcher "pages": maxQueueSize: received 0');
    expect(error.message).not.toContain('slow');
  });
});
