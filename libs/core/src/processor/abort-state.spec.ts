import { jest } from '@jest/globals';

import { AbortState } from './abort-state.js';

describe('AbortState', () => {
  it('tells each listener once when it is aborted', () => {
    const state = new AbortState();
    const told: string[] = [];
    state.addEventListener('abort', () => told.push('first'));
    state.addEventListener('abort', () => told.push('second'));
    expect([state.aborted, told]).toEqual([false, []]);

    state.abort();
    state.abort();
    expect([state.aborted, told]).toEqual([true, ['first', 'second']]);
  });

  it('does not tell who listens no more', () => {
    const state = new AbortState();
    const told: string[] = [];
    const leaver = (): void => void told.push('leaver');
    state.addEventListener('abort', leaver);
    state.addEventListener('abort', () => told.push('other'));
    state.removeEventListener('abort', leaver);
    state.abort();
    expect(told).toEqual(['other']);
  });

  it('tells all of those who listened, though one of them makes another leave', () => {
    const state = new AbortState();
    const told: string[] = [];
    const second = (): void => void told.push('second');
    state.addEventListener('abort', () => state.removeEventListener('abort', second));
    state.addEventListener('abort', second);
    state.abort();
    expect(told).toEqual(['second']);
  });

  it('has a signal that is aborted with it, whether that is asked for before or later', () => {
    const before = new AbortState();
    const { signal } = before;
    expect(signal.aborted).toBe(false);
    before.abort();
    expect([signal.aborted, before.signal]).toEqual([true, signal]);

    const later = new AbortState();
    later.abort();
    expect(later.signal.aborted).toBe(true);
  });

  it('has the reason of its signal, once it is aborted', () => {
    const state = new AbortState();
    expect(state.reason).toBeUndefined();
    state.abort();
    expect(state.reason).toMatchObject({ name: 'AbortError' });
    expect(state.reason).toBe(state.signal.reason);
  });

  it('tells the others though one of them throws, which is the process’s to hear, not of who aborts', () => {
    const later = jest.spyOn(globalThis, 'queueMicrotask').mockReturnValue();
    const state = new AbortState();
    const told: string[] = [];
    state.addEventListener('abort', () => {
      throw new Error('a listener’s fault');
    });
    state.addEventListener('abort', () => told.push('other'));
    state.abort();
    expect(told).toEqual(['other']);
    expect(later).toHaveBeenCalledTimes(1);
    expect(later.mock.calls[0]?.[0]).toThrow('a listener’s fault');
    later.mockRestore();
  });
});
