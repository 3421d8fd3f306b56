import { getEventListeners } from 'node:events';
import { underEither } from './under-either.js';

/** The reason by which the call's signal is aborted, once it is. */
const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    signal.addEventListener('abort', () => resolve(signal.reason));
  });

describe.each(['the first', 'the second'])('A call under either of two signals, of which %s', (which) => {
  let leaving: AbortController;
  let signals: [AbortSignal, AbortSignal];
  beforeEach(() => {
    leaving = new AbortController();
    const lasting = new AbortController().signal;
    signals = which === 'the first' ? [leaving.signal, lasting] : [lasting, leaving.signal];
  });

  it('is aborted, is aborted for the same reason', async () => {
    const reason = underEither(...signals, untilAborted);
    leaving.abort('left');
    expect(await reason).toBe('left');
  });

  it('was aborted before, is aborted from the start', async () => {
    leaving.abort('left');
    expect(await underEither(...signals, untilAborted)).toBe('left');
  });

  it('outlives it, leaves no listener on either, however it ends', async () => {
    expect(await underEither(...signals, () => Promise.resolve('answer'))).toBe('answer');
    const failing = underEither(...signals, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(signals.map((signal) => getEventListeners(signal, 'abort'))).toEqual([[], []]);
  });
});
