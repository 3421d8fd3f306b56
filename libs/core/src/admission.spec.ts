import { Admission } from './admission.js';
import type { BatchingConfig } from './batching-config.js';
import {
  BatchProcessingError,
  DeadlineExceededError,
  InvalidRequestError,
  RequestAbortedError,
} from './errors/index.js';
import { resolveConfig } from './resolve-config.js';

function admissionWith(
  config: BatchingConfig,
  validateRequest?: (request: string) => void,
): Admission<string> {
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

describe('Admission', () => {
  it('lets a caller wait as long as it takes if nothing says otherwise', () => {
    expect(admissionWith({}).timeoutMsOf({})).toBe(Infinity);
  });

  it('takes the time of the call before that of the configuration', () => {
    const admission = admissionWith({ defaultTimeoutMs: 50 });
    expect(admission.timeoutMsOf({})).toBe(50);
    expect(admission.timeoutMsOf({ timeoutMs: undefined })).toBe(50);
    expect(admission.timeoutMsOf({ timeoutMs: 0.5 })).toBe(0.5);
    expect(admission.timeoutMsOf({ timeoutMs: Infinity })).toBe(Infinity);
  });

  it.each([0, -0, -5])('refuses %d ms as already late', (timeoutMs) => {
    const error = errorOf(() => admissionWith({}).timeoutMsOf({ timeoutMs }));
    expect(error).toBeInstanceOf(DeadlineExceededError);
    expect(error).toMatchObject({ phase: 'admission', timeoutMs });
  });

  it.each<[unknown, string]>([
    [NaN, 'NaN'],
    ['5', '"5"'],
    [true, 'true'],
    [Object.create(null), 'an object'],
  ])('refuses a timeoutMs that is no number (%p), and says what it received', (timeoutMs, received) => {
    const error = errorOf(() => admissionWith({}).timeoutMsOf({ timeoutMs: timeoutMs as number }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toContain(`received the timeoutMs ${received}, expected a number`);
  });

  it('lets a signal pass that is not aborted, and refuses one that is, with its reason', () => {
    const controller = new AbortController();
    const act = (): number => admissionWith({}).timeoutMsOf({ signal: controller.signal, timeoutMs: 5 });
    expect(act()).toBe(5);

    controller.abort('gone');
    const error = errorOf(act);
    expect(error).toBeInstanceOf(RequestAbortedError);
    expect((error as RequestAbortedError).cause).toBe('gone');
  });

  it('lets every request pass if the processor does not validate', () => {
    expect(() => admissionWith({}).validate('anything')).not.toThrow();
  });

  it('shows the processor the request', () => {
    const seen: string[] = [];
    admissionWith({}, (request) => seen.push(request)).validate('a');
    expect(seen).toEqual(['a']);
  });

  it('validates as the processor, so that it can use its fields', () => {
    class Strict {
      constructor(private readonly longest: number) {}
      validateRequest(request: string): void {
        if (request.length > this.longest) throw new InvalidRequestError(`at most ${this.longest}`);
      }
    }
    const admission = new Admission('letters', resolveConfig('test', {}), new Strict(3));
    expect(() => admission.validate('abc')).not.toThrow();
    expect(() => admission.validate('abcd')).toThrow('at most 3');
  });

  it('passes on an error of our kinds as it is', () => {
    const own = new BatchProcessingError('letters', 1, 1, 'overheated');
    const admission = admissionWith({}, () => {
      throw own;
    });
    expect(errorOf(() => admission.validate('a'))).toBe(own);
  });

  it.each<[string, unknown, string]>([
    ['an error of another kind', new TypeError('expected 784 pixels'), 'expected 784 pixels'],
    ['a string', 'too long', 'too long'],
  ])('makes an InvalidRequestError of %s, with it as the cause', (_, thrown, message) => {
    const admission = admissionWith({}, () => {
      throw thrown;
    });
    const error = errorOf(() => admission.validate('a'));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect((error as Error).message).toBe(message);
    expect((error as Error).cause).toBe(thrown);
  });
});
