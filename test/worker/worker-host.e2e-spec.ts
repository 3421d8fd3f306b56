import { startWorker, WorkerEndedError, type WorkerHost, type WorkerIsolation } from 'nestjs-batching/worker';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

interface CountingCalls {
  readonly count: { readonly request: { readonly busyMs: number }; readonly reply: number };
}

interface EndingCalls {
  readonly hangUp: { readonly request: undefined; readonly reply: never };
  readonly leaveTimer: { readonly request: undefined; readonly reply: undefined };
  readonly leaveUnfinished: { readonly request: string; readonly reply: undefined };
}

async function startEnding(isolation: WorkerIsolation): Promise<WorkerHost<EndingCalls>> {
  const service = pathToFileURL(resolve('test', 'worker', 'services', 'ending.service.js'));
  const host = startWorker<EndingCalls>(isolation, { subject: 'ending', service });
  await host.started;
  return host;
}

describe.each(['thread', 'process'] as const)('A worker (%s)', (isolation) => {
  let host: WorkerHost<CountingCalls>;
  beforeEach(async () => {
    const service = pathToFileURL(resolve('test', 'worker', 'services', 'counting.service.js'));
    host = startWorker<CountingCalls>(isolation, { subject: 'counter', service, options: undefined });
    await host.started;
  });
  afterEach(() => host.stop());

  const count = (busyMs: number, signal?: AbortSignal): Promise<number> =>
    host.call('count', { busyMs }, { signal });

  it('answers one call after the other', async () => {
    expect(await Promise.all([count(20), count(0), count(0)])).toEqual([1, 2, 3]);
  });

  it('passes over a call for which nobody waits any more when its turn comes', async () => {
    const controller = new AbortController();
    const busy = count(300);
    const left = count(0, controller.signal);
    const next = count(0);
    await setTimeout(50);
    controller.abort();
    await expect(left).rejects.toThrow('nobody waits for the answer any more');
    expect(await Promise.all([busy, next])).toEqual([1, 2]);
  });

  it('is given time to finish what its service has left unfinished when it is stopped', async () => {
    const file = join(tmpdir(), `unfinished-${randomUUID()}`);
    const ending = await startEnding(isolation);
    await ending.call('leaveUnfinished', file);
    await ending.stop();
    expect(existsSync(file)).toBe(true);
    await rm(file);
  });
});

it('A thread that must not be ended from outside ends by itself when it is stopped, whatever timer it has', async () => {
  const host = await startEnding('thread');
  await host.call('leaveTimer', undefined);
  await host.stop();
  expect(host.endReason).toBeUndefined();
});

it('A process that hangs up and lives on is ended, since it would answer no call any more', async () => {
  const host = await startEnding('process');
  const call = host.call('hangUp', undefined);
  await expect(call).rejects.toEqual(new WorkerEndedError('ending', 'it was ended by SIGKILL'));
  await host.ended;
});

it('A thread that is given up while it is busy passes over what stood behind that', async () => {
  const service = pathToFileURL(resolve('test', 'worker', 'services', 'counting.service.js'));
  const host = startWorker<CountingCalls>('thread', { subject: 'counter', service, options: undefined });
  await host.started;
  const calls = Promise.allSettled([
    host.call('count', { busyMs: 100 }),
    // Far longer than this test has.
    host.call('count', { busyMs: 600_000 }),
  ]);
  host.abandon('it is too slow');
  const failed = { status: 'rejected', reason: new WorkerEndedError('counter', 'it is too slow') };
  expect(await calls).toEqual([failed, failed]);
  await host.ended;
});
