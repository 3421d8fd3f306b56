import { AbortState } from './abort-state.js';
import { abortNoticeOf, throwIfAborted } from './abort-notice.js';

describe('abortNoticeOf', () => {
  const { signal } = new AbortController();
  const context = { batchId: 1, batchSize: 1, paddedBatchSize: 1, signal };

  it('is the notice that the context has', () => {
    const abortNotice = new AbortState();
    expect(abortNoticeOf({ ...context, abortNotice })).toBe(abortNotice);
  });

  it('is the signal of a context that was made by hand', () => {
    expect(abortNoticeOf(context)).toBe(signal);
  });
});

describe('throwIfAborted', () => {
  it('throws the reason of what is aborted, and nothing else', () => {
    expect(() => throwIfAborted(undefined)).not.toThrow();
    expect(() => throwIfAborted(new AbortState())).not.toThrow();
    expect(() => throwIfAborted(AbortSignal.abort(new Error('all have left')))).toThrow('all have left');
  });
});
