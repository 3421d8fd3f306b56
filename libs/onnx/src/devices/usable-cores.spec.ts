import { availableParallelism } from 'node:os';

import { findUsableCores, type UsableCores } from './usable-cores.js';

describe('The cores on which a process may run', () => {
  /** A machine with so many cores of two logical CPUs each: CPU *i* shares its core with CPU *i + cores*. */
  const coresWith = (allowed: string, cores: number): UsableCores => {
    const files: Record<string, string> = {
      '/proc/self/status': `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${allowed}\nMems_allowed:\t1`,
    };
    for (let cpu = 0; cpu < 2 * cores; cpu += 1) {
      files[`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`] =
        `${cpu % cores},${(cpu % cores) + cores}`;
    }
    return findUsableCores((path) => files[path], 2 * cores);
  };

  it('are counted once each, however many CPUs they have', () => {
    expect(coresWith('0-15', 8)).toEqual({ count: 8, areAll: true });
  });

  it('are those of the CPUs that are allowed', () => {
    expect(coresWith('0-2', 8)).toEqual({ count: 3, areAll: false });
    expect(coresWith('0,8', 8)).toEqual({ count: 1, areAll: false });
    expect(coresWith('1-2,9-10,15', 8)).toEqual({ count: 3, areAll: false });
  });

  it('are as many as CPUs where the system does not tell which of those share one', () => {
    const status = (path: string): string | undefined =>
      path === '/proc/self/status' ? 'Cpus_allowed_list:\t0-3' : undefined;
    expect(findUsableCores(status, 4)).toEqual({ count: 4, areAll: true });
  });

  it('are as many as Node says on other systems', () => {
    expect(findUsableCores(() => undefined, 4)).toEqual({ count: availableParallelism(), areAll: true });
  });

  it('are found on this machine', () => {
    const { count } = findUsableCores();
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThanOrEqual(availableParallelism());
  });
});
