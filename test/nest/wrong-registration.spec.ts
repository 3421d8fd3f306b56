import {
  BatchingModule,
  BatchProcessor,
  InvalidConfigError,
  WorkerProcessor,
  type BatchProcessorHost,
} from 'nestjs-batching';
import { BatchingHealthModule } from 'nestjs-batching/health';
import { BatchingTestingModule } from 'nestjs-batching/nest-testing';
import { OnnxModule } from 'nestjs-batching/onnx';

/** A static method of a module, called as by plain JavaScript. */
type Register = (options: unknown) => unknown;

const METHODS: Readonly<Record<string, Register>> = {
  'BatchingModule.forRoot()': (options) => BatchingModule.forRoot(options as never),
  'BatchingModule.forRootAsync()': (options) => BatchingModule.forRootAsync(options as never),
  'BatchingModule.registerBatcher()': (options) => BatchingModule.registerBatcher(options as never),
  'BatchingModule.registerBatcherAsync()': (options) => BatchingModule.registerBatcherAsync(options as never),
  'OnnxModule.register()': (options) => OnnxModule.register(options as never),
  'OnnxModule.registerAsync()': (options) => OnnxModule.registerAsync(options as never),
  'WorkerProcessor.register()': (options) => WorkerProcessor.register(options as never),
  'WorkerProcessor.registerAsync()': (options) => WorkerProcessor.registerAsync(options as never),
  'BatchingHealthModule.forRoot()': (options) => BatchingHealthModule.forRoot(options as never),
  'BatchingHealthModule.forRootAsync()': (options) => BatchingHealthModule.forRootAsync(options as never),
  'BatchingTestingModule.forRoot()': (options) => BatchingTestingModule.forRoot(options as never),
};

const NAMED = Object.keys(METHODS).filter((method) => method.includes('register'));
const ASYNC = Object.keys(METHODS).filter((method) => method.includes('Async'));
const useFactory = (): object => ({});

class Words implements BatchProcessorHost<string, string> {
  processBatch(words: readonly string[]): readonly string[] {
    return words;
  }
}

/** The faults with which a call is refused, one a line, below what was being configured. */
function refusalOf(method: string, options: unknown): string[] {
  try {
    METHODS[method]!(options);
  } catch (error) {
    if (error instanceof InvalidConfigError) return error.message.split('\n');
    throw error;
  }
  throw new Error('Expected the call to be refused, but it was not.');
}

describe('a module that is registered with something else than options', () => {
  it.each(Object.keys(METHODS))('is told so by %s, with an example', (method) => {
    const received: [unknown, string][] = [
      [null, 'null'],
      ['words', '"words"'],
      [5, '5'],
      [[], 'an array of 0'],
    ];
    for (const [options, described] of received) {
      expect(refusalOf(method, options)).toEqual([
        `Invalid configuration of ${method}:`,
        expect.stringContaining(`  - options: received ${described}, expected an object such as {`),
      ]);
    }
  });

  it('may be registered with nothing only where that means the defaults', () => {
    expect(() => BatchingModule.forRoot(undefined)).not.toThrow();
    for (const method of Object.keys(METHODS).filter((other) => other !== 'BatchingModule.forRoot()')) {
      expect(refusalOf(method, undefined)[1]).toContain('options: received undefined, expected an object');
    }
  });
});

describe('a module that is registered without what it needs', () => {
  it.each(NAMED)('is told by %s that it has no name', (method) => {
    for (const [name, described] of [
      [undefined, 'undefined'],
      [5, '5'],
    ]) {
      expect(refusalOf(method, { name, useFactory })).toEqual([
        `Invalid configuration of ${method}:`,
        expect.stringContaining(`  - name: received ${described}, expected a name that is not empty`),
      ]);
    }
  });

  it.each(NAMED)('is told by %s of classes that have their name only if it takes them', (method) => {
    const fault = refusalOf(method, { useFactory })[1];
    expect(fault?.includes('@BatchProcessor()')).toBe(method.includes('registerBatcher'));
  });

  it.each(ASYNC)('is told by %s that it has no factory', (method) => {
    const received: [unknown, string][] = [
      [undefined, 'undefined'],
      [{ maxBatchSize: 4 }, 'an object'],
    ];
    for (const [given, described] of received) {
      const message = refusalOf(method, { name: 'words', useFactory: given }).join('\n');
      expect(message).toContain(`useFactory: received ${described}, expected a function`);
    }
  });

  it.each(ASYNC)('is told by %s of all that is wrong at once', (method) => {
    const faults = refusalOf(method, { name: 7, useFactory: 4, imports: Words, inject: 'CONFIG' });
    expect(faults).toContain('  - imports: received function Words, expected a list of modules, or nothing');
    expect(faults).toContain('  - inject: received "CONFIG", expected a list of tokens, or nothing');
    expect(faults).toHaveLength(NAMED.includes(method) ? 5 : 4);
  });

  it.each(ASYNC)('is told by %s of options beside the factory, where nobody would look at them', (method) => {
    const limits = { maxBatchSize: 4, maxQueueSize: undefined, injekt: ['CONFIG'] };
    expect(refusalOf(method, { name: 'words', ...limits, useFactory })).toEqual([
      `Invalid configuration of ${method}:`,
      '  - maxBatchSize: unknown option beside a factory; let the factory return it',
      '  - injekt: unknown option beside a factory; did you mean inject?',
    ]);
  });

  it('may name a class in place of the factory, where Nest takes one, and no other thing', () => {
    for (const method of ASYNC.filter((name) => name.includes('forRoot'))) {
      expect(() => METHODS[method]!({ useClass: Words })).not.toThrow();
      expect(() => METHODS[method]!({ useExisting: 'OPTIONS_FACTORY' })).not.toThrow();
      expect(refusalOf(method, { useClass: 'Words' })[1]).toContain(
        'useClass: received "Words", expected a class that makes the options',
      );
    }
  });

  it('has its name from its processor where that has one', () => {
    BatchProcessor('words of a registration')(Words);
    expect(() => BatchingModule.registerBatcher({ processor: Words })).not.toThrow();
  });
});

describe('@BatchProcessor()', () => {
  it.each<[unknown, string]>([
    [{ maxBatchSize: 4 }, 'an object'],
    ['', '""'],
    [null, 'null'],
  ])('refuses the name %p where the class is declared', (name, received) => {
    expect(() => BatchProcessor(name as string)(class Letters extends Words {})).toThrow(
      `Invalid configuration of @BatchProcessor() of Letters:\n  - name: received ${received}, expected a name`,
    );
  });
});

describe('BatchingTestingModule.forRoot()', () => {
  it('refuses options that it does not know, or that are of another kind, all at once', () => {
    const options = { clok: 1, clock: { now: () => 0 }, processors: { words: 5 }, runAtOnce: 'yes' };
    expect(refusalOf('BatchingTestingModule.forRoot()', options)).toEqual([
      'Invalid configuration of BatchingTestingModule.forRoot():',
      '  - clok: unknown option; did you mean clock?',
      '  - clock: received an object, expected a clock, such as a ManualClock, or nothing',
      '  - processors: received an object, expected each value to be a function, or an object with a method ' +
        'processBatch, or nothing (words is 5), or nothing',
      '  - runAtOnce: received "yes", expected true or false, or nothing',
    ]);
  });
});
