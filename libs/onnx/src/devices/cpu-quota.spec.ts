import { readCpuQuota } from './cpu-quota.js';

describe('The quota of CPU time', () => {
  const quotaWith = (files: Record<string, string>): number => readCpuQuota((path) => files[path]);

  it('is that of the container, whose group is the root of what can be seen', () => {
    const files = { '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/cpu.max': '150000 100000' };
    expect(quotaWith(files)).toBe(1.5);
  });

  it('is the smallest of all groups that the process is in', () => {
    const files = {
      '/proc/self/cgroup': '0::/kubepods/pod1/container',
      '/sys/fs/cgroup/kubepods/pod1/container/cpu.max': 'max 100000',
      '/sys/fs/cgroup/kubepods/pod1/cpu.max': '400000 100000',
      '/sys/fs/cgroup/kubepods/cpu.max': '6400000 100000',
    };
    expect(quotaWith(files)).toBe(4);
  });

  it('is that of the first version of control groups, of the one that is for CPU time', () => {
    const files = {
      '/proc/self/cgroup': '4:memory:/docker/a\n3:cpuacct,cpu:/docker/a\n2:cpuset:/docker/a\n0::/',
      '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_quota_us': '200000',
      '/sys/fs/cgroup/cpu/docker/a/cpu.cfs_period_us': '100000',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
    };
    expect(quotaWith(files)).toBe(2);
    // Another process's, by whose name this one has a group for memory.
    const ofAnother = {
      '/proc/self/cgroup': '4:memory:/shared\n3:cpu:/docker/a',
      '/sys/fs/cgroup/cpu/shared/cpu.cfs_quota_us': '50000',
      '/sys/fs/cgroup/cpu/shared/cpu.cfs_period_us': '100000',
    };
    expect(quotaWith({ ...files, ...ofAnother })).toBe(2);
  });

  it.each<[string, Record<string, string>]>([
    ['no group has one', { '/proc/self/cgroup': '0::/', '/sys/fs/cgroup/cpu.max': 'max 100000' }],
    [
      'no group of the first version has one',
      {
        '/proc/self/cgroup': '1:cpu:/',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000',
      },
    ],
    ['groups are not to be seen', { '/proc/self/cgroup': '0::/somewhere\n1:cpu:/else' }],
    ['the files say something else', { '/proc/self/cgroup': 'x\n0::/', '/sys/fs/cgroup/cpu.max': 'soon' }],
    ['the system has no control groups', {}],
  ])('is without end where %s', (_, files) => {
    expect(quotaWith(files)).toBe(Infinity);
  });
});
