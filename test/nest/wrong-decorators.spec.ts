import { Batched, BatchProcessor, InjectBatcher, InvalidConfigError } from 'nestjs-batching';

/** A decorator or what makes one, called as by plain JavaScript, or by code whose types were talked over. */
type Loose = (...parameters: unknown[]) => (...decorated: unknown[]) => unknown;
const looseBatched = Batched as unknown as Loose;
const looseProcessor = BatchProcessor as unknown as Loose;
const looseInject = InjectBatcher as unknown as Loose;

class Words {
  static count(): number {
    return 0;
  }

  get all(): string {
    return this.find();
  }

  find(): string {
    return '';
  }

  sort(): string {
    return '';
  }
}

@BatchProcessor('echo')
class Echo {
  processBatch(texts: readonly string[]): readonly string[] {
    return texts;
  }
}

function descriptorOf(name: keyof Words): PropertyDescriptor | undefined {
  return Object.getOwnPropertyDescriptor(Words.prototype, name);
}

/** What a wrong use of a decorator is told. */
function refusalOf(decorate: () => unknown): string {
  try {
    decorate();
  } catch (error) {
    if (error instanceof InvalidConfigError) return error.message;
    throw error;
  }
  throw new Error('Expected the decorator to refuse, but it did not.');
}

describe('@Batched() on what is no method of an instance', () => {
  const onto = looseBatched('echo');

  it.each<[string, string, () => unknown]>([
    ['a getter', 'Words.all', () => onto(Words.prototype, 'all', descriptorOf('all'))],
    ['a property', 'Words.size', () => onto(Words.prototype, 'size', undefined)],
    ['parameter 2', 'Words.find', () => onto(Words.prototype, 'find', 1)],
    ['parameter 1', 'Words', () => onto(Words, undefined, 0)],
    ['a class', 'Words', () => onto(Words)],
    [
      'a static method',
      'Words.count',
      () => onto(Words, 'count', Object.getOwnPropertyDescriptor(Words, 'count')),
    ],
  ])('says that there is %s, and where: %s', (received, where, decorate) => {
    const [subject, fault, ...others] = refusalOf(decorate).split('\n');
    expect(subject).toBe(`Invalid configuration of @Batched() of ${where}:`);
    expect(fault).toContain(`received ${received}`);
    expect(fault).toContain('expected a method of instances, with a name');
    expect(others).toEqual([]);
  });

  it('says that the brackets are missing', () => {
    expect(refusalOf(() => looseBatched(Words.prototype, 'find', descriptorOf('find')))).toBe(
      'Invalid configuration of @Batched of Words.find:\n' +
        "  - batcher: it has no brackets; write @Batched('name'), or @Batched() for the default batcher",
    );
  });
});

describe('@Batched() twice on one method', () => {
  it('is refused, since each request would be sent twice', () => {
    const decorate = (name: string): unknown =>
      looseBatched(name)(Words.prototype, 'sort', descriptorOf('sort'));
    decorate('echo');
    expect(refusalOf(() => decorate('digits'))).toBe(
      'Invalid configuration of @Batched() of Words.sort:\n' +
        '  - method: it has @Batched() already, of the batcher "echo", and would send each request twice; leave one out',
    );
  });
});

describe('@Batched() with something else than a batcher and options', () => {
  it.each<[string, unknown[], string]>([
    [
      'options in the place of the batcher',
      [{ timeoutMs: 4 }],
      "batcher: received options, expected a batcher before them, as in @Batched('default', { timeoutMs: 200 })",
    ],
    [
      'an instance of a processor',
      [new Echo()],
      'batcher: received an instance of Echo, expected a name, or a class with @BatchProcessor(); give the class itself',
    ],
    ['a number', [4], 'batcher: received 4, expected a name, or a class with @BatchProcessor()'],
    [
      'a class that is not there yet, since files import each other',
      [undefined],
      'batcher: received undefined, expected a name, or a class with @BatchProcessor(); is there a circular import?',
    ],
    [
      'a class without the decorator',
      [Words],
      'batcher: received class Words, expected a name, or a class with @BatchProcessor(); ' +
        'decorate it, or give the name under which it is registered',
    ],
    [
      'a class that extends one with the decorator',
      [class LoudEcho extends Echo {}],
      'batcher: received class LoudEcho, expected a name, or a class with @BatchProcessor(); ' +
        'that of Echo, which it extends, does not count for it',
    ],
    [
      'milliseconds for options',
      ['echo', 500],
      'options: received 500, expected an object such as { timeoutMs: 200 }',
    ],
    [
      'a function for options',
      ['echo', () => ({})],
      'options: received function (anonymous), expected an object such as { timeoutMs: 200 }',
    ],
    [
      'null for options',
      ['echo', null],
      'options: received null, expected an object such as { timeoutMs: 200 }',
    ],
  ])('says so of %s', (_, parameters, fault) => {
    const decorate = (): unknown =>
      looseBatched(...parameters)(Words.prototype, 'find', descriptorOf('find'));
    expect(refusalOf(decorate)).toBe(`Invalid configuration of @Batched() of Words.find:\n  - ${fault}`);
  });
});

describe('@BatchProcessor() where it cannot stand', () => {
  it('says that the brackets are missing', () => {
    expect(refusalOf(() => looseProcessor(Words))).toBe(
      'Invalid configuration of @BatchProcessor of Words:\n' +
        "  - name: it has no brackets; write @BatchProcessor('name'), or @BatchProcessor() for the default batcher",
    );
  });

  it('says that it stands on a method, and on which', () => {
    expect(refusalOf(() => looseProcessor('words')(Words.prototype, 'find', descriptorOf('find')))).toBe(
      'Invalid configuration of @BatchProcessor() of Words.find:\n' +
        '  - class: received a member of a class, expected the class itself',
    );
  });

  it.each<[string, unknown[], string]>([
    [
      'name',
      [{ maxBatchSize: 4 }],
      'received an object, expected a name that is not empty, before the configuration',
    ],
    ['name', [''], 'received "", expected a name that is not empty, before the configuration'],
    [
      'name',
      [undefined],
      'received undefined, expected a name that is not empty, before the configuration; is there a circular import?',
    ],
    ['config', ['words', 32], 'received 32, expected an object such as { maxBatchSize: 32 }'],
  ])('says what is wrong with its %s: %j', (field, parameters, problem) => {
    expect(refusalOf(() => looseProcessor(...parameters)(Words))).toBe(
      `Invalid configuration of @BatchProcessor() of Words:\n  - ${field}: ${problem}`,
    );
  });
});

describe('@InjectBatcher() with something else than a batcher', () => {
  const refusal = (...parameters: unknown[]): string =>
    refusalOf(() => looseInject(...parameters)(Words, undefined, 0));

  it('says so of a class that is not there yet, since files import each other', () => {
    expect(refusal(undefined)).toBe(
      'Invalid configuration of @InjectBatcher():\n' +
        '  - batcher: received undefined, expected a name, or a class with @BatchProcessor(); is there a circular import?',
    );
  });

  it('says that the brackets are missing', () => {
    expect(refusalOf(() => looseInject(Words, undefined, 0))).toBe(
      'Invalid configuration of @InjectBatcher of Words:\n' +
        "  - batcher: it has no brackets; write @InjectBatcher('name'), or @InjectBatcher() for the default batcher",
    );
  });

  it('means the default batcher where nothing is said', () => {
    expect(() => looseInject()(class Letters {}, undefined, 0)).not.toThrow();
  });
});
