import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';

import {
  AdmissionFailedError,
  BatcherClosedError,
  BatchingError,
  BatchProcessingError,
  DeadlineExceededError,
  InvalidConfigError,
  InvalidRequestError,
  QueueFullError,
  RequestAbortedError,
  ResponseCountMismatchError,
} from './index.js';

const EXAMPLES: readonly [name: string, error: BatchingError, code: string, isRetryable: boolean][] = [
  ['QueueFullError', new QueueFullError('digits', 64, 12), 'QUEUE_FULL', true],
  ['DeadlineExceededError', new DeadlineExceededError('digits', 'queue', 30), 'DEADLINE_EXCEEDED', false],
  ['RequestAbortedError', new RequestAbortedError('digits', 'gone'), 'ABORTED', false],
  ['InvalidRequestError', new InvalidRequestError('too long'), 'INVALID_REQUEST', false],
  ['AdmissionFailedError', new AdmissionFailedError('costOf failed'), 'ADMISSION_FAILED', false],
  ['BatcherClosedError', new BatcherClosedError('digits', 'it is full.'), 'BATCHER_CLOSED', true],
  [
    'ResponseCountMismatchError',
    new ResponseCountMismatchError('digits', 3, []),
    'RESPONSE_COUNT_MISMATCH',
    false,
  ],
  ['BatchProcessingError', new BatchProcessingError('digits', 1, 3, 'broken'), 'PROCESSING_FAILED', false],
  ['InvalidConfigError', new InvalidConfigError('batcher "digits"', []), 'INVALID_CONFIG', false],
];

describe('The errors', () => {
  it.each(EXAMPLES)(
    '%s carries its name, its code and whether a retry may help',
    (name, error, code, isRetryable) => {
      expect(error).toBeInstanceOf(BatchingError);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name, code, isRetryable });
    },
  );

  it('have codes that are all different', () => {
    expect(new Set(EXAMPLES.map(([, error]) => error.code)).size).toBe(EXAMPLES.length);
  });
});

describe('QueueFullError', () => {
  it('says what is allowed and when to try again', () => {
    const error = new QueueFullError('digits', 64, 12);
    expect(error.retryAfterMs).toBe(12);
    expect(error.message).toBe(
      'Batcher "digits" refused the request: its queue holds all of the 64 requests that maxQueueSize allows. ' +
        'Try again in about 12 ms.',
    );
  });
});

describe('DeadlineExceededError', () => {
  it.each([
    ['admission', 'before it was accepted', true],
    ['queue', 'while it waited in the queue; it never reached the processor', false],
    ['execution', 'while its batch was running; its result is dropped', false],
  ] as const)('says where the request was: %s', (phase, where, isRetryable) => {
    const error = new DeadlineExceededError('digits', phase, 30);
    expect(error).toMatchObject({ phase, timeoutMs: 30, isRetryable });
    expect(error.message).toBe(`Batcher "digits": the request's 30 ms ran out ${where}.`);
  });
});

describe('RequestAbortedError', () => {
  it('has the reason of the signal as its cause', () => {
    expect(new RequestAbortedError('digits', 'gone').cause).toBe('gone');
  });
});

describe('BatcherClosedError', () => {
  it('says what to do', () => {
    expect(new BatcherClosedError('digits', 'it takes no new requests.').message).toBe(
      'Batcher "digits" is shutting down: it takes no new requests. Send the request to another instance.',
    );
  });
});

describe('ResponseCountMismatchError', () => {
  it.each<[unknown, string]>([
    [['A', 'B'], '2 results'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{}, 'a value of type object'],
    ['AB', 'a value of type string'],
  ])('says what came (%j) and what is expected', (received, what) => {
    const { message } = new ResponseCountMismatchError('digits', 3, received);
    expect(message).toContain(`returned ${what} for a batch of 3 requests.`);
    expect(message).toContain('It must return an array of exactly 3, result i for request i');
  });
});

describe('BatchProcessingError', () => {
  it('says which batch failed, and why', () => {
    const cause = new Error('out of memory');
    const error = new BatchProcessingError('digits', 7, 32, cause);
    expect(error.cause).toBe(cause);
    expect(error.message).toBe(
      'Batcher "digits": the processor failed on batch 7 of 32 requests: out of memory',
    );
  });

  it.each<[unknown, boolean]>([
    [{ isRetryable: true }, true],
    [Object.assign(new Error('busy'), { isRetryable: true }), true],
    [new QueueFullError('upstream', 1, 1), true],
    [{ isRetryable: false }, false],
    [{ isRetryable: 'yes' }, false],
    [new Error('broken'), false],
    ['broken', false],
    [null, false],
    [undefined, false],
  ])('may be retried only if its cause says so: %p', (cause, isRetryable) => {
    expect(new BatchProcessingError('digits', 1, 1, cause).isRetryable).toBe(isRetryable);
  });

  it.each<[unknown, string]>([
    ['a plain word', 'a plain word'],
    [undefined, 'undefined'],
    [Symbol('mark'), 'Symbol(mark)'],
    [{ code: 14, details: 'unavailable' }, '{"code":14,"details":"unavailable"}'],
    [{ text: 'a'.repeat(1_000) }, `{"text":"${'a'.repeat(491)}`],
    [{ id: 1n }, 'it threw a value of type object'],
    [new URL('http://models/'), 'http://models/'],
    [runInNewContext("new RangeError('of another realm')"), 'of another realm'],
    [{ message: 'busy', code: 14 }, 'busy'],
    [{ message: '', code: 14 }, '{"message":"","code":14}'],
    [Object.defineProperty({}, 'message', { get: throwing }), 'it threw a value of type object'],
    [Object.create(null), 'it threw a value of type object'],
    [
      Object.assign(new Error(), { message: Object.create(null) as string }),
      'it threw a value of type object',
    ],
  ])('has a message whatever was thrown', (cause, reason) => {
    expect(new BatchProcessingError('digits', 1, 1, cause).message.endsWith(`requests: ${reason}`)).toBe(
      true,
    );
  });
});

describe('InvalidConfigError', () => {
  it('tells its faults to code, and to a log once', () => {
    const faults = [{ field: 'maxBatchSize', problem: 'received 0' }];
    const error = new InvalidConfigError('batcher "digits"', faults);
    expect([error.subject, error.faults]).toEqual(['batcher "digits"', faults]);
    expect(inspect(error).match(/maxBatchSize/g)).toHaveLength(1);
  });
});

function throwing(): never {
  throw new Error('nobody may ask');
}
