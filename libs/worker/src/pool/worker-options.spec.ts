import { checkConfig } from 'nestjs-batching/core';

import {
  checkWorkerOptions,
  resolveWorkerOptions,
  withWorkerNumbers,
  WORKER_OPTION_RULES,
  type WorkerOptions,
} from './worker-options.js';

const resolve = (options: WorkerOptions): ReturnType<typeof resolveWorkerOptions> =>
  resolveWorkerOptions(options, () => true);
const faultsOf = (options: Readonly<Record<string, unknown>>): string[] =>
  checkConfig<WorkerOptions>(options, WORKER_OPTION_RULES).faults.map(({ field }) => field);

describe('the options of workers', () => {
  it('have defaults, and cannot be changed', () => {
    const options = resolve({ instances: undefined });
    expect(options).toEqual({
      instances: 1,
      isolation: 'thread',
      runTimeoutMs: undefined,
      startTimeoutMs: 300_000,
      retries: 1,
      respawnDelayMs: 100,
      maxRespawnDelayMs: 30_000,
    });
    expect(Object.isFrozen(options)).toBe(true);
  });

  it('are taken as given', () => {
    expect(resolve({ instances: 4, isolation: 'process', retries: 0, runTimeoutMs: 50 })).toMatchObject({
      instances: 4,
      isolation: 'process',
      retries: 0,
      runTimeoutMs: 50,
    });
  });

  it('may be strings that hold a number, as environment variables are', () => {
    const given = { instances: '2', runTimeoutMs: ' 5e2 ', retries: 'none', isolation: 'process' };
    expect(withWorkerNumbers(given as unknown as WorkerOptions)).toEqual({
      instances: 2,
      runTimeoutMs: 500,
      retries: 'none',
      isolation: 'process',
    });
  });

  it('count as not given where they are wrong, so that the others can be looked at', () => {
    expect(resolveWorkerOptions({ instances: -1 }, (field) => field !== 'instances').instances).toBe(1);
  });

  it('wait no shorter at the longest than at the shortest, of which the default gives way', () => {
    expect(resolve({ respawnDelayMs: 60_000 })).toMatchObject({
      respawnDelayMs: 60_000,
      maxRespawnDelayMs: 60_000,
    });
    expect(resolve({ maxRespawnDelayMs: 50 })).toMatchObject({ respawnDelayMs: 50, maxRespawnDelayMs: 50 });
  });

  it('are refused where the longest delay that was given is below the shortest', () => {
    const check = (options: WorkerOptions) => checkWorkerOptions(options, () => true);
    expect(check({ respawnDelayMs: 200, maxRespawnDelayMs: 100 })).toEqual([
      {
        field: 'maxRespawnDelayMs',
        problem: 'received 100, but respawnDelayMs is 200: the longest delay is at least that',
      },
    ]);
    expect(check({ respawnDelayMs: 100, maxRespawnDelayMs: 100 })).toEqual([]);
    expect(check({ respawnDelayMs: 60_000 })).toEqual([]);
    expect(check({ maxRespawnDelayMs: 0 })).toEqual([]);
    expect(checkWorkerOptions({ respawnDelayMs: 200, maxRespawnDelayMs: -1 }, () => false)).toEqual([]);
  });

  it.each([
    { instances: 1, runTimeoutMs: 1, startTimeoutMs: 1, retries: 0, respawnDelayMs: 0, maxRespawnDelayMs: 0 },
    { instances: 64, runTimeoutMs: 3_600_000, startTimeoutMs: 3_600_000, retries: 10 },
    { respawnDelayMs: 60_000, maxRespawnDelayMs: 3_600_000 },
    { isolation: 'thread' },
    { isolation: 'process' },
  ])('are taken as far as their ranges go: %j', (options) => {
    expect(faultsOf(options)).toEqual([]);
  });

  it.each([
    { instances: 0 },
    { instances: 1.5 },
    { instances: 65 },
    { isolation: 'fork' },
    { runTimeoutMs: 0 },
    { runTimeoutMs: 3_600_001 },
    { startTimeoutMs: 0 },
    { startTimeoutMs: 3_600_001 },
    { retries: -1 },
    { retries: 11 },
    { respawnDelayMs: NaN },
    { respawnDelayMs: -1 },
    { respawnDelayMs: 60_001 },
    { maxRespawnDelayMs: -1 },
    { maxRespawnDelayMs: 3_600_001 },
    { instancess: 1 },
  ])('are refused where they are out of range: %j', (options) => {
    expect(faultsOf(options)).toEqual(Object.keys(options));
  });
});
