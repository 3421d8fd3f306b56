import {
  CAPACITY_PER_SECOND,
  FULL_BATCH_MS,
  longestOf,
  MAX_BATCH_SIZE,
  p99Of,
  simulateGroups,
  type GroupResult,
} from './fairness.js';

const DURATION_MS = 20_000;
const NOBODY: GroupResult = { latenciesMs: [], refused: 0 };

/**
 * Ben uses 20 % of the capacity. The other tenant's share is what he leaves, 80 %, so that the batcher is fully
 * used already while the other keeps to it: batches are full, and what the flood adds is only its excess. (Were
 * there room to spare before, batches would be smaller and quicker, for him as well. That is no one's share.)
 */
async function askAsBen(shareOfOther: number, tenants: readonly [string?, string?]): Promise<GroupResult> {
  const [other, ben] = tenants.map((tenant) => (tenant === undefined ? {} : { tenant }));
  const groups = [
    { name: 'other', ratePerSecond: shareOfOther * 0.8 * CAPACITY_PER_SECOND, ...other },
    { name: 'ben', ratePerSecond: 0.2 * CAPACITY_PER_SECOND, ...ben },
  ];
  const results = await simulateGroups(
    { maxQueueSize: 1024, maxQueueSizePerTenant: 512 },
    groups,
    DURATION_MS,
  );
  return results.get('ben') ?? NOBODY;
}

