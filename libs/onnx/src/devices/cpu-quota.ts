import { posix } from 'node:path';

import { readSystemText, type ReadText } from './system-text.js';

const ROOT = '/sys/fs/cgroup';

/**
 * How many CPUs' time the control groups of Linux let this process have, as containers are given it (`docker run
 * --cpus`, limits of Kubernetes); Infinity if as much as there is.
 *
 * A group's limit counts for all in it, so the smallest on the way up to the root holds. In a container only a part of
 * the way can be seen, the end of which is the container's own.
 *
 * See https://docs.kernel.org/admin-guide/cgroup-v2.html (`cpu.max`) and
 * https://docs.kernel.org/scheduler/sched-bwc.html (`cpu.cfs_quota_us`).
 */
export function readCpuQuota(readText: ReadText = readSystemText): number {
  let quota = Infinity;
  for (const line of readText('/proc/self/cgroup')?.split('\n') ?? []) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    const isUnified = line.startsWith('0::');
    if (!isUnified && !controllers.split(',').includes('cpu')) continue;
    for (const group of groupsUpFrom(path)) {
      quota = Math.min(quota, isUnified ? quotaOf(group, readText) : oldQuotaOf(group, readText));
    }
  }
  return quota;
}

/** The group itself, the one that it is in, and so on. */
function groupsUpFrom(path: string): string[] {
  const groups: string[] = [];
  for (let group = path; group !== '/' && group !== '.'; group = posix.dirname(group)) groups.push(group);
  return [...groups, ''];
}

/** `max 100000`: all that there is; `150000 100000`: one and a half CPUs. */
function quotaOf(group: string, readText: ReadText): number {
  const [quotaUs, periodUs] = (readText(`${ROOT}${group}/cpu.max`) ?? 'max').split(' ').map(Number);
  return toCpus(quotaUs, periodUs);
}

/** Of the first version, where -1 stands for all that there is. */
function oldQuotaOf(group: string, readText: ReadText): number {
  const folder = `${ROOT}/cpu${group}`;
  return toCpus(
    Number(readText(`${folder}/cpu.cfs_quota_us`)),
    Number(readText(`${folder}/cpu.cfs_period_us`)),
  );
}

function toCpus(quotaUs = NaN, periodUs = NaN): number {
  return quotaUs > 0 && periodUs > 0 ? quotaUs / periodUs : Infinity;
}
