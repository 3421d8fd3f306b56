import { resolveConfig } from '../config/resolve-config.js';
import { ConfiguredQueueRules } from './configured-queue-rules.js';

const bucketWith = (size: number, totalCost = size) => ({ size, totalCost, largestCost: 1 });

describe('ConfiguredQueueRules', () => {
  it('says what the configuration says at the time', () => {
    const config = { ...resolveConfig('test', { maxQueueSize: 100, priorityAgingMs: 50 }) };
    const rules = new ConfiguredQueueRules(config, { dispatchAtOnceSize: 4 });
    expect([rules.maxQueueSize, rules.priorityAgingMs]).toEqual([100, 50]);
    Object.assign(config, { maxQueueSize: 200, priorityAgingMs: 10 });
    expect([rules.maxQueueSize, rules.priorityAgingMs]).toEqual([200, 10]);
  });

  it('gives a tenant the weight that is configured, and 1 to all others', () => {
    const config = resolveConfig('test', { tenantWeights: { gold: 3 } });
    const rules = new ConfiguredQueueRules(config, { dispatchAtOnceSize: 4 });
    const tenants = ['gold', 'free', undefined, 'constructor', '__proto__'];
    expect(tenants.map((tenant) => rules.weightOf(tenant))).toEqual([3, 1, 1, 1, 1]);
  });

  it('calls a bucket full that has a reason to go at once, by its size or by its cost', () => {
    const config = resolveConfig('test', { costOf: () => 1, maxBatchCost: 10 });
    const rules = new ConfiguredQueueRules(config, { dispatchAtOnceSize: 4 });
    expect([bucketWith(3), bucketWith(4), bucketWith(2, 10)].map((bucket) => rules.isReady(bucket))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it('says from what size on a bucket may be full: from the first request on where costs are limited', () => {
    const builder = { dispatchAtOnceSize: 4 };
    expect(new ConfiguredQueueRules(resolveConfig('test', {}), builder).leastReadySize).toBe(4);
    const limited = resolveConfig('test', { costOf: () => 1, maxBatchCost: 10 });
    expect(new ConfiguredQueueRules(limited, builder).leastReadySize).toBe(1);
  });
});