describe('fairness in virtual time, at 20 + 0.5·n ms and at most 64 in a batch', () => {
  it('lets a tenant that offers ten times its share raise the p99 of another by less than 15 %', async () => {
    const before = await askAsBen(1, ['flooder', 'ben']);
    const during = await askAsBen(10, ['flooder', 'ben']);
    expect(before.latenciesMs.length).toBeGreaterThan(4000);
    expect(p99Of(during) / p99Of(before)).toBeLessThan(1.15);
    expect(during.refused).toBe(0);
  }, 30_000);

  it('has no such effect on requests that name no tenant, so that the test above can fail', async () => {
    const before = await askAsBen(1, ['flooder', 'ben']);
    const during = await askAsBen(10, []);
    expect(p99Of(during) / p99Of(before)).toBeGreaterThan(2);
    expect(during.refused).toBeGreaterThan(0);
  }, 30_000);

  describe('when the highest priority offers three times the capacity', () => {
    const maxQueueSize = 4 * MAX_BATCH_SIZE;
    /** The batch that runs, and a full queue of those that came before the head start was used up. */
    const queueAheadMs = FULL_BATCH_MS * (1 + maxQueueSize / MAX_BATCH_SIZE);

    async function askWithLowPriority(priorityAgingMs: number): Promise<GroupResult> {
      const config = { maxQueueSize, priorityLevels: 3, priorityAgingMs, queueFullPolicy: 'refuse' } as const;
      const groups = [
        { name: 'high', priority: 0, ratePerSecond: 3 * CAPACITY_PER_SECOND },
        { name: 'low', priority: 2, ratePerSecond: 20 },
      ];
      return (await simulateGroups(config, groups, DURATION_MS)).get('low') ?? NOBODY;
    }

    it.each([0, 200, 1000])(
      'answers the lowest within its head starts of %i ms each and the time of the queue ahead',
      async (priorityAgingMs) => {
        const low = await askWithLowPriority(priorityAgingMs);
        expect(low.latenciesMs.length).toBeGreaterThan(75);
        expect(longestOf(low)).toBeLessThanOrEqual(2 * priorityAgingMs + queueAheadMs);
        // It is strict until then: the highest does go first.
        expect(longestOf(low)).toBeGreaterThan(2 * priorityAgingMs);
      },
      30_000,
    );
  });

  it('answers a rare bucket within the time of the queue ahead while another one floods', async () => {
    const maxQueueSize = 4 * MAX_BATCH_SIZE;
    const config = { maxQueueSize, bucketOf: ({ group }: { readonly group: string }) => group };
    const groups = [
      { name: 'flood', ratePerSecond: 3 * CAPACITY_PER_SECOND },
      { name: 'rare', ratePerSecond: 20 },
    ];
    const rare = (await simulateGroups(config, groups, DURATION_MS)).get('rare') ?? NOBODY;
    expect(rare.latenciesMs.length).toBeGreaterThan(75);
    // The batch that runs, those that the queue holds, and its own, which is of its bucket alone.
    expect(longestOf(rare)).toBeLessThanOrEqual(FULL_BATCH_MS * (2 + maxQueueSize / MAX_BATCH_SIZE));
  }, 30_000);

  it.each([
    [200, 200],
    [200, 300],
    [80, 300],
  ])(
    'answers most of a rare bucket’s requests in time, which have %i ms, while another one floods, which has %i',
    async (rareMs, floodMs) => {
      const config = { maxQueueSize: 20_000, bucketOf: ({ group }: { readonly group: string }) => group };
      const groups = [
        { name: 'flood', ratePerSecond: 3 * CAPACITY_PER_SECOND, timeoutMs: floodMs },
        { name: 'rare', ratePerSecond: 8, timeoutMs: rareMs },
      ];
      const results = await simulateGroups(config, groups, 5000);
      const { latenciesMs = [], refused = 0 } = results.get('rare') ?? {};
      expect(latenciesMs.length / (latenciesMs.length + refused)).toBeGreaterThan(0.75);
      const flood = results.get('flood')?.latenciesMs.length ?? 0;
      expect((1000 * flood) / 5000).toBeGreaterThan(0.75 * CAPACITY_PER_SECOND);
    },
    30_000,
  );

  it.each([
    ['the highest priority', 2, { priority: 0 }, { priority: 1 }],
    ['a modest tenant', 1, { tenant: 'modest' }, { tenant: 'flood' }],
  ])(
    'answers most of %s in time though larger batches, without it, would answer more in all',
    async (_, priorityLevels, few, many) => {
      const results = await simulateGroups(
        { maxQueueSize: 20_000, priorityLevels },
        [
          { name: 'few', ratePerSecond: 0.3 * CAPACITY_PER_SECOND, timeoutMs: 60, ...few },
          { name: 'many', ratePerSecond: 5 * CAPACITY_PER_SECOND, timeoutMs: 60, ...many },
        ],
        5000,
      );
      const { latenciesMs = [], refused = 0 } = results.get('few') ?? {};
      expect(latenciesMs.length / (latenciesMs.length + refused)).toBeGreaterThan(0.5);
    },
    30_000,
  );

  it('answers most of a modest tenant in time that has less time than another, which floods', async () => {
    const results = await simulateGroups(
      { maxQueueSize: 20_000 },
      [
        { name: 'modest', tenant: 'modest', ratePerSecond: 0.1 * CAPACITY_PER_SECOND, timeoutMs: 80 },
        { name: 'flood', tenant: 'flood', ratePerSecond: 3 * CAPACITY_PER_SECOND, timeoutMs: 300 },
      ],
      4000,
    );
    const { latenciesMs = [], refused = 0 } = results.get('modest') ?? {};
    expect(latenciesMs.length / (latenciesMs.length + refused)).toBeGreaterThan(0.7);
    const flood = results.get('flood')?.latenciesMs.length ?? 0;
    expect(flood / 4).toBeGreaterThan(0.75 * CAPACITY_PER_SECOND);
  }, 30_000);

  it('answers each tenant its share in time when all have deadlines, whatever they offer and however weights differ', async () => {
    const group = (name: string, load: number) => ({
      name,
      tenant: name,
      timeoutMs: 200,
      ratePerSecond: load * CAPACITY_PER_SECOND,
    });
    const answeredOf = async (tenantWeights: Record<string, number>, groups: ReturnType<typeof group>[]) => {
      const results = await simulateGroups({ maxQueueSize: 20_000, tenantWeights }, groups, 5000);
      return groups.map(({ name }) => results.get(name)?.latenciesMs.length ?? 0);
    };
    const [gold = 0, free = 0] = await answeredOf({ gold: 2 }, [group('gold', 3), group('free', 5)]);
    expect(gold / free).toBeGreaterThan(1.9);
    expect(gold / free).toBeLessThan(2.1);
    expect(gold + free).toBeGreaterThan(0.98 * 5 * CAPACITY_PER_SECOND);

    const [modest = 0, busy = 0, flood = 0] = await answeredOf({}, [
      group('modest', 0.2),
      group('busy', 1),
      group('flood', 4),
    ]);
    expect(modest / (0.2 * 5 * CAPACITY_PER_SECOND)).toBeGreaterThan(0.95);
    expect(flood / busy).toBeGreaterThan(0.95);
    expect(flood / busy).toBeLessThan(1.05);
  }, 30_000);
});
