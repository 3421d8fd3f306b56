import { Body, Controller, Get, Injectable, Module, Post, Scope } from '@nestjs/common';
import {
  Batched,
  BatcherService,
  BatchingModule,
  BatchProcessor,
  batchRequest,
  getBatcherToken,
  InjectBatcher,
  InvalidConfigError,
  type BatcherOf,
  type BatchProcessorHost,
  type BatchRequest,
} from 'nestjs-batching';
import { NestFactory } from '@nestjs/core';
import { get, post } from '../http/json-client.js';
import { until } from '../http/until.js';
import { HttpApps } from './http-apps.js';

interface Mood {
  readonly mood: string;
}

@Injectable()
class Lexicon {
  moodOf(text: string): string {
    return text.includes('good') ? 'happy' : 'sad';
  }
}

@BatchProcessor('mood', { maxBatchSize: 4 })
class MoodProcessor implements BatchProcessorHost<string, Mood> {
  readonly sizes: number[] = [];

  constructor(private readonly lexicon: Lexicon) {}

  processBatch(texts: readonly string[]): Promise<Mood[]> {
    this.sizes.push(texts.length);
    return Promise.resolve(texts.map((text) => ({ mood: this.lexicon.moodOf(text) })));
  }
}

@Injectable()
class MoodService {
  constructor(@InjectBatcher(MoodProcessor) readonly batcher: BatcherOf<MoodProcessor>) {}

  /** Called from code. */
  @Batched(MoodProcessor)
  async feel(text: string): Promise<BatchRequest<string, Mood>> {
    await Promise.resolve();
    return batchRequest(MoodProcessor, text.trim());
  }
}

@Controller()
class MoodController {
  constructor(private readonly moods: MoodService) {}

  @Post('mood')
  @Batched(MoodProcessor)
  mood(@Body() { text }: { text: string }): string {
    return text;
  }

  @Get('moods')
  moodsOfMany(): Promise<Mood[]> {
    return Promise.all([' good ', 'bad', 'so good'].map((text) => this.moods.feel(text)));
  }
}

const moods = { providers: [Lexicon, MoodProcessor, MoodService], controllers: [MoodController] };

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('a @BatchProcessor that can run several batches', () => {
  it('is given as many at once, without being told how many', async () => {
    let end!: () => void;
    const ended = new Promise<void>((resolve) => (end = resolve));
    @BatchProcessor('wide', { maxBatchSize: 1 })
    class WideProcessor implements BatchProcessorHost<string, string> {
      readonly concurrentBatches = 3;
      async processBatch(texts: readonly string[]): Promise<string[]> {
        await ended;
        return [...texts];
      }
    }
    const { batcher } = await apps.start({ imports: [BatchingModule.forRoot()], providers: [WideProcessor] });
    const wide = batcher<string, string>('wide');
    const answers = Promise.all(['a', 'b', 'c', 'd'].map((text) => wide.process(text)));
    await until('three batches run', () => wide.getStatistics().batchesInFlight === 3);
    expect(wide.getStatistics()).toMatchObject({ currentQueueSize: 1, maxConcurrentBatches: 3 });
    end();
    expect(await answers).toEqual(['a', 'b', 'c', 'd']);
  });
});

