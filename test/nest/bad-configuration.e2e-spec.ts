import { Controller, Get, type DynamicModule } from '@nestjs/common';
import {
  Batched,
  BATCHING_OPTION_NAMES,
  type BatchedOptions,
  BatchingModule,
  BatchProcessor,
  InvalidConfigError,
  WorkerProcessor,
  type BatchingConfig,
  type BatchProcessorHost,
  type ProcessorReference,
} from 'nestjs-batching';
import { BatchingHealthModule } from 'nestjs-batching/health';
import { OnnxModule } from 'nestjs-batching/onnx';
import { HttpApps } from './http-apps.js';

const echo = (texts: readonly string[]): readonly string[] => texts;

@BatchProcessor('declared')
class DeclaredProcessor implements BatchProcessorHost<string, string> {
  processBatch(texts: readonly string[]): string[] {
    return [...texts];
  }
}

class NoProcessor {
  run(): void {
    // Has no processBatch, as what comes out of a misspelled method name.
  }
}

@Controller('words')
class WordsController {
  @Get('here')
  @Batched('echo')
  here(): string {
    return 'a';
  }

  @Get('there')
  @Batched('digits')
  there(): string {
    return 'a';
  }

  @Get('default')
  @Batched()
  byDefault(): string {
    return 'a';
  }
}

@Controller('options')
class ConstantOptionsController {
  @Get('urgent')
  @Batched('echo', { priority: 3, timeoutMs: 0, tenant: '' })
  urgent(): string {
    return 'a';
  }

  @Get('misspelt')
  @Batched('plain', unchecked<BatchedOptions>({ timoutMs: 5, signal: 'SIGTERM', toBody: 'scores' }))
  misspelt(): string {
    return 'a';
  }

  @Get('ordered')
  @Batched('plain', { priority: 1 })
  ordered(): string {
    return 'a';
  }

  @Get('right')
  @Batched('echo', { priority: 2, timeoutMs: 0.5, tenant: 'a' })
  right(): string {
    return 'a';
  }

  @Get('told')
  @Batched('plain', { priority: () => 7 })
  told(): string {
    return 'a';
  }
}

