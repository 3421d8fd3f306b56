import { availableParallelism, cpus } from 'node:os';

import { readSystemText, type ReadText } from './system-text.js';

/** The cores on which a process may run. */
export interface UsableCores {
  readonly count: number;
  /** Whether they are all that the machine has. */
  readonly areAll: boolean;
}

/**
 * Counts the cores on which this process may run, each once, however many logical CPUs it has: those share what a model
 * needs. On other systems than Linux the logical CPUs are counted.
 */
export function findUsableCores(
  readText: ReadText = readSystemText,
  cpuCount: number = cpus().length,
): UsableCores {
  const allowed = /^Cpus_allowed_list:\s*(.*)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
  if (allowed === undefined) return { count: availableParallelism(), areAll: true };
  const numbers = parseCpuList(allowed);
  const siblings = numbers.map(
    (cpu) => readText(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`) ?? String(cpu),
  );
  return { count: new Set(siblings).size, areAll: numbers.length >= cpuCount };
}

/** `0-3,8`: 0, 1, 2, 3, 8. */
function parseCpuList(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = NaN, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
