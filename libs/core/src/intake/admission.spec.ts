import { Admission } from './admission.js';
import type { BatchingConfig } from '../config/batching-config.js';
import {
  AdmissionFailedError,
  BatchProcessingError,
  DeadlineExceededError,
  InvalidRequestError,
  RequestAbortedError,
  RequestTooLargeError,
} from '../errors/index.js';
import { NO_OPTIONS, type RequestOptions } from '../requests/request-options.js';
import { resolveConfig } from '../config/resolve-config.js';

function admissionWith(
  config: BatchingConfig<string>,
  validateRequest?: (request: string) => void,
): Admission<string, string> {
  const processor = validateRequest === undefined ? {} : { validateRequest };
  return new Admission('letters', resolveConfig('test', config), processor);
}

/** What `act` throws. */
function errorOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('expected it to throw');
}

/** What a call with these options is refused with. */
const refusalOf = (config: BatchingConfig<string>, options: RequestOptions = NO_OPTIONS): unknown =>
  errorOf(() => admissionWith(config).examine('abc', options));

describe('Admission', () => {
  it('finds nothing in a request of which nothing is said', () => {
    expect(admissionWith({}).examine('a', NO_OPTIONS)).toBeUndefined();
    expect(admissionWith({}).examine('a', {})).toBeUndefined();
  });

  it('lets a request wait as long as it takes, first and alone in what it costs, where nothing else is said', () => {
    expect(admissionWith({}).examine('a', { tenant: 'acme' })).toMatchObject({
      payload: 'a',
      timeoutMs: Infinity,
      priority: 0,
      tenant: 'acme',
      cost: 1,
      bucketKey: undefined,
      coalescingKey: undefined,
    });
  });

  it.each<[BatchingConfig<string>, object]>([
    [{ defaultTimeoutMs: 50 }, { timeoutMs: 50 }],
    [{ costOf: (text) => text.length }, { cost: 3 }],
    [{ bucketOf: (text) => `like ${text}` }, { bucketKey: 'like abc' }],
    [{ keyOf: (text) => `key of ${text}` }, { coalescingKey: 'key of abc' }],
  ])('finds out what the configuration %p says of a call without options', (config, terms) => {
    expect(admissionWith(config).examine('abc', NO_OPTIONS)).toMatchObject(terms);
  });
});

describe('Admission: options as a whole', () => {
  it.each<[unknown, string]>([
    [null, 'null'],
    ['urgent', '"urgent"'],
    [200, '200'],
    [[], 'an array of 0'],
    [() => 200, 'function (anonymous)'],
  ])('refuses options that are no object (%p), whatever the configuration asks', (options, received) => {
    for (const config of [{}, { defaultTimeoutMs: 50 }]) {
      const error = refusalOf(config, options as RequestOptions);
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toBe(
        `Batcher "letters": received the options ${received}, expected an object such as { timeoutMs: 200 }; ` +
          'leave them out for the defaults.',
      );
    }
  });
});

describe('Admission: time', () => {
  it('takes the time of the call before that of the configuration', () => {
    const admission = admissionWith({ defaultTimeoutMs: 50 });
    const timeoutMsOf = (options: RequestOptions): number | undefined =>
      admission.examine('a', options)?.timeoutMs;
    expect(timeoutMsOf({})).toBe(50);
    expect(timeoutMsOf({ timeoutMs: undefined })).toBe(50);
    expect(timeoutMsOf({ timeoutMs: 0.5 })).toBe(0.5);
    expect(timeoutMsOf({ timeoutMs: Infinity })).toBe(Infinity);
  });

  it.each([0, -0, -5])('refuses %d ms as already late', (timeoutMs) => {
    const error = refusalOf({}, { timeoutMs });
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error).toMatchObject({ phase: 'admission', timeoutMs });
  });

  it.each<[unknown, string]>([
    [NaN, 'NaN'],
    ['5', '"5"'],
    [true, 'true'],
    [Object.create(null), 'an object'],
  ])('refuses a timeoutMs that is no number (%p), and says what it received', (timeoutMs, received) => {
    const error = refusalOf({}, { timeoutMs: timeoutMs as number });
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(`received the timeoutMs ${received}, expected a number`);
  });

  it('lets a signal pass that is not aborted, and refuses one that is, with its reason', () => {
    const controller = new AbortController();
    const act = (): unknown => admissionWith({}).examine('a', { signal: controller.signal, timeoutMs: 5 });
    expect(act()).toMatchObject({ timeoutMs: 5 });

    controller.abort('gone');
    const error = errorOf(act);
    expect(error).toBeInstanceOf(RequestAbortedError);
    expect((error as RequestAbortedError).cause).toBe('gone');
  });
});

