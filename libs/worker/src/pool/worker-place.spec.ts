import { jest } from '@jest/globals';

import { WatchedPromise } from '../../../../test/core/watched-promise.js';
import { FakeWorker, type LetterCalls } from '../../../../test/worker/fake-worker.js';
import { WorkerEndedError } from '../hosts/worker-ended.error.js';
import { WorkerPlace, type StartContext } from './worker-place.js';

describe('WorkerPlace', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** A place whose workers are made by `make`; the latest is `workers.at(-1)`. */
  function setUp(
    make: (context: StartContext<LetterCalls>) => Promise<FakeWorker> | FakeWorker,
    say: (message: string) => void = () => undefined,
  ) {
    const workers: FakeWorker[] = [];
    const said: string[] = [];
    const log = (message: string): void => {
      said.push(message);
      say(message);
    };
    const place = new WorkerPlace<LetterCalls>({
      subject: 'worker 1 of letters',
      respawnDelayMs: 100,
      maxRespawnDelayMs: 1000,
      logger: { log, warn: log },
      onChanged: () => undefined,
      onLost: () => undefined,
      onNotReplaced: () => undefined,
      start: async (context) => {
        const worker = await make(context);
        workers.push(worker);
        return worker;
      },
    });
    return { place, workers, said };
  }

  it('replaces a worker that has ended, after its delay, and says both', async () => {
    const { place, workers, said } = setUp(() => new FakeWorker());
    await place.start();
    workers[0]?.end('killed');
    await jest.advanceTimersByTimeAsync(99);
    expect(place.host).toBeUndefined();
    await jest.advanceTimersByTimeAsync(1);
    expect(place.host).toBe(workers[1]);
    expect(place.restarts).toBe(1);
    expect(said).toEqual([
      'Worker 1 of letters is lost: killed. Another one is started in 100 ms.',
      'Worker 1 of letters is back.',
    ]);
    await place.close();
  });

  it('waits twice as long each time that a worker ends without having answered, up to the longest', async () => {
    const { place, workers } = setUp(() => new FakeWorker());
    await place.start();
    const delaysMs: number[] = [];
    for (let time = 0; time < 6; time += 1) delaysMs.push(await measureRespawn(place, workers));
    expect(delaysMs).toEqual([100, 200, 400, 800, 1000, 1000]);
    place.succeeded();
    expect(await measureRespawn(place, workers)).toBe(100);
    await place.close();
  });

  it('waits longer, too, when the replacement cannot be started', async () => {
    let attempts = 0;
    const { place, workers, said } = setUp(() => {
      attempts += 1;
      if (attempts === 2 || attempts === 3) throw new Error('no memory');
      return new FakeWorker();
    });
    await place.start();
    expect(await measureRespawn(place, workers)).toBe(100 + 200 + 400);
    expect(said.filter((message) => message.includes('no memory'))).toHaveLength(2);
    await place.close();
  });

  it('replaces a worker by one other also where the logger throws', async () => {
    const warnings = jest.spyOn(process, 'emitWarning').mockReturnValue();
    const { place, workers } = setUp(
      () => new FakeWorker(),
      () => {
        throw new Error('no disk');
      },
    );
    await place.start();
    workers[0]?.end('killed');
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(workers).toHaveLength(2);
    expect(place.host).toBe(workers[1]);
    expect(place.restarts).toBe(1);
    expect(warnings.mock.calls).toEqual([
      ['A logger failed: no disk', 'WorkerWarning'],
      ['A logger failed: no disk', 'WorkerWarning'],
    ]);
    warnings.mockRestore();
    await place.close();
  });

  it('says why a replacement has ended, not what its callers would be told', async () => {
    const { place, workers, said } = setUp(() => {
      if (workers.length === 1) throw new WorkerEndedError('letters', 'no memory');
      return new FakeWorker();
    });
    await place.start();
    workers[0]?.end('killed');
    await jest.advanceTimersByTimeAsync(100);
    expect(said.at(-1)).toBe('Worker 1 of letters is lost: no memory. Another one is started in 200 ms.');
    await place.close();
  });

  it('starts no third worker while two that were given up are still busy', async () => {
    const { place, workers, said } = setUp(() => new FakeWorker(true));
    await place.start();
    place.abandon(workers[0]!, 'too slow');
    await jest.advanceTimersByTimeAsync(1000);
    place.abandon(workers[1]!, 'too slow');
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(place.abandonedWorkers).toBe(2);
    expect(said.at(-1)).toBe(
      'Worker 1 of letters is lost: too slow. No other one is started before one of the 2 that hang has ended.',
    );
    expect(workers).toHaveLength(2);
    workers[0]?.leave();
    await jest.advanceTimersByTimeAsync(0);
    expect(place.abandonedWorkers).toBe(1);
    expect(place.host).toBe(workers[2]);
    workers[1]?.leave();
    await place.close();
  });

  it('counts workers that hung while they were being started', async () => {
    const hung: FakeWorker[] = [];
    const { place, workers } = setUp(({ onSpawned }) => {
      if (workers.length === 0) return new FakeWorker();
      const worker = new FakeWorker(true);
      hung.push(worker);
      onSpawned(worker);
      worker.abandon('it was not ready');
      throw new Error('it was not ready');
    });
    await place.start();
    workers[0]?.end('killed');
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(hung).toHaveLength(2);
    expect(place.abandonedWorkers).toBe(2);

    const closed = new WatchedPromise(place.close());
    await jest.advanceTimersByTimeAsync(0);
    expect(closed.isSettled).toBe(false);
    for (const worker of hung) worker.leave();
    await jest.advanceTimersByTimeAsync(0);
    expect(closed.isSettled).toBe(true);
  });

  it('does not count one that is still being started among those that were given up', async () => {
    let finish: () => void = () => undefined;
    const { place, workers } = setUp(({ onSpawned }) => {
      const worker = new FakeWorker();
      onSpawned(worker);
      return workers.length === 0 ? worker : new Promise((resolve) => (finish = () => resolve(worker)));
    });
    await place.start();
    workers[0]?.end('killed');
    await jest.advanceTimersByTimeAsync(100);
    expect(place.host).toBeUndefined();
    expect(place.abandonedWorkers).toBe(0);
    finish();
    await place.close();
  });

  it('gives up the start of a worker when it is closed', async () => {
    const { place, workers } = setUp(({ signal }) => {
      if (workers.length === 0) return new FakeWorker();
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('not wanted')), { once: true });
      });
    });
    await place.start();
    workers[0]?.end('killed');
    await jest.advanceTimersByTimeAsync(100);
    await place.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends a worker that becomes ready after it has been closed', async () => {
    let finish: (worker: FakeWorker) => void = () => undefined;
    const { place } = setUp(() => new Promise((resolve) => (finish = resolve)));
    void place.start();
    const closed = new WatchedPromise(place.close());
    await jest.advanceTimersByTimeAsync(0);
    expect(closed.isSettled).toBe(false);
    const worker = new FakeWorker();
    finish(worker);
    await jest.advanceTimersByTimeAsync(0);
    expect(closed.isSettled).toBe(true);
    expect(worker.isGone).toBe(true);
    expect(place.host).toBeUndefined();
  });
});

/** Ends the worker, and measures how long the place is empty, in milliseconds. */
async function measureRespawn(
  place: WorkerPlace<LetterCalls>,
  workers: readonly FakeWorker[],
): Promise<number> {
  workers.at(-1)?.end('killed');
  await jest.advanceTimersByTimeAsync(0);
  let emptyMs = 0;
  for (; place.host === undefined; emptyMs += 100) await jest.advanceTimersByTimeAsync(100);
  return emptyMs;
}
