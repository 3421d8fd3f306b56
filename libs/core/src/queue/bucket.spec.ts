import fc from 'fast-check';
import {
  buildEntries,
  idsOf,
  NumberedEntry,
  takeAll,
  type EntryTraits,
} from '../../../../test/core/queue-entry-builder.js';
import { Bucket } from './bucket.js';

const AGING_MS = 100;

function bucketOf(traits: readonly EntryTraits[], priorityAgingMs = AGING_MS) {
  const rules = { priorityAgingMs, weightOf: () => 1 };
  const bucket = new Bucket<NumberedEntry>(rules);
  const entries = buildEntries(...traits);
  for (const entry of entries) bucket.add(entry);
  const take = (most?: number): number[] => idsOf(takeAll(() => bucket.take(), most));
  return { bucket, entries, rules, take };
}

describe('Bucket: priorities', () => {
  it('serves a higher priority first, and within one those that came first', () => {
    const { take } = bucketOf([{ priority: 2 }, { priority: 1 }, { priority: 0 }, { priority: 1 }, {}]);
    expect(take()).toEqual([2, 4, 1, 3, 0]);
  });

  it('serves who has waited for the head start of the others before those', () => {
    const { take } = bucketOf([
      { enqueuedAtMs: 0, priority: 1 },
      { enqueuedAtMs: 99, priority: 0 },
      { enqueuedAtMs: 101, priority: 0 },
    ]);
    expect(take()).toEqual([1, 0, 2]);
  });

  it('serves the higher priority when two are equally urgent', () => {
    const { take } = bucketOf([
      { enqueuedAtMs: 0, priority: 1 },
      { enqueuedAtMs: 100, priority: 0 },
    ]);
    expect(take()).toEqual([1, 0]);
  });

  it('serves in the order of arrival where priorities do not count', () => {
    const { take } = bucketOf([{ priority: 3 }, { priority: 0 }, { priority: 2 }], 0);
    expect(take()).toEqual([0, 1, 2]);
  });

  it('lets a request of priority p be overtaken only by those that come within p times the aging', () => {
    const trait = fc.record({
      priority: fc.nat(3),
      gapMs: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(trait, { minLength: 1, maxLength: 50, size: 'max' }), (arrivals) => {
        let enqueuedAtMs = 0;
        const { bucket } = bucketOf(
          arrivals.map(({ priority, gapMs }) => ({ priority, enqueuedAtMs: (enqueuedAtMs += gapMs) })),
        );
        const served = takeAll(() => bucket.take());
        served.forEach((request, place) => {
          for (const before of served.slice(0, place)) {
            const headStartMs = (request.priority - before.priority) * AGING_MS;
            expect(before.enqueuedAtMs - request.enqueuedAtMs).toBeLessThanOrEqual(headStartMs);
          }
        });
      }),
      { numRuns: 200 },
    );
  });

  it('is as urgent as its most urgent request', () => {
    const { bucket, take } = bucketOf([
      { enqueuedAtMs: 10, priority: 2 },
      { enqueuedAtMs: 60, priority: 1 },
    ]);
    expect(bucket.urgentSinceMs).toBe(160);
    take(1);
    expect(bucket.urgentSinceMs).toBe(210);
    take(1);
    expect(bucket.urgentSinceMs).toBe(Infinity);
  });

  it('takes another head start for the decision after it has changed', () => {
    const rules = { priorityAgingMs: AGING_MS, weightOf: () => 1 };
    const bucket = new Bucket<NumberedEntry>(rules);
    const [low, high] = buildEntries({ enqueuedAtMs: 0, priority: 1 }, { enqueuedAtMs: 50 });
    bucket.add(low!);
    bucket.add(high!);
    expect(bucket.next).toBe(high);
    rules.priorityAgingMs = 10;
    bucket.rulesChanged();
    expect(bucket.next).toBe(low);
  });
});

