import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { PendingCalls } from './pending-calls.js';
import { serializeError } from '../protocol/serialized-error.js';

const ignore = (): void => undefined;
const aTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('PendingCalls', () => {
  it('gives each call its own reply, in whatever order they come', async () => {
    const calls = new PendingCalls();
    const first = calls.wait<string>(ignore, undefined, ignore);
    const second = calls.wait<string>(ignore, undefined, ignore);
    calls.settle(['reply', 2, 'two']);
    calls.settle(['failure', 1, serializeError(new RangeError('one'))]);
    expect(await second).toBe('two');
    await expect(first).rejects.toMatchObject({ name: 'RangeError', message: 'one' });
    expect(calls.size).toBe(0);
  });

  it('passes over a reply that nobody waits for', () => {
    const calls = new PendingCalls();
    calls.settle(['reply', 7, 'late']);
    expect(calls.size).toBe(0);
  });

  it('rejects a call that could not be sent, and forgets it', async () => {
    const calls = new PendingCalls();
    const send = (): never => {
      throw new Error('no line');
    };
    await expect(calls.wait(send, undefined, ignore)).rejects.toThrow('no line');
    expect(calls.size).toBe(0);
  });

  it('rejects all of them with the same error, those that come later not', async () => {
    const calls = new PendingCalls();
    const lost = [1, 2].map(() => calls.wait<string>(ignore, undefined, ignore));
    const error = new Error('gone');
    calls.rejectAll(error);
    const later = new WatchedPromise(calls.wait<string>(ignore, undefined, ignore));
    await expect(Promise.allSettled(lost)).resolves.toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
    expect(later.isSettled).toBe(false);
  });

  it('tells once that the caller has left, as long as there is no reply', async () => {
    const calls = new PendingCalls();
    const aborted: number[] = [];
    const [early, late] = [new AbortController(), new AbortController()];
    const wait = ({ signal }: AbortController): Promise<string> =>
      calls.wait(ignore, signal, (callId) => aborted.push(callId));
    void wait(early);
    void wait(late);
    early.abort();
    calls.settle(['reply', 2, 'there']);
    late.abort();
    await aTurn();
    expect(aborted).toEqual([1]);
  });

  it('tells it of a caller who had left before, after the call has been sent', () => {
    const calls = new PendingCalls();
    const events: string[] = [];
    void calls.wait(
      () => events.push('sent'),
      AbortSignal.abort(),
      () => events.push('aborted'),
    );
    expect(events).toEqual(['sent', 'aborted']);
  });

  it('knows whether anybody still waits', () => {
    const calls = new PendingCalls();
    const controller = new AbortController();
    expect(calls.isAwaited).toBe(false);
    void calls.wait(ignore, controller.signal, ignore);
    expect(calls.isAwaited).toBe(true);
    controller.abort();
    expect(calls.isAwaited).toBe(false);
    void calls.wait(ignore, undefined, ignore);
    expect(calls.isAwaited).toBe(true);
  });
});
