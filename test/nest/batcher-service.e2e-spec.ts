import { Controller, Get, Injectable, Module, Param } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  BatcherService,
  BatchingModule,
  BatchProcessor,
  DynamicBatcher,
  getBatcherToken,
  InjectBatcher,
} from 'nestjs-batching';
import { get } from '../http/json-client.js';
import { HttpApps, platforms } from './http-apps.js';

@Injectable()
class Words {
  constructor(
    readonly batchers: BatcherService<string, string>,
    @InjectBatcher() readonly byDefault: DynamicBatcher<string, string>,
    @InjectBatcher('lower') readonly lower: DynamicBatcher<string, string>,
  ) {}
}

@Controller()
class WordsController {
  constructor(private readonly words: Words) {}

  @Get('upper/:word')
  upper(@Param('word') word: string): Promise<string> {
    return this.words.batchers.process(word);
  }

  @Get('lower/:word')
  lower(@Param('word') word: string): Promise<string> {
    return this.words.lower.process(word);
  }
}

@Module({
  imports: [
    BatchingModule.forRoot({
      processor: (words: readonly string[]) => words.map((word) => word.toUpperCase()),
    }),
    BatchingModule.registerBatcher({
      name: 'lower',
      processor: (words: readonly string[]) => words.map((word) => word.toLowerCase()),
    }),
  ],
  controllers: [WordsController],
  providers: [Words],
})
class WordsModule {}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('BatcherService', () => {
  it('stands for the default batcher', async () => {
    const { app, batcher } = await apps.start({ imports: [WordsModule] });
    const service = app.get<BatcherService<string, string>>(BatcherService, { strict: false });

    expect(await service.process('Hi')).toBe('HI');
    expect(await service.processWithInfo('Hi')).toMatchObject({ response: 'HI', batch: { batchId: 2 } });
    expect(service.getStatistics().requests).toEqual(batcher().getStatistics().requests);
    expect(service.getStatistics().requests.succeeded).toBe(2);
  });

  it('refuses a name that nobody registered, tells those that are, and how to add it', async () => {
    const { app } = await apps.start({ imports: [WordsModule] });
    const service = app.get(BatcherService, { strict: false });

    expect(() => service.get('digits')).toThrow(
      'received "digits", but registered are default, lower; ' +
        "add BatchingModule.registerBatcher({ name: 'digits', processor })",
    );
  });
});

describe('BatcherService, asked for a misspelt name,', () => {
  it('tells which one is probably meant', async () => {
    const { app } = await apps.start({ imports: [WordsModule] });
    const service = app.get(BatcherService, { strict: false });

    expect(() => service.get('lover')).toThrow(
      'received "lover", but registered are default, lower; did you mean "lower"?',
    );
  });
});

@BatchProcessor('lazy')
class LazyProcessor {
  processBatch(words: readonly string[]): readonly string[] {
    return words;
  }
}

@Module({ providers: [LazyProcessor] })
class LazyModule {}

describe('BatcherService, asked for the batcher of a processor that was loaded lazily,', () => {
  it('says that such a module comes too late', async () => {
    const { app } = await apps.start({ imports: [BatchingModule.forRoot()] });
    await app.get(LazyModuleLoader, { strict: false }).load(() => LazyModule);
    const service = app.get(BatcherService, { strict: false });

    expect(() => service.get(LazyProcessor)).toThrow('(not of a lazy one, which comes too late)');
  });
});

describe('@InjectBatcher', () => {
  it('injects the very batcher that the service gives for the name', async () => {
    const { app } = await apps.start({ imports: [WordsModule] });
    const { batchers, byDefault, lower } = app.get(Words, { strict: false });

    expect(byDefault).toBeInstanceOf(DynamicBatcher);
    expect(byDefault).toBe(batchers.get('default'));
    expect(lower).toBe(batchers.get('lower'));
    expect(app.get(getBatcherToken('lower'), { strict: false })).toBe(lower);
  });

  it.each(platforms)('serves handlers that call a batcher by themselves on $name', async (platform) => {
    const { url } = await apps.start({ imports: [WordsModule] }, platform);

    expect(await get(`${url}/upper/Hi`)).toMatchObject({ status: 200, body: 'HI' });
    expect(await get(`${url}/lower/Hi`)).toMatchObject({ status: 200, body: 'hi' });
  });
});
