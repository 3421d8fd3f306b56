import { jest } from '@jest/globals';

import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { FakeWorker, type LetterCalls } from '../../../../test/worker/fake-worker.js';
import { readyWithin } from './ready-within.js';

const forever = new Promise<never>(() => undefined);

describe('readyWithin', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('gives what the preparation gives, and leaves the worker alone from then on', async () => {
    const worker = new FakeWorker();
    const controller = new AbortController();
    const prepare = (): Promise<string> => Promise.resolve('ready');
    await expect(readyWithin(worker, 100, prepare, controller.signal)).resolves.toBe('ready');
    expect(jest.getTimerCount()).toBe(0);
    // What it has begun by then, it finishes.
    controller.abort();
    expect(worker.abandonReasons).toEqual([]);
  });

  it('gives up a worker whose service never starts', async () => {
    const worker = new FakeWorker();
    worker.started = worker.ended.then(() => Promise.reject(new Error('ended')));
    const ready = readyWithin(worker, 100, () => Promise.resolve());
    await Promise.all([expect(ready).rejects.toThrow('ended'), jest.advanceTimersByTimeAsync(100)]);
    expect(worker.abandonReasons).toEqual(['it was not ready after the 100 ms of startTimeoutMs']);
  });

  it('does not wait for the end of one that hangs', async () => {
    const worker = new FakeWorker(true);
    const ready = readyWithin<LetterCalls, string>(worker, 100, (host) => host.call('upper', 'a'));
    await Promise.all([expect(ready).rejects.toThrow(/startTimeoutMs/), jest.advanceTimersByTimeAsync(100)]);
    expect(worker.isGone).toBe(false);
  });

  it('ends a worker that cannot be made ready, and tells why', async () => {
    const worker = new FakeWorker();
    await expect(readyWithin(worker, 100, () => Promise.reject(new Error('no such model')))).rejects.toThrow(
      'no such model',
    );
    expect(worker.isGone).toBe(true);
  });

  it('tells of that only when the worker has ended', async () => {
    const worker = new FakeWorker();
    const call = worker.call('upper', 'a');
    const broken = new Error('no such model');
    const ready = new WatchedPromise(readyWithin(worker, 100, () => Promise.reject(broken)));
    await jest.advanceTimersByTimeAsync(0);
    expect(worker.isStopped).toBe(true);
    expect(ready.isSettled).toBe(false);
    worker.latest.answer('A');
    await call;
    await jest.advanceTimersByTimeAsync(0);
    expect(ready.error).toBe(broken);
  });

  it.each(['before', 'meanwhile'])('gives up a worker that is not wanted any more (%s)', async (when) => {
    const worker = new FakeWorker();
    const controller = new AbortController();
    if (when === 'before') controller.abort();
    const ready = readyWithin<LetterCalls, string>(
      worker,
      100,
      (host) => host.call('upper', 'a'),
      controller.signal,
    );
    controller.abort();
    await expect(ready).rejects.toThrow(/not wanted any more/);
    expect(worker.abandonReasons).toEqual(['it is not wanted any more']);
  });

  it('does not wait for what is not ready for longer than its time', async () => {
    const worker = new FakeWorker();
    void readyWithin(worker, 100, () => forever).catch(() => undefined);
    await jest.advanceTimersByTimeAsync(99);
    expect(worker.abandonReasons).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(worker.abandonReasons).toHaveLength(1);
  });
});