describe('Admission: priority and tenant', () => {
  it.each([0, 1, 2])('takes the priority %d of three', (priority) => {
    expect(admissionWith({ priorityLevels: 3 }).examine('a', { priority, timeoutMs: 9 })).toMatchObject({
      priority,
    });
  });

  it.each<[unknown, string]>([
    [3, '3'],
    [-1, '-1'],
    [0.5, '0.5'],
    [NaN, 'NaN'],
    ['1', '"1"'],
    [null, 'null'],
  ])('refuses the priority %p where there are three', (priority, received) => {
    const error = refusalOf({ priorityLevels: 3 }, { priority: priority as number });
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe(
      `Batcher "letters": received the priority ${received}, expected an integer from 0 to 2.`,
    );
  });

  it('says that there is only one priority where there is only one', () => {
    expect((refusalOf({}, { priority: 1 }) as Error).message).toContain('0, since priorityLevels is 1');
  });

  it('takes a tenant by its name', () => {
    expect(admissionWith({}).examine('a', { tenant: 'acme' })).toMatchObject({ tenant: 'acme' });
  });

  it.each<[unknown, string]>([
    ['', '""'],
    [7, '7'],
    [null, 'null'],
  ])('refuses the tenant %p', (tenant, received) => {
    const error = refusalOf({}, { tenant: tenant as string });
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(
      `received the tenant ${received}, expected a string that is not empty`,
    );
  });
});

describe('Admission: cost', () => {
  it.each<[unknown, string]>([
    ['3', '"3"'],
    [undefined, 'undefined'],
    [Promise.resolve(3), 'a promise'],
  ])('puts a cost of %p down to costOf, not to the request', (cost, received) => {
    const error = refusalOf({ costOf: () => cost as number });
    expect(error).toBeInstanceOf(AdmissionFailedError);
    expect((error as Error).message).toBe(
      `Batcher "letters": costOf returned ${received}, expected a number above 0.`,
    );
  });

  it.each([0, -1, NaN, Infinity])('puts a cost of %p down to the request that has it', (cost) => {
    const error = refusalOf({ costOf: () => cost });
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe(
      `Batcher "letters": costOf returned ${cost}, expected a number above 0.`,
    );
  });

  it('refuses what can never fit into a batch, and takes what just fits', () => {
    const config: BatchingConfig<string> = { costOf: (text) => text.length, maxBatchCost: 3 };
    expect(admissionWith(config).examine('abc', NO_OPTIONS)).toMatchObject({ cost: 3 });

    const error = errorOf(() => admissionWith(config).examine('abcd', NO_OPTIONS));
    expect(error).toBeInstanceOf(RequestTooLargeError);
    expect((error as Error).message).toBe(
      'Batcher "letters" refused the request: it costs 4, and maxBatchCost allows 3. ' +
        'Send less at once, or raise maxBatchCost.',
    );
  });

  it.each(['costOf', 'bucketOf', 'keyOf'] as const)(
    'puts what %s throws down to the request, with it as the cause',
    (name) => {
      const thrown = new RangeError('too many letters');
      const error = refusalOf({
        [name]: () => {
          throw thrown;
        },
      });
      expect(error).toBeInstanceOf(InvalidRequestError);
      expect((error as Error).message).toBe('too many letters');
      expect((error as Error).cause).toBe(thrown);
    },
  );
});