describe('Bucket', () => {
  it('knows who has waited longest, whatever its priority', () => {
    const { bucket, entries, take } = bucketOf([
      { enqueuedAtMs: 3, priority: 1 },
      { enqueuedAtMs: 5, priority: 0 },
      { enqueuedAtMs: 7, priority: 2 },
    ]);
    expect(bucket.oldestAtMs).toBe(entries[0]!.enqueuedAtMs);
    bucket.remove(entries[0]!);
    expect(bucket.oldestAtMs).toBe(entries[1]!.enqueuedAtMs);
    take(1);
    expect(bucket.oldestAtMs).toBe(entries[2]!.enqueuedAtMs);
  });

  it('lets the tenants of one priority take turns, those from before the first one named included', () => {
    const { take } = bucketOf([{}, {}, {}, { tenant: 'a' }, { tenant: 'a' }, { tenant: 'a' }]);
    expect(take()).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('keeps tenants apart in each priority', () => {
    const { take } = bucketOf([
      { priority: 1, tenant: 'a' },
      { priority: 1, tenant: 'a' },
      { priority: 1, tenant: 'b' },
      { priority: 0, tenant: 'a' },
    ]);
    expect(take()).toEqual([3, 0, 2, 1]);
  });

  it('has the total and the largest cost of those that are here', () => {
    const { bucket, entries, take } = bucketOf([{ cost: 2 }, { cost: 9 }, { cost: 4 }, { cost: 4 }]);
    expect([bucket.size, bucket.totalCost, bucket.largestCost]).toEqual([4, 19, 9]);
    bucket.remove(entries[1]!);
    expect([bucket.size, bucket.totalCost, bucket.largestCost]).toEqual([3, 10, 4]);
    take(2);
    expect([bucket.size, bucket.totalCost, bucket.largestCost]).toEqual([1, 4, 4]);
    bucket.putBack(entries[2]!);
    expect([bucket.size, bucket.totalCost, bucket.largestCost]).toEqual([2, 8, 4]);
    take();
    expect([bucket.size, bucket.totalCost, bucket.largestCost]).toEqual([0, 0, 0]);
  });

  it('counts those in who cost 1 and came before one that does not', () => {
    const { bucket, take } = bucketOf([{}, {}]);
    expect([bucket.totalCost, bucket.largestCost]).toEqual([2, 1]);

    bucket.add(new NumberedEntry(2, { cost: 0.5 }));
    expect([bucket.totalCost, bucket.largestCost]).toEqual([2.5, 1]);
    expect(take(2)).toEqual([0, 1]);
    expect([bucket.totalCost, bucket.largestCost]).toEqual([0.5, 0.5]);

    expect(take()).toEqual([2]);
    expect([bucket.totalCost, bucket.largestCost]).toEqual([0, 0]);
    bucket.add(new NumberedEntry(3, {}));
    expect([bucket.totalCost, bucket.largestCost]).toEqual([1, 1]);
  });

  it('is left without a rest of cost by fractions that do not add up', () => {
    const { bucket, take } = bucketOf([{ cost: 0.1 }, { cost: 0.2 }, { cost: 0.3 }]);
    take();
    expect(bucket.totalCost).toBe(0);
  });

  it('expects those of higher priority, and those of the same that came before, ahead of a newcomer', () => {
    const { bucket } = bucketOf([{ priority: 0 }, { priority: 0 }, { priority: 1 }, { priority: 2 }]);
    expect([0, 1, 2, 3].map((priority) => bucket.countAhead(priority, undefined, 0))).toEqual([2, 3, 4, 4]);
  });

  it('expects one ahead of the first who names a tenant, or as many as the others weigh more, or all there are', () => {
    const aheadOfTenant = (waiting: number, weight: number): number => {
      const weightOf = (tenant: string | undefined): number => (tenant === undefined ? weight : 1);
      const bucket = new Bucket<NumberedEntry>({ priorityAgingMs: AGING_MS, weightOf });
      for (let id = 0; id < waiting; id += 1) bucket.add(new NumberedEntry(id, {}));
      // So that its line is there.
      bucket.add(new NumberedEntry(waiting, {}));
      bucket.take();
      return bucket.countAhead(0, 'a', 0);
    };
    expect([aheadOfTenant(5, 1), aheadOfTenant(5, 3), aheadOfTenant(2, 3), aheadOfTenant(0, 3)]).toEqual([
      1, 3, 2, 0,
    ]);
  });

  it('expects those of lower priority ahead, too, who came before the head start of a newcomer', () => {
    const backlog = Array.from({ length: 11 }, (_, index) => ({ priority: 1, enqueuedAtMs: 10 * index }));
    const { bucket, take } = bucketOf([...backlog, { priority: 0, enqueuedAtMs: 145 }]);
    const aheadAt = (nowMs: number): number => bucket.countAhead(0, undefined, nowMs);
    expect([145, 200, 1000].map(aheadAt)).toEqual([1 + 5, 1 + 11, 1 + 11]);
    expect(bucket.countAhead(0, undefined, 99)).toBe(1);
    expect(take(5)).not.toContain(11);
    expect(take(1)).toEqual([11]);
  });

  it('expects before one that waits those who came before it, with the head starts of the priorities', () => {
    const { bucket, entries } = bucketOf([
      { priority: 1, enqueuedAtMs: 0 },
      { priority: 1, enqueuedAtMs: 50 },
      { priority: 0, enqueuedAtMs: 90 },
      { priority: 0, enqueuedAtMs: 120 },
      { priority: 0, enqueuedAtMs: 150 },
    ]);
    expect(entries.map((entry) => bucket.countBefore(entry))).toEqual([1, 4, 0, 2, 4]);
  });

  it('serves what was put back as before, with priorities and tenants', () => {
    const trait = fc.record({
      priority: fc.nat(2),
      tenant: fc.constantFrom(undefined, 'a', 'b'),
      gapMs: fc.nat(80),
    });
    fc.assert(
      fc.property(fc.array(trait, { maxLength: 30, size: 'max' }), fc.nat(30), (arrivals, count) => {
        let enqueuedAtMs = 0;
        const traits = arrivals.map(({ gapMs, ...trait }) => ({
          ...trait,
          enqueuedAtMs: (enqueuedAtMs += gapMs),
        }));
        const { bucket, take } = bucketOf(traits);
        for (const entry of takeAll(() => bucket.take(), count).toReversed()) bucket.putBack(entry);
        expect(bucket.size).toBe(traits.length);
        expect(take()).toEqual(bucketOf(traits).take());
      }),
      { numRuns: 300 },
    );
  });
});