/** As it comes from a file or the environment, where no compiler looks at it. */
function unchecked<TChecked>(value: unknown): TChecked {
  return value as TChecked;
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('a wrong configuration stops the start', () => {
  it('and names every fault: ranges, types, unknown options, pairs', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({
          ...unchecked<BatchingConfig>({
            maxBatchSize: 0,
            maxWaitTimeMs: -1,
            timeoutStrategy: 'foo',
            maxqueuesize: 5,
            batchTimeout: 3,
          }),
          name: 'echo',
          processor: echo,
        }),
      ],
    });

    expect(error).toBeInstanceOf(InvalidConfigError);
    expect((error as InvalidConfigError).code).toBe('INVALID_CONFIG');
    expect(error.message.split('\n').sort()).toEqual([
      `  - batchTimeout: unknown option; known options are ${BATCHING_OPTION_NAMES.join(', ')}`,
      '  - maxBatchSize: received 0, expected an integer from 1 to 65536',
      '  - maxWaitTimeMs: received -1, expected a number from 0 to 60000 (milliseconds)',
      '  - maxqueuesize: unknown option; did you mean maxQueueSize?',
      '  - timeoutStrategy: received "foo", expected one of "dispatch-partial", "wait-for-full", "adaptive"',
      'Invalid configuration of batcher "echo":',
    ]);
  });

  it('and names options that contradict each other', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({
          name: 'echo',
          processor: echo,
          maxBatchSize: 64,
          maxQueueSize: 10,
          preferredBatchSize: 100,
        }),
      ],
    });

    expect(error.message).toContain('maxQueueSize: received 10, expected at least maxBatchSize (64)');
    expect(error.message).toContain('preferredBatchSize: received 100, expected at most maxBatchSize (64)');
  });

  it.each([
    ['forRoot', (): unknown => BatchingModule.forRoot({ maxBatchSize: 0, maxWaitTimeMs: NaN })],
    [
      'forRootAsync',
      (): unknown =>
        BatchingModule.forRootAsync({ useFactory: () => ({ maxBatchSize: 0, maxWaitTimeMs: NaN }) }),
    ],
  ])('where the defaults of %s are wrong, although no batcher uses them', async (_, makeModule) => {
    const error = await apps.failureOf({ imports: [unchecked(makeModule())] });

    expect(error.message).toContain('Invalid configuration of BatchingModule.forRoot()');
    expect(error.message).toContain('maxBatchSize: received 0');
    expect(error.message).toContain('maxWaitTimeMs: received NaN');
  });

  it("where options of forRoot are wrong, all at once, and knows those that are no batcher's", async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.forRoot(
          unchecked({ maxBatchSize: 0, timeoutHeader: 'no header', timeoutHeaders: true, batchSize: 4 }),
        ),
      ],
    });

    expect(error.message.split('\n')).toEqual([
      'Invalid configuration of BatchingModule.forRoot():',
      '  - timeoutHeaders: unknown option; did you mean timeoutHeader?',
      '  - batchSize: unknown option; did you mean maxBatchSize?',
      '  - maxBatchSize: received 0, expected an integer from 1 to 65536',
      expect.stringContaining('  - timeoutHeader: received "no header", expected true, false, or'),
    ]);
  });

  it.each<[string, string, (useFactory: () => never) => DynamicModule]>([
    ['forRootAsync', 'BatchingModule.forRoot()', (useFactory) => BatchingModule.forRootAsync({ useFactory })],
    [
      'registerBatcherAsync',
      'batcher "echo"',
      (useFactory) => BatchingModule.registerBatcherAsync({ name: 'echo', useFactory }),
    ],
    [
      'registerBatcherAsync with a declared class',
      'batcher "declared"',
      (useFactory) => BatchingModule.registerBatcherAsync({ processor: DeclaredProcessor, useFactory }),
    ],
    [
      'WorkerProcessor.registerAsync',
      'processor "words"',
      (useFactory) => WorkerProcessor.registerAsync({ name: 'words', useFactory }),
    ],
    [
      'OnnxModule.registerAsync',
      'model "digits"',
      (useFactory) => OnnxModule.registerAsync({ name: 'digits', useFactory }),
    ],
  ])('where the factory of %s returns nothing', async (_, subject, importOf) => {
    const error = await apps.failureOf({ imports: [importOf(() => unchecked<never>(undefined))] });

    expect(error.message).toBe(
      `Invalid configuration of ${subject}:\n` +
        '  - options: received undefined from the factory, expected an object; does it return one?',
    );
  });

  it.each<[string, string, (useClass: never) => DynamicModule]>([
    [
      'BatchingModule.forRootAsync()',
      'createBatchingOptions',
      (useClass) => BatchingModule.forRootAsync({ useClass }),
    ],
    [
      'BatchingHealthModule.forRootAsync()',
      'createHealthThresholds',
      (useClass) => BatchingHealthModule.forRootAsync({ useClass }),
    ],
  ])('where the class that is to make the options of %s cannot', async (call, method, importOf) => {
    const imports = [BatchingModule.forRoot(), importOf(unchecked<never>(NoProcessor))];
    const error = await apps.failureOf({ imports });

    expect(error.message).toBe(
      `Invalid configuration of ${call}:\n` +
        `  - useClass: received NoProcessor, expected a class with a method ${method}()`,
    );
  });

  it('where two batchers have the same name', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({ name: 'echo', processor: echo }),
        BatchingModule.registerBatcher({ name: 'echo', processor: (texts: readonly string[]) => texts }),
      ],
    });

    expect(error.message).toContain('batcher "echo"');
    expect(error.message).toContain(
      'name: another batcher has it already; names are unique in an app; modules that share a batcher import the one ' +
        'module that registers and exports it',
    );
  });

  it('where a batcher has no name', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.registerBatcher({ name: '', processor: echo })],
    });

    expect(error.message).toContain('name: received "", expected a name that is not empty');
  });

  it.each<[string, unknown, string]>([
    ['a class without processBatch', NoProcessor, 'an instance of NoProcessor without that method'],
    ['an object without processBatch', { run: echo }, 'an instance of Object without that method'],
    ['a string', 'echo', 'a string'],
    ['nothing', undefined, 'none'],
  ])('where %s is given as processor', async (_, processor, received) => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({
          name: 'echo',
          processor: unchecked<ProcessorReference>(processor),
        }),
      ],
    });

    expect(error.message).toContain(
      `processor: received ${received}, expected a function, or a class or object with a method ` +
        'processBatch(requests, context)',
    );
  });

  it('where the factory of registerBatcherAsync gives no processor', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.registerBatcherAsync({ name: 'echo', useFactory: () => ({}) })],
    });

    expect(error.message).toContain('processor: received none');
  });

  it('where @Batched names batchers that there are not, with every method and what there is', async () => {
    const error = await apps.failureOf({
      imports: [BatchingModule.registerBatcher({ name: 'echo', processor: echo })],
      controllers: [WordsController],
    });

    expect(error.message.split('\n')).toEqual([
      'Invalid configuration of batching:',
      '  - WordsController.there (TestedModule): received "digits", but registered are echo; ' +
        "add BatchingModule.registerBatcher({ name: 'digits', processor })",
      '  - WordsController.byDefault (TestedModule): received "default", but registered are echo; ' +
        'that is the one without a name: name another, or give BatchingModule.forRoot() a processor',
    ]);
  });

  it('where constant options of @Batched would have every call refused, with every method', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({ name: 'echo', processor: echo, priorityLevels: 3 }),
        BatchingModule.registerBatcher({ name: 'plain', processor: echo }),
      ],
      controllers: [ConstantOptionsController],
    });

    const misspelt = '  - ConstantOptionsController.misspelt (TestedModule): received';
    const urgent = '  - ConstantOptionsController.urgent (TestedModule): received';
    expect(error.message.split('\n')).toEqual([
      'Invalid configuration of batching:',
      `${urgent} the timeoutMs 0, expected a number of milliseconds above 0`,
      `${urgent} the priority 3, expected an integer from 0 to 2`,
      `${urgent} the tenant "", expected a string that is not empty`,
      '  - ConstantOptionsController.misspelt (TestedModule): timoutMs: unknown option; did you mean timeoutMs?',
      `${misspelt} the signal "SIGTERM", expected an AbortSignal`,
      `${misspelt} the toBody "scores", expected a function of a result and its batch that returns the body of the answer`,
      '  - ConstantOptionsController.ordered (TestedModule): received the priority 1, expected 0, since the ' +
        "batcher's priorityLevels is 1",
    ]);
  });
});