describe('Admission: functions of the app that are wrong', () => {
  const useAsWhatItIsNot = (text: string): number => (text as unknown as { words: string[] }).words.length;

  it.each<[string, () => unknown]>([
    ['costOf', () => refusalOf({ costOf: useAsWhatItIsNot })],
    ['bucketOf', () => refusalOf({ bucketOf: useAsWhatItIsNot })],
    ['keyOf', () => refusalOf({ keyOf: useAsWhatItIsNot })],
  ])('have a TypeError in %s put down to it, and not to the request', (name, refusal) => {
    const error = refusal();
    expect(error).toBeInstanceOf(AdmissionFailedError);
    expect((error as Error).message).toBe(
      `Batcher "letters": ${name} failed: Cannot read properties of undefined (reading 'length')`,
    );
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  it('do not answer for validateRequest, which is there to throw, whatever that is', () => {
    const error = errorOf(() => admissionWith({}, useAsWhatItIsNot).examine('abc', NO_OPTIONS));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });

  it('leave no promise behind that ends the process when it rejects', async () => {
    const later = (): never => Promise.reject(new Error('later')) as never;
    const rejected: unknown[] = [];
    const note = (reason: unknown): unknown => rejected.push(reason);
    process.on('unhandledRejection', note);
    for (const name of ['costOf', 'bucketOf', 'keyOf']) {
      expect(refusalOf({ [name]: later })).toBeInstanceOf(AdmissionFailedError);
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.removeListener('unhandledRejection', note);
    expect(rejected).toEqual([]);
  });
});

describe('Admission: what cannot be told in words', () => {
  it('is put down to the request all the same', () => {
    const thrown = Object.create(null) as object;
    const error = refusalOf({
      costOf: () => {
        throw thrown as Error;
      },
    });
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect([(error as Error).message, (error as Error).cause]).toEqual([
      'it threw a value of type object',
      thrown,
    ]);
  });
});

describe('Admission: the processor’s own look', () => {
  it('shows the processor the request', () => {
    const seen: string[] = [];
    admissionWith({}, (request) => seen.push(request)).examine('a', NO_OPTIONS);
    expect(seen).toEqual(['a']);
  });

  it('does not show it a request that nobody waits for', () => {
    const seen: string[] = [];
    const admission = admissionWith({}, (request) => seen.push(request));
    errorOf(() => admission.examine('a', { signal: AbortSignal.abort() }));
    expect(seen).toEqual([]);
  });

  it('validates as the processor, so that it can use its fields', () => {
    class Strict {
      constructor(private readonly longest: number) {}
      validateRequest(request: string): void {
        if (request.length > this.longest) throw new InvalidRequestError(`at most ${this.longest}`);
      }
    }
    const admission = new Admission('letters', resolveConfig('test', {}), new Strict(3));
    expect(() => admission.examine('abc', NO_OPTIONS)).not.toThrow();
    expect(() => admission.examine('abcd', NO_OPTIONS)).toThrow('at most 3');
  });

  it('looks at a request before its cost is asked for, which may rely on its shape', () => {
    const asked: string[] = [];
    const admission = admissionWith({ costOf: (text) => asked.push(text) }, () => {
      throw new InvalidRequestError('wrong shape');
    });
    expect(() => admission.examine('a', NO_OPTIONS)).toThrow('wrong shape');
    expect(asked).toEqual([]);
  });

  it('refuses a request whose validation nobody would wait for', () => {
    const admission = admissionWith({}, () => Promise.reject(new Error('later')) as never);
    expect(errorOf(() => admission.examine('a', NO_OPTIONS))).toMatchObject({
      code: 'ADMISSION_FAILED',
      message:
        'Batcher "letters": validateRequest returned a promise, expected nothing; nobody waits for what it finds later.',
    });
  });

  it.each(['keyOf', 'bucketOf'] as const)(
    'takes no key of %s that would equal nothing, or too much',
    (name) => {
      for (const key of [NaN, {}, Promise.resolve('a'), true, Symbol('a')]) {
        expect(refusalOf({ [name]: () => key })).toMatchObject({
          code: typeof key === 'number' ? 'INVALID_REQUEST' : 'ADMISSION_FAILED',
          message: expect.stringMatching(`${name} returned .*, expected a string, a number`) as string,
        });
      }
    },
  );

  it.each(['keyOf', 'bucketOf'] as const)('takes null of %s for no key', (name) => {
    const terms = admissionWith({ [name]: () => null }).examine('abc', NO_OPTIONS);
    expect(terms).toMatchObject({ coalescingKey: undefined, bucketKey: undefined });
  });

  it('refuses a signal that is none', () => {
    expect(refusalOf({}, { signal: null as never })).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('passes on an error of our kinds as it is', () => {
    const own = new BatchProcessingError('letters', 1, 1, 'overheated');
    const admission = admissionWith({}, () => {
      throw own;
    });
    expect(errorOf(() => admission.examine('a', NO_OPTIONS))).toBe(own);
  });

  it.each<[string, unknown, string]>([
    ['an error of another kind', new RangeError('expected 784 pixels'), 'expected 784 pixels'],
    ['a string', 'too long', 'too long'],
  ])('makes an InvalidRequestError of %s, with it as the cause', (_, thrown, message) => {
    const admission = admissionWith({}, () => {
      throw thrown;
    });
    const error = errorOf(() => admission.examine('a', NO_OPTIONS));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe(message);
    expect((error as Error).cause).toBe(thrown);
  });
});
