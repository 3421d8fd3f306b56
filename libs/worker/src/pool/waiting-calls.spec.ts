import { getEventListeners } from 'node:events';

import { WaitingCalls } from './waiting-calls.js';

/** Gives these one after the other. */
const giving =
  (...places: string[]) =>
  () =>
    places.shift();

describe('WaitingCalls', () => {
  it('gives places to those who have waited longest, and lets the others wait on', async () => {
    const calls = new WaitingCalls<string>();
    const answers = [1, 2, 3].map(() => calls.wait(undefined));
    calls.serve(giving('a', 'b'));
    expect(await Promise.all(answers.slice(0, 2))).toEqual(['a', 'b']);

    calls.serve(giving('c'));
    expect(await answers[2]).toBe('c');
  });

  it('takes no place for one who has left, and tells that one why', async () => {
    const calls = new WaitingCalls<string>();
    const controller = new AbortController();
    const leaving = calls.wait(controller.signal);
    const staying = calls.wait(undefined);
    controller.abort('no patience');

    await expect(leaving).rejects.toBe('no patience');
    calls.serve(giving('a'));
    expect(await staying).toBe('a');
  });

  it('does not let one wait that has left already', async () => {
    const calls = new WaitingCalls<string>();
    await expect(calls.wait(AbortSignal.abort('gone'))).rejects.toBe('gone');
    const places = ['a'];
    calls.serve(() => places.shift());
    expect(places).toEqual(['a']);
  });

  it('stops listening to the signal of who has a place, or is sent away', async () => {
    const calls = new WaitingCalls<string>();
    const { signal } = new AbortController();
    const first = calls.wait(signal);
    const second = calls.wait(signal);
    calls.serve(giving('a'));
    calls.rejectAll(new Error('closed'));

    expect(await first).toBe('a');
    await expect(second).rejects.toThrow('closed');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