describe('@BatchProcessor', () => {
  it('makes a provider the processor of a batcher, with what Nest injects into it', async () => {
    const { url, app } = await apps.start({
      imports: [BatchingModule.forRoot({ maxQueueSize: 64 })],
      ...moods,
    });
    const answer = await post(`${url}/mood`, { text: 'a good day' });
    expect(answer.body).toEqual({ mood: 'happy' });
    const batcher = app.get(BatcherService).get(MoodProcessor);
    expect(batcher.config).toMatchObject({ maxBatchSize: 4, maxQueueSize: 64 });
    expect(app.get(getBatcherToken('mood'))).toBe(batcher);
    expect(app.get(MoodService).batcher).toBe(batcher);
  });

  it('batches what methods return that are called from code, and gives each caller its own', async () => {
    const { url, app } = await apps.start({ imports: [BatchingModule.forRoot()], ...moods });
    const answer = await get(`${url}/moods`);
    expect(answer.body).toEqual([{ mood: 'happy' }, { mood: 'sad' }, { mood: 'happy' }]);
    expect(app.get(MoodProcessor).sizes).toEqual([3]);
  });

  it('works without forRoot where nobody injects the batcher', async () => {
    const { url } = await apps.start({
      imports: [BatchingModule.registerBatcher({ name: 'other', processor: (requests) => requests })],
      providers: [Lexicon, MoodProcessor, { provide: MoodService, useValue: {} }],
      controllers: [MoodController],
    });
    expect((await post(`${url}/mood`, { text: 'bad' })).body).toEqual({ mood: 'sad' });
  });

  it('answers what is under way when the app closes, and releases the processor', async () => {
    const released: string[] = [];
    @BatchProcessor('slow')
    class SlowProcessor implements BatchProcessorHost<string, string> {
      async processBatch(texts: readonly string[]): Promise<string[]> {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [...texts];
      }

      close(): void {
        released.push('slow');
      }
    }
    const { app } = await apps.start({ imports: [BatchingModule.forRoot()], providers: [SlowProcessor] });
    const answer = app.get(BatcherService).get(SlowProcessor).process('a');
    await app.close();
    expect(await answer).toBe('a');
    expect(released).toEqual(['slow']);
  });

  it('refuses a request that comes before the start, and says what has to happen first', async () => {
    class UnstartedModule {}
    Module({ imports: [BatchingModule.forRoot()], ...moods })(UnstartedModule);
    const app = await NestFactory.create(UnstartedModule, { logger: false });
    await expect(app.get(MoodService).batcher.process('good')).rejects.toThrow(
      'Batcher "mood" has no processor yet: the app has not started. Call app.init() or app.listen() first;',
    );
    await app.close();
  });

  it('leaves alone what is declared in the process but no provider of the app', async () => {
    @BatchProcessor('unused')
    class UnusedProcessor implements BatchProcessorHost<string, string> {
      processBatch(texts: readonly string[]): string[] {
        return [...texts];
      }
    }
    const { app } = await apps.start({ imports: [BatchingModule.forRoot()], ...moods });
    expect(app.get(BatcherService).names).toEqual(['mood']);
    expect(UnusedProcessor.name).toBe('UnusedProcessor');
  });

  it('lets registerBatcher have a name that a class of another app has, too', async () => {
    const { app } = await apps.start({
      imports: [
        BatchingModule.forRoot(),
        BatchingModule.registerBatcher({ name: 'mood', processor: (texts) => texts, maxBatchSize: 7 }),
      ],
    });
    const batcher = app.get<{ process: (text: string) => Promise<string> }>(getBatcherToken('mood'));
    expect(await batcher.process('good')).toBe('good');
    expect(app.get(BatcherService).get('mood').config.maxBatchSize).toBe(7);
  });
});

