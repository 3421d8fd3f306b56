import { jest } from '@jest/globals';
import { BatcherClosedError } from 'nestjs-batching/core';

import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { FakeWorker, type LetterCalls } from '../../../../test/worker/fake-worker.js';
import { startLetterPool } from '../../../../test/worker/letter-pool.js';
import { RunTimeoutError } from './run-timeout.error.js';
import { WorkerEndedError } from '../hosts/worker-ended.error.js';
import type { WorkerHost } from '../hosts/worker-host.js';

/** Everything that follows from what has just happened, without any time passing. */
const settle = (): Promise<void> => jest.advanceTimersByTimeAsync(0);

describe('WorkerPool', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('gives one call after the other to idle workers in a circle', async () => {
    const { run, worker } = await startLetterPool({ workers: 3 });
    for (const letter of ['a', 'b', 'c', 'd']) {
      const answer = run(letter);
      await settle();
      for (const index of [0, 1, 2]) worker(index).calls.at(-1)?.answer(letter.toUpperCase());
      expect(await answer).toBe(letter.toUpperCase());
    }
    expect([0, 1, 2].map((index) => worker(index).calls.map(({ request }) => request))).toEqual([
      ['a', 'd'],
      ['b'],
      ['c'],
    ]);
  });

  it('lets calls wait while all workers are busy, and serves them in their order', async () => {
    const { run, worker } = await startLetterPool();
    const answers = ['a', 'b', 'c'].map((letter) => run(letter));
    for (const [index, letter] of ['A', 'B', 'C'].entries()) {
      await settle();
      expect(worker(0).calls).toHaveLength(index + 1);
      worker(0).latest.answer(letter);
    }
    expect(await Promise.all(answers)).toEqual(['A', 'B', 'C']);
  });

  it('passes on what the worker throws, without another attempt', async () => {
    const { run, worker } = await startLetterPool({ workers: 2 });
    const answer = run('a');
    await settle();
    worker(0).latest.fail(new RangeError('no letter'));
    await expect(answer).rejects.toThrow(RangeError);
    expect(worker(1).calls).toEqual([]);
  });

  describe('when a worker fails call after call', () => {
    const broken = new Error('the device is lost');

    async function failing(check: ((worker: WorkerHost<LetterCalls>) => Promise<void>) | undefined) {
      const letters = await startLetterPool({ check });
      const fail = async (times: number): Promise<void> => {
        for (let time = 0; time < times; time += 1) {
          const answer = letters.run('a');
          await settle();
          letters.started.at(-1)?.worker.latest.fail(new Error('no letter'));
          await expect(answer).rejects.toThrow('no letter');
        }
      };
      return { ...letters, fail };
    }

    it('has it checked, and replaces it if it is broken, its calls going to the next one', async () => {
      const { fail, worker, run, said } = await failing(() => Promise.reject(broken));
      await fail(8);
      expect(worker(0).abandonReasons).toEqual([
        'it fails call after call, and what it could do when it was started: the device is lost',
      ]);
      expect(said.at(-1)).toMatch(/^Worker 1 of letters is lost: it fails call after call/);

      const answer = run('b');
      await jest.advanceTimersByTimeAsync(100);
      worker(1).latest.answer('B');
      expect(await answer).toBe('B');
    });

    it('leaves it alone if it still can do what it could when it was started, and checks it as rarely again', async () => {
      const check = jest.fn(() => Promise.resolve());
      const { fail, worker } = await failing(check);
      await fail(15);
      expect(check.mock.calls).toEqual([[worker(0)]]);
      await fail(1);
      expect(check).toHaveBeenCalledTimes(2);
      expect(worker(0).abandonReasons).toEqual([]);
    });

    it('does not have it checked while it answers others', async () => {
      const check = jest.fn(() => Promise.reject(broken));
      const { fail, run, worker } = await failing(check);
      await fail(7);
      const answer = run('a');
      await settle();
      worker(0).latest.answer('A');
      await answer;
      await fail(7);
      expect(check).not.toHaveBeenCalled();
    });

    it('does not hold against a worker what the one before it has failed', async () => {
      const check = jest.fn(() => Promise.resolve());
      const { fail, worker } = await failing(check);
      await fail(7);
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      await fail(7);
      expect(check).not.toHaveBeenCalled();
      await fail(1);
      expect(check.mock.calls).toEqual([[worker(1)]]);
    });

    it('takes it for the fault of the calls where there is no check', async () => {
      const { fail, worker } = await failing(undefined);
      await fail(30);
      expect(worker(0).abandonReasons).toEqual([]);
    });

    it.each<[string, (worker: FakeWorker, close: () => Promise<void>) => unknown, string | undefined]>([
      ['has failed', (worker) => worker.fail('uncaught'), 'uncaught'],
      ['is to end', (_, close) => close(), undefined],
    ])('does not give up one that %s while it is checked', async (_, endWorker, lastEndReason) => {
      let reject!: (error: Error) => void;
      const { fail, worker, pool } = await failing(() => new Promise((_, fails) => (reject = fails)));
      await fail(8);
      const ended = endWorker(worker(0), () => pool.close());
      reject(broken);
      await settle();
      worker(0).leave();
      await ended;
      await settle();
      expect(worker(0).abandonReasons).toEqual([]);
      expect(pool.status.lastEndReason).toBe(lastEndReason);
    });
  });

  describe('when a worker ends', () => {
    it('has another one answer its call', async () => {
      const { run, worker, pool } = await startLetterPool({ workers: 2 });
      const answer = run('a');
      await settle();
      worker(0).end('killed');
      await settle();
      worker(1).latest.answer('A');
      expect(await answer).toBe('A');
      expect(pool.status).toEqual({
        live: 1,
        workers: 2,
        restarts: 0,
        quarantined: 0,
        lastEndReason: 'killed',
      });
    });

    it('does not try one again that has failed but is not gone yet', async () => {
      const { run, worker, started } = await startLetterPool();
      const answer = new WatchedPromise(run('a'));
      await settle();
      worker(0).fail('uncaught');
      await settle();
      expect(answer.isSettled).toBe(false);
      worker(0).leave();
      await jest.advanceTimersByTimeAsync(100);
      expect(started).toHaveLength(2);
      worker(1).latest.answer('A');
      await settle();
      expect(answer.response).toBe('A');
    });

    it('waits for its replacement where there is no other', async () => {
      const { run, worker } = await startLetterPool();
      const answer = run('a');
      await settle();
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      worker(1).latest.answer('A');
      expect(await answer).toBe('A');
    });

    it.each([0, 1, 3])('gives up after %i retries', async (retries) => {
      const { run, started } = await startLetterPool({ workers: 5, retries });
      const answer = new WatchedPromise(run('a'));
      for (let attempt = 0; attempt <= retries; attempt += 1) {
        await settle();
        expect(answer.isSettled).toBe(false);
        started.find(({ worker }) => worker.calls.length > 0 && !worker.isGone)?.worker.end('killed');
      }
      await settle();
      expect(answer.error).toBeInstanceOf(WorkerEndedError);
      expect(answer.error).toMatchObject({ code: 'WORKER_ENDED', isRetryable: true });
      expect(started.filter(({ worker }) => worker.calls.length > 0)).toHaveLength(retries + 1);
    });

    it('does not count as an attempt of a call that stood behind another one', async () => {
      const { run, worker } = await startLetterPool({ workers: 1, retries: 0, callsInAdvance: 1 });
      const [fatal, behind] = [new WatchedPromise(run('a')), new WatchedPromise(run('b'))];
      await settle();
      expect(worker(0).calls).toHaveLength(2);
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      expect(fatal.error).toBeInstanceOf(WorkerEndedError);
      worker(1).latest.answer('B');
      await settle();
      expect(behind.response).toBe('B');
    });

    it('leaves a call that stood behind another one all of its retries', async () => {
      const { run, worker } = await startLetterPool({ workers: 1, retries: 1, callsInAdvance: 1 });
      const [first, behind] = [run('a'), new WatchedPromise(run('b'))];
      await settle();
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      worker(1).calls[0]?.answer('A');
      expect(await first).toBe('A');
      worker(1).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      worker(2).latest.answer('B');
      await settle();
      expect(behind.response).toBe('B');
    });

    it('waits longer for the next one only if it has answered nothing; to throw is an answer', async () => {
      const { run, worker, said } = await startLetterPool({ retries: 0 });
      const ways: ((worker: FakeWorker) => void)[] = [
        ({ latest }) => latest.answer('A'),
        () => undefined,
        () => undefined,
        ({ latest }) => latest.fail(new RangeError('no letter')),
      ];
      for (const [index, answer] of ways.entries()) {
        run('a').catch(() => undefined);
        await settle();
        answer(worker(index));
        await settle();
        worker(index).end('killed');
        await jest.advanceTimersByTimeAsync(1000);
      }
      const delaysMs = said.flatMap((message) => /started in (\d+) ms/.exec(message)?.[1] ?? []);
      expect(delaysMs).toEqual(['100', '200', '400', '100']);
    });

    it('does not count as an attempt that a worker ended before it was given the call', async () => {
      const { run, worker } = await startLetterPool({ workers: 1, retries: 0 });
      const [first, second] = [run('a'), new WatchedPromise(run('b'))];
      await settle();
      // The waiting call is told of the free worker, which ends at the same moment.
      worker(0).latest.answer('A');
      worker(0).end('killed');
      expect(await first).toBe('A');
      await jest.advanceTimersByTimeAsync(100);
      expect(second.error).toBeUndefined();
      worker(1).latest.answer('B');
      await settle();
      expect(second.response).toBe('B');
    });

    it('does not send a call again that nobody waits for any more', async () => {
      const { run, worker } = await startLetterPool({ workers: 2 });
      const controller = new AbortController();
      const answer = run('a', controller.signal);
      await settle();
      controller.abort(new Error('left'));
      worker(0).end('killed');
      await expect(answer).rejects.toThrow('left');
      expect(worker(1).calls).toEqual([]);
    });

    it('tells whoever watches when one is lost and when one is there again, until they do not want it', async () => {
      const { pool, worker } = await startLetterPool({ workers: 2 });
      const seen: number[] = [];
      const stop = pool.watch(() => seen.push(pool.live));
      worker(1).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      expect(seen).toEqual([1, 2]);
      stop();
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      expect(seen).toEqual([1, 2]);
    });

    it('names the latest reason, whichever place it was in', async () => {
      const { pool, worker } = await startLetterPool({ workers: 2 });
      worker(0).end('first');
      await settle();
      worker(1).end('second');
      await settle();
      expect(pool.status.lastEndReason).toBe('second');
    });
  });

  describe('with calls in advance', () => {
    it('prefers an idle worker, and gives a busy one a single call more', async () => {
      const { run, worker } = await startLetterPool({ workers: 2, callsInAdvance: 1 });
      for (const letter of ['a', 'b', 'c', 'd', 'e']) void run(letter);
      await settle();
      expect([0, 1].map((index) => worker(index).calls.map(({ request }) => request))).toEqual([
        ['a', 'c'],
        ['b', 'd'],
      ]);
      worker(1).calls[0]?.answer('B');
      await settle();
      expect(worker(1).latest.request).toBe('e');
    });

    it('says that a call begins when the one before it has been answered', async () => {
      const { pool, worker } = await startLetterPool({ callsInAdvance: 1 });
      const begun: string[] = [];
      const run = (request: string): Promise<string> =>
        pool.run('upper', () => ({ request, buffers: [] }), { onStarted: () => begun.push(request) });
      void run('a');
      void run('b');
      await settle();
      expect(begun).toEqual(['a']);
      worker(0).calls[0]?.answer('A');
      await settle();
      expect(begun).toEqual(['a', 'b']);
    });

    it('counts runTimeoutMs from then, and saves the call behind one that hangs', async () => {
      const { run, worker } = await startLetterPool({ callsInAdvance: 1, runTimeoutMs: 1000 });
      const [first, hung, behind] = [run('a'), new WatchedPromise(run('b')), new WatchedPromise(run('c'))];
      await jest.advanceTimersByTimeAsync(900);
      worker(0).calls[0]?.answer('A');
      expect(await first).toBe('A');
      await jest.advanceTimersByTimeAsync(999);
      expect(hung.isSettled).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(hung.error).toBeInstanceOf(RunTimeoutError);
      await jest.advanceTimersByTimeAsync(100);
      worker(1).latest.answer('C');
      await settle();
      expect(behind.response).toBe('C');
    });
  });

  describe('when a run takes too long', () => {
    it('counts the time of each call from the end of the one before, also of the third', async () => {
      const { run, worker } = await startLetterPool({ callsInAdvance: 1, runTimeoutMs: 1000 });
      const answers = ['a', 'b', 'c'].map((letter) => run(letter));
      for (const [index, letter] of ['A', 'B', 'C'].entries()) {
        await jest.advanceTimersByTimeAsync(900);
        worker(0).calls[index]?.answer(letter);
      }
      expect(await Promise.all(answers)).toEqual(['A', 'B', 'C']);
    });

    it('answers its caller at the limit, gives the worker up, and replaces it', async () => {
      const { run, worker, pool } = await startLetterPool({ runTimeoutMs: 1000 }, () => new FakeWorker(true));
      const answer = new WatchedPromise(run('a'));
      await jest.advanceTimersByTimeAsync(999);
      expect(answer.isSettled).toBe(false);
      await jest.advanceTimersByTimeAsync(1);
      expect(answer.error).toMatchObject({ code: 'RUN_TIMED_OUT', runTimeoutMs: 1000, isRetryable: false });
      expect(pool.status).toMatchObject({ live: 0, quarantined: 1 });
      await jest.advanceTimersByTimeAsync(100);
      expect(pool.status).toMatchObject({ live: 1, quarantined: 1, restarts: 1 });
      worker(0).leave();
      await settle();
      expect(pool.status).toMatchObject({ live: 1, quarantined: 0 });
    });
  });

  describe('finish', () => {
    it('lets calls wait for a worker in the place of one that has ended', async () => {
      const { run, worker, pool } = await startLetterPool();
      const answer = run('a');
      pool.finish();
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      worker(1).latest.answer('A');
      expect(await answer).toBe('A');
      await pool.close();
    });

    it('lets them wait no longer when that cannot be started', async () => {
      const { run, worker, pool } = await startLetterPool({}, (index) =>
        index === 0 ? new FakeWorker() : new Error('the file has changed'),
      );
      const answer = new WatchedPromise(run('a'));
      worker(0).end('killed');
      await jest.advanceTimersByTimeAsync(100);
      expect(answer.isSettled).toBe(false);
      pool.finish();
      await jest.advanceTimersByTimeAsync(200);
      expect(answer.error).toMatchObject({ code: 'WORKER_ENDED', reason: 'the file has changed' });
      await pool.close();
    });

    it('lets them wait on while another worker is alive', async () => {
      const { run, worker, pool } = await startLetterPool({ workers: 2 }, (index) =>
        index < 2 ? new FakeWorker() : new Error('the file has changed'),
      );
      const answers = ['a', 'b'].map((letter) => run(letter));
      pool.finish();
      await settle();
      worker(0).end('killed');
      // One worker is not replaced, the other one busy, and one call waits for it.
      await jest.advanceTimersByTimeAsync(1000);
      for (const letter of ['B', 'A']) {
        worker(1).latest.answer(letter);
        await settle();
      }
      expect(await Promise.all(answers)).toEqual(['A', 'B']);
      await pool.close();
    });
  });

  describe('close', () => {
    it('waits for calls that have begun, refuses those that wait and those that come, and ends all workers', async () => {
      const { run, worker, pool } = await startLetterPool();
      const [begun, waiting] = [run('a'), new WatchedPromise(run('b'))];
      await settle();
      const closed = new WatchedPromise(Promise.all([pool.close(), pool.close()]));
      await settle();
      expect(waiting.error).toBeInstanceOf(BatcherClosedError);
      await expect(run('c')).rejects.toThrow(BatcherClosedError);
      expect(closed.isSettled).toBe(false);
      worker(0).latest.answer('A');
      expect(await begun).toBe('A');
      await settle();
      expect(closed.isSettled).toBe(true);
      expect(worker(0).isGone).toBe(true);
      expect(jest.getTimerCount()).toBe(0);
    });

    it('shows no worker that takes calls from then on, though one still works off its last', async () => {
      const { run, worker, pool } = await startLetterPool();
      const answer = run('a');
      const closed = pool.close();
      expect(pool.status.live).toBe(0);
      worker(0).latest.answer('A');
      expect(await answer).toBe('A');
      await closed;
    });

    it('starts no more replacements', async () => {
      const { worker, pool, started } = await startLetterPool();
      worker(0).end('killed');
      await settle();
      await pool.close();
      // One that is left would keep the process alive until it is over.
      expect(jest.getTimerCount()).toBe(0);
      await jest.advanceTimersByTimeAsync(60_000);
      expect(started).toHaveLength(1);
    });

    it('waits for a worker that was given up and is still busy', async () => {
      const { run, worker, pool } = await startLetterPool({ runTimeoutMs: 10 }, () => new FakeWorker(true));
      void run('a').catch(() => undefined);
      await jest.advanceTimersByTimeAsync(200);
      const closed = new WatchedPromise(pool.close());
      await settle();
      expect(closed.isSettled).toBe(false);
      worker(0).leave();
      await settle();
      expect(closed.isSettled).toBe(true);
    });
  });

  it('lets a caller leave who waits for a worker', async () => {
    const { run, worker } = await startLetterPool();
    void run('a');
    const controller = new AbortController();
    const leaving = run('b', controller.signal);
    controller.abort(new Error('left'));
    await expect(leaving).rejects.toThrow('left');
    worker(0).latest.answer('A');
    await settle();
    expect(worker(0).calls).toHaveLength(1);
  });

  it('does not take a call of a caller who has left before', async () => {
    const { run, worker } = await startLetterPool();
    await expect(run('a', AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
    expect(worker(0).calls).toEqual([]);
  });

  it('starts all workers or none', async () => {
    const workers: FakeWorker[] = [];
    const starting = startLetterPool({ workers: 3 }, (index) => {
      if (index === 1) return new Error('no memory');
      workers.push(new FakeWorker());
      return workers.at(-1)!;
    });
    await expect(starting).rejects.toThrow('no memory');
    expect(workers.map(({ isGone }) => isGone)).toEqual([true, true]);
  });

  it('tells that a start has failed only when none of its workers is left', async () => {
    const slow = new FakeWorker();
    void slow.call('upper', 'a').catch(() => undefined);
    const started = startLetterPool({ workers: 2 }, (index) => (index === 1 ? new Error('no memory') : slow));
    const starting = new WatchedPromise(started);
    await settle();
    expect(slow.isStopped).toBe(true);
    expect(starting.isSettled).toBe(false);
    slow.latest.answer('A');
    await settle();
    expect(starting.error).toMatchObject({ message: 'no memory' });
  });
});
