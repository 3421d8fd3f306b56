import { lastValueFrom } from 'rxjs';
import { leavableAnswer } from './leavable-answer.js';

/** An answer that comes when the test says so. */
function setUp() {
  let signal: AbortSignal | undefined;
  let answer: (value: string) => void = () => undefined;
  let fail: (reason: Error) => void = () => undefined;
  const stream = leavableAnswer<string>((leaving) => {
    signal = leaving.signal;
    return new Promise((resolve, reject) => {
      answer = resolve;
      fail = reject;
    });
  });
  return {
    stream,
    isAborted: () => signal?.aborted,
    answer: () => answer('yes'),
    fail: (e: Error) => fail(e),
  };
}

describe('leavableAnswer', () => {
  it('asks when somebody waits, gives the answer, and aborts nothing after that', async () => {
    const { stream, isAborted, answer } = setUp();
    expect(isAborted()).toBeUndefined();
    const answered = lastValueFrom(stream);
    answer();

    expect(await answered).toBe('yes');
    expect(isAborted()).toBe(false);
  });

  it('fails as the promise does, and aborts nothing after that either', async () => {
    const { stream, isAborted, fail } = setUp();
    const answered = lastValueFrom(stream);
    fail(new Error('no'));

    await expect(answered).rejects.toThrow('no');
    expect(isAborted()).toBe(false);
  });

  it('aborts when who waited has left, and then tells nobody of the end', async () => {
    const { stream, isAborted, fail } = setUp();
    const told: unknown[] = [];
    const note = (event: unknown): unknown => told.push(event);
    const subscription = stream.subscribe({ next: note, error: note, complete: () => note('complete') });
    subscription.unsubscribe();
    expect(isAborted()).toBe(true);

    fail(new Error('aborted'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
  });
});