describe('the start of the app stops', () => {
  it('where a processor is request-scoped, lacks the method, or shares its name', async () => {
    @BatchProcessor('scoped')
    @Injectable({ scope: Scope.REQUEST })
    class ScopedProcessor {
      processBatch(): string[] {
        return [];
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    @BatchProcessor('scoped above')
    class ScopedAboveProcessor extends ScopedProcessor {}
    @BatchProcessor('transient')
    @Injectable({ scope: Scope.TRANSIENT })
    class TransientProcessor {
      processBatch(): string[] {
        return [];
      }
    }
    // @ts-expect-error The compiler would say so.
    @BatchProcessor('empty')
    class EmptyProcessor {}
    @BatchProcessor('mood')
    class SecondMoodProcessor {
      processBatch(): string[] {
        return [];
      }
    }
    @Module({ providers: [Lexicon, MoodProcessor, MoodService], exports: [MoodService] })
    class MoodModule {}
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot(), MoodModule],
      providers: [
        ScopedProcessor,
        ScopedAboveProcessor,
        TransientProcessor,
        EmptyProcessor,
        SecondMoodProcessor,
      ],
    });
    expect(error.message).toMatch(/ScopedProcessor \(TestedModule\): it is request-scoped/);
    expect(error.message).toMatch(/ScopedAboveProcessor \(TestedModule\): it is request-scoped/);
    expect(error.message).toMatch(/TransientProcessor \(TestedModule\): it is transient/);
    expect(error.message).toMatch(/EmptyProcessor \(TestedModule\): it has no method processBatch/);
    expect(error.message).toMatch(
      /MoodProcessor \(\w+\): the batcher "mood" has a processor already: \w*MoodProcessor \(\w+\)/,
    );
  });

  it('where somebody injects the batcher of a class that is no provider, naming who', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot()],
      providers: [MoodService],
    });
    expect(error.message).toMatch(
      /MoodService \(TestedModule\): it injects the batcher "mood", whose processor/,
    );
    expect(error.message).toMatch(/MoodService\.feel \(TestedModule\): received "mood"/);
  });

  it('where @Batched names a class that is no provider, and says what to do with it', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot()],
      controllers: [MoodController],
      providers: [{ provide: MoodService, useValue: {} }],
    });
    expect(error.message.split('\n')).toEqual([
      'Invalid configuration of batching:',
      '  - MoodController.mood (TestedModule): received "mood", but no batcher is registered; its processor is no ' +
        "provider of this app: list its class in a module's providers (not of a lazy one, which comes too late)",
    ]);
  });

  it.each([
    ['a controller', { controllers: [MoodController], providers: [{ provide: MoodService, useValue: {} }] }],
    ['a provider', { providers: [{ provide: getBatcherToken('mood'), useValue: {} }, MoodService] }],
  ])('where @Batched stands in %s and the app has no batching module, naming that', async (_, metadata) => {
    const error = await apps.failureOf(metadata);
    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error.message).toContain(
      'BatchingModule: no module of the app imports it; add BatchingModule.forRoot()',
    );
  });

  it('where somebody injects a batcher that nobody registered, naming class and module', async () => {
    @Injectable()
    class Asking {
      constructor(@InjectBatcher('nobody') readonly batcher: unknown) {}
    }
    const error = await apps.failureOf({ imports: [BatchingModule.forRoot()], providers: [Asking] });
    expect(error.message).toMatch(/Asking[\s\S]*Batcher\(nobody\)[\s\S]*TestedModule/);
  });

  it('where a method that code calls is of a request-scoped class', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class ScopedService {
      @Batched('mood')
      feel(text: string): string {
        return text;
      }
    }
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot()],
      providers: [Lexicon, MoodProcessor, ScopedService],
    });
    expect(error.message).toMatch(/ScopedService\.feel \(TestedModule\): it is request-scoped/);
  });

  it('where a method that code calls is of a transient class, or of a controller', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class PassingService {
      @Batched('mood')
      feel(text: string): string {
        return text;
      }
    }
    @Controller()
    class FeelingController {
      @Batched('mood')
      feel(text: string): string {
        return text;
      }
    }
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot()],
      controllers: [FeelingController],
      providers: [
        Lexicon,
        MoodProcessor,
        PassingService,
        { provide: 'user', inject: [PassingService], useFactory: () => 1 },
      ],
    });
    expect(error.message).toMatch(/PassingService\.feel \(TestedModule\): it is transient/);
    expect(error.message).toMatch(
      /FeelingController\.feel \(TestedModule\): no route or message leads to it/,
    );
  });

  it('where a registered processor is request-scoped', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class ScopedProcessor implements BatchProcessorHost<string, string> {
      processBatch(texts: readonly string[]): string[] {
        return [...texts];
      }
    }
    const error = await apps.failureOf({
      imports: [BatchingModule.registerBatcher({ name: 'scoped', processor: ScopedProcessor })],
    });
    expect(error.message).toMatch(/batcher "scoped" \(BatchingModule\): its processor: it is request-scoped/);
  });

  it('with the faults of all of them in one message', async () => {
    @BatchProcessor('small', { maxBatchSize: 0, maxWaitTimeMs: -1 })
    class SmallProcessor extends MoodProcessor {}
    @BatchProcessor('large', { maxBatchSize: 100_000 })
    class LargeProcessor extends MoodProcessor {}
    @Controller()
    class AskingController {
      @Get('asking')
      @Batched('nobody')
      ask(): string {
        return '';
      }
    }
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot()],
      controllers: [AskingController],
      providers: [Lexicon, SmallProcessor, LargeProcessor],
    });
    for (const fault of [
      'SmallProcessor (TestedModule): maxBatchSize: received 0',
      'SmallProcessor (TestedModule): maxWaitTimeMs: received -1',
      'LargeProcessor (TestedModule): maxBatchSize: received 100000',
      'AskingController.ask (TestedModule)',
    ]) {
      expect(error.message).toContain(fault);
    }
  });

  it('where @Batched stands on a static method, or on one without a name', () => {
    class Odd {}
    expect(() => Batched('mood')(Odd, 'feel', {})).toThrow(/received a static method/);
    expect(() => Batched('mood')(Odd.prototype, Symbol('feel'), {})).toThrow(
      /received a symbol-named method/,
    );
  });

  it('where @Batched names a class that is no processor', () => {
    class NoProcessor implements BatchProcessorHost<string, string> {
      processBatch(texts: readonly string[]): string[] {
        return [...texts];
      }
    }
    expect(() => Batched(NoProcessor)({}, 'method', { value: () => undefined })).toThrow(
      /received class NoProcessor, expected a name/,
    );
  });
});
