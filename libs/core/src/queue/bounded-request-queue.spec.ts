import fc from 'fast-check';
import {
  buildEntries,
  idsOf,
  NumberedEntry,
  takeAll,
  type EntryTraits,
} from '../../../../test/core/queue-entry-builder.js';
import { BoundedRequestQueue } from './bounded-request-queue.js';

const AGING_MS = 100;

function rulesOf({ maxQueueSize = 1000, fullSize = 4 } = {}) {
  const rules = {
    maxQueueSize,
    fullSize,
    priorityAgingMs: AGING_MS,
    weightOf: () => 1,
    isReady: ({ size }: { size: number }): boolean => size >= rules.fullSize,
  };
  return rules;
}

function queueOf(traits: readonly EntryTraits[], sizes?: Parameters<typeof rulesOf>[0]) {
  const rules = rulesOf(sizes);
  const queue = new BoundedRequestQueue<NumberedEntry>(rules);
  const entries = buildEntries(...traits);
  for (const entry of entries) queue.enqueue(entry);
  /** Takes from the bucket whose turn it is, as a batch would. */
  const take = (most: number): number[] => {
    const bucket = queue.mostUrgentBucket;
    if (bucket === undefined) return [];
    const taken = takeAll(() => queue.take(bucket), most);
    queue.reorder(bucket);
    return idsOf(taken);
  };
  return { queue, entries, rules, take };
}

const plain = (count: number): EntryTraits[] => Array.from({ length: count }, () => ({}));

describe('BoundedRequestQueue', () => {
  it('gives out what came first, first, and no more than there is', () => {
    const { queue, take } = queueOf(plain(5));
    expect([take(2), take(10), take(1)]).toEqual([[0, 1], [2, 3, 4], []]);
    expect([queue.size, queue.isEmpty]).toEqual([0, true]);
  });

  it('is full with maxQueueSize requests, and has room again when one leaves from anywhere', () => {
    const { queue, entries, rules } = queueOf(plain(3), { maxQueueSize: 3 });
    expect(queue.isFull).toBe(true);
    queue.remove(entries[1]!);
    expect(queue.isFull).toBe(false);

    rules.maxQueueSize = 1;
    queue.rulesChanged();
    expect(queue.isFull).toBe(true);
  });

  it('does nothing when a request leaves that is not here', () => {
    const { queue, entries, take } = queueOf([{}, { bucketKey: 'a' }, { tenant: 'b' }]);
    take(1);
    for (const id of [0, 1, 1]) queue.remove(entries[id]!);
    queue.remove(new NumberedEntry(9, { bucketKey: 'unknown' }));
    expect([queue.size, queue.bucketCount, queue.sizeOfTenant('b')]).toEqual([1, 1, 1]);
  });

  it('knows how many wait for each tenant, in all buckets and priorities', () => {
    const { queue, entries } = queueOf([
      { tenant: 'a' },
      { tenant: 'a', bucketKey: 'x', priority: 1 },
      { tenant: 'b' },
    ]);
    expect(['a', 'b', 'c'].map((tenant) => queue.sizeOfTenant(tenant))).toEqual([2, 1, 0]);
    queue.remove(entries[1]!);
    expect(queue.sizeOfTenant('a')).toBe(1);
  });

  it('gives its place up first who came last in the lowest priority', () => {
    const { queue, entries } = queueOf([
      { priority: 2 },
      { priority: 1 },
      { priority: 2 },
      { priority: 1 },
      {},
    ]);
    expect(queue.findDisplaceable(0)).toBe(entries[2]);
    expect(queue.findDisplaceable(1)).toBe(entries[2]);
    expect(queue.findDisplaceable(2)).toBeUndefined();

    queue.remove(entries[2]!);
    queue.remove(entries[0]!);
    expect(queue.findDisplaceable(0)).toBe(entries[3]);
    expect(queue.findDisplaceable(1)).toBeUndefined();
  });

  it('lets no request of the highest priority give up its place', () => {
    expect(queueOf(plain(3)).queue.findDisplaceable(0)).toBeUndefined();
  });

  it('does not count who was put back as gone when it looks for a place', () => {
    const { queue, entries } = queueOf([{ priority: 1 }, { priority: 1 }]);
    const bucket = queue.mostUrgentBucket!;
    const taken = takeAll(() => queue.take(bucket));
    for (const entry of taken.toReversed()) queue.putBack(bucket, entry);
    queue.reorder(bucket);
    expect(queue.findDisplaceable(0)).toBe(entries[1]);
    expect(queue.size).toBe(2);
  });
});

describe('BoundedRequestQueue: ordinary requests', () => {
  it('stay as they are when those are looked for that have a priority, a tenant or a deadline', () => {
    const line = {
      size: 3,
      oldestAtMs: 0,
      oldestArrival: 1,
      take: () => 3,
      takeEntries: (): NumberedEntry[] => {
        throw new Error('made an entry of each');
      },
    };
    const queue = new BoundedRequestQueue<NumberedEntry, number>(rulesOf({ maxQueueSize: 4 }), line);
    for (let count = 0; count < line.size; count += 1) queue.enqueueOrdinary();
    const [other] = buildEntries({ bucketKey: 'a', priority: 1, tenant: 'b' });
    queue.enqueue(other!);
    const visited: NumberedEntry[] = [];
    queue.forEachEntry((entry) => visited.push(entry));

    expect([queue.isFull, queue.findDisplaceable(0), queue.sizeOfTenant('b'), visited]).toEqual([
      true,
      other,
      1,
      [other],
    ]);
    expect(queue.takesOrdinary).toBe(true);
  });
});

describe('BoundedRequestQueue: buckets', () => {
  it('lets the bucket with the most urgent request go first', () => {
    const { take } = queueOf([
      { bucketKey: 'a', enqueuedAtMs: 0, priority: 1 },
      { bucketKey: 'b', enqueuedAtMs: 60, priority: 0 },
      { bucketKey: undefined, enqueuedAtMs: 80, priority: 0 },
      { bucketKey: 'a', enqueuedAtMs: 90, priority: 1 },
    ]);
    expect([take(9), take(9), take(9)]).toEqual([[1], [2], [0, 3]]);
  });

  it('names others that may have a reason to go: full ones, older ones, the common one', () => {
    const { queue } = queueOf(
      [
        { bucketKey: 'old', enqueuedAtMs: 0, priority: 1 },
        { bucketKey: 'urgent', enqueuedAtMs: 5 },
        { bucketKey: 'full', enqueuedAtMs: 6 },
        { bucketKey: 'full', enqueuedAtMs: 6 },
        { enqueuedAtMs: 7 },
      ],
      { fullSize: 2 },
    );
    expect(queue.mostUrgentBucket?.key).toBe('urgent');
    expect(queue.otherCandidates.map(({ key }) => key)).toEqual(['full', 'old', undefined]);
  });

  it('names no others where there is one bucket only', () => {
    expect(queueOf(plain(9)).queue.otherCandidates).toEqual([]);
  });

  it('finds full buckets by the rules as they are now', () => {
    const { queue, rules } = queueOf([{ bucketKey: 'a' }, { bucketKey: 'b' }, { bucketKey: 'b' }]);
    rules.fullSize = 2;
    queue.rulesChanged();
    expect(queue.otherCandidates.map(({ key }) => key)).toContain('b');
  });

  it('lets tenants take as much as the rules say now, in a bucket that waits, is empty, or has been forgotten', () => {
    let weight = 1;
    const rules = { ...rulesOf(), weightOf: (tenant?: string) => (tenant === 'a' ? weight : 1) };
    const queue = new BoundedRequestQueue<NumberedEntry>(rules);
    const fill = (bucketKey: string): void => {
      const traits = [...'aaaabbbb'].map((tenant) => ({ bucketKey, tenant }));
      for (const entry of buildEntries(...traits)) queue.enqueue(entry);
    };
    const tenantsIn = (bucketKey: string): string => {
      const bucket = queue.bucketOf({ bucketKey })!;
      const taken = takeAll(() => queue.take(bucket), 8);
      queue.reorder(bucket);
      return taken.map(({ tenant }) => tenant).join('');
    };
    const keys = ['waits', 'is empty', ...Array.from({ length: 16 }, (_, index) => `key ${index}`)];
    for (const key of keys) fill(key);
    // One more than are kept: the first one is forgotten, and stands in for the next key that is new.
    for (const key of ['key 0', ...keys.slice(3), 'is empty']) expect(tenantsIn(key)).toBe('abababab');

    weight = 3;
    queue.rulesChanged();
    fill('is empty');
    fill('new');
    // Where they wait, the first turn has begun already.
    expect(['waits', 'is empty', 'new'].map(tenantsIn)).toEqual(['abaaabbb', 'aaababbb', 'aaababbb']);
  });

  it('finds the bucket with the most urgent request, whoever’s turn it is there', () => {
    const { queue } = queueOf([
      { bucketKey: 'a', tenant: 'many', enqueuedAtMs: 0 },
      { bucketKey: 'a', tenant: 'many', enqueuedAtMs: 1 },
      { bucketKey: 'b', enqueuedAtMs: 3 },
      { bucketKey: 'a', tenant: 'other', enqueuedAtMs: 5 },
    ]);
    const bucket = queue.mostUrgentBucket!;
    queue.take(bucket);
    queue.reorder(bucket);
    expect([bucket.next?.tenant, queue.mostUrgentBucket?.key]).toEqual(['other', 'a']);
  });

  describe('what is served before a newcomer', () => {
    const aheadOf = (
      { queue }: ReturnType<typeof queueOf>,
      newcomer: { bucketKey?: string; priority?: number },
      mostInBatch = 2,
    ): unknown =>
      queue.countAhead(
        { bucketKey: undefined, priority: 0, tenant: undefined, ...newcomer },
        mostInBatch,
        {
          mostIn: () => mostInBatch,
          batchesMs: (_, requests) => 10 * Math.ceil(requests / mostInBatch) + requests,
          mostInAny: mostInBatch,
          anyBatchMs: (size) => 20 + size,
        },
        100,
      );

    it('is what waits, in its bucket and in the others', () => {
      const waiting = queueOf([{ bucketKey: 'a' }, { bucketKey: 'a' }, { bucketKey: 'b' }, {}]);
      expect(aheadOf(waiting, { bucketKey: 'a' })).toEqual({
        inBucket: 2,
        inOtherBuckets: 2,
        otherBuckets: 2,
        otherBatches: 2,
        otherBatchesMs: 2 * 11,
      });
      expect(aheadOf(waiting, { bucketKey: 'new' })).toEqual({
        inBucket: 0,
        inOtherBuckets: 4,
        otherBuckets: 3,
        otherBatches: 3,
        otherBatchesMs: 12 + 2 * 11,
      });
      expect(aheadOf(waiting, {})).toMatchObject({ inBucket: 1, inOtherBuckets: 3, otherBuckets: 2 });
    });

    it('is not what waits in another bucket behind the first one of its own batch', () => {
      const waiting = queueOf([
        { bucketKey: 'b', enqueuedAtMs: 0 },
        { bucketKey: 'a', enqueuedAtMs: 10 },
        ...[20, 30, 40, 50].map((enqueuedAtMs) => ({ bucketKey: 'b', enqueuedAtMs })),
        { enqueuedAtMs: 60 },
      ]);
      // One batch of b, which takes the next one along.
      expect(aheadOf(waiting, { bucketKey: 'a' })).toEqual({
        inBucket: 1,
        inOtherBuckets: 2,
        otherBuckets: 1,
        otherBatches: 1,
        otherBatchesMs: 12,
      });
      // Where it does not ride in the next one it goes for itself.
      expect(aheadOf(waiting, { bucketKey: 'a' }, 1)).toEqual({
        inBucket: 1,
        inOtherBuckets: 6,
        otherBuckets: 2,
        otherBatches: 6,
        otherBatchesMs: 6 * 11,
      });
    });

    it('is not what waits in another bucket with too little of a head start', () => {
      const waiting = queueOf([
        { bucketKey: 'late', priority: 1, enqueuedAtMs: 101 - AGING_MS },
        { bucketKey: 'old', priority: 1, enqueuedAtMs: 100 - AGING_MS },
      ]);
      expect(aheadOf(waiting, { bucketKey: 'a' })).toEqual({
        inBucket: 0,
        inOtherBuckets: 1,
        otherBuckets: 1,
        otherBatches: 1,
        otherBatchesMs: 11,
      });
      expect(aheadOf(waiting, { bucketKey: 'a', priority: 1 })).toMatchObject({ otherBuckets: 2 });
    });

    it('is all of the others where very many of them are as urgent', () => {
      const others = Array.from({ length: 100 }, (_, id) => ({ bucketKey: id, enqueuedAtMs: id }));
      const waiting = queueOf([{ bucketKey: 'a', enqueuedAtMs: 80 }, ...others], { maxQueueSize: 200 });
      expect(aheadOf(waiting, { bucketKey: 'a' })).toEqual({
        inBucket: 1,
        inOtherBuckets: 100,
        otherBuckets: 100,
        otherBatches: 100,
        otherBatchesMs: 100 * 21,
      });
    });
  });

  it('forgets each of many keys when nobody waits for it any more', () => {
    const { queue } = queueOf([]);
    for (let id = 0; id < 10_000; id += 1) {
      const [kept, left] = buildEntries({ bucketKey: id, enqueuedAtMs: id }, { bucketKey: `${id}` });
      queue.enqueue(kept!);
      queue.enqueue(left!);
      queue.remove(left!);
      const bucket = queue.mostUrgentBucket!;
      queue.take(bucket);
      queue.reorder(bucket);
    }
    expect([queue.size, queue.bucketCount, queue.mostUrgentBucket]).toEqual([0, 0, undefined]);
  });
});

describe('BoundedRequestQueue: against a look at everything that waits', () => {
  const step = fc.record({
    do: fc.constantFrom('come', 'come', 'come', 'leave', 'is left', 'take', 'take and put back'),
    bucketKey: fc.constantFrom(undefined, undefined, 'a', 'b'),
    priority: fc.constantFrom(0, 0, 1, 2),
    tenant: fc.constantFrom(undefined, 'x', 'y'),
    cost: fc.integer({ min: 1, max: 5 }),
    gapMs: fc.nat(50),
    which: fc.nat(1000),
    count: fc.integer({ min: 1, max: 6 }),
  });

  const urgencyOf = ({ enqueuedAtMs, priority }: NumberedEntry): number => enqueuedAtMs + priority * AGING_MS;
  const smallest = (numbers: readonly number[]): number => Math.min(Infinity, ...numbers);

  function expectSame(queue: BoundedRequestQueue<NumberedEntry>, waiting: readonly NumberedEntry[]): void {
    expect([queue.size, queue.isEmpty, queue.isFull]).toEqual([
      waiting.length,
      waiting.length === 0,
      waiting.length >= 20,
    ]);
    expect(queue.bucketCount).toBe(new Set(waiting.map(({ bucketKey }) => bucketKey)).size);
    expect(queue.oldestAtMs).toBe(smallest(waiting.map((each) => each.waitingSinceMs)));
    expect(queue.mostUrgentBucket?.urgentSinceMs ?? Infinity).toBe(smallest(waiting.map(urgencyOf)));
    for (const tenant of ['x', 'y']) {
      expect(queue.sizeOfTenant(tenant)).toBe(waiting.filter((each) => each.tenant === tenant).length);
    }
    const lowest = Math.max(0, ...waiting.map(({ priority }) => priority));
    const newestOfLowest = lowest === 0 ? undefined : waiting.findLast(({ priority }) => priority === lowest);
    expect(queue.findDisplaceable(0)).toBe(newestOfLowest);
    const bucket = queue.mostUrgentBucket;
    const together = waiting.filter(({ bucketKey }) => bucketKey === bucket?.key);
    expect(bucket?.totalCost ?? 0).toBe(together.reduce((sum, { cost }) => sum + cost, 0));
    expect(bucket?.largestCost ?? 0).toBe(Math.max(0, ...together.map(({ cost }) => cost)));
  }

  /** Whose turn it may be in a bucket and priority: the first of each tenant. */
  const firstsOf = (line: readonly NumberedEntry[]): NumberedEntry[] =>
    line.filter((entry) => line.find(({ tenant }) => tenant === entry.tenant) === entry);

  /**
   * Who may be next in a bucket: the first of a tenant, if none of a lower priority came before its head start, and if
   * it came before the head start of whoever's turn it may be of a higher one.
   */
  function mayBeNext(entry: NumberedEntry, together: readonly NumberedEntry[]): boolean {
    const ofPriority = (one: number): NumberedEntry[] => together.filter(({ priority }) => priority === one);
    const isBeaten = [0, 1, 2].some((other) => {
      const urgencies = firstsOf(ofPriority(other)).map(urgencyOf);
      if (urgencies.length === 0 || other === entry.priority) return false;
      return urgencyOf(entry) > (other > entry.priority ? Math.min(...urgencies) : Math.max(...urgencies));
    });
    return firstsOf(ofPriority(entry.priority)).includes(entry) && !isBeaten;
  }

  it('holds the same and gives it out in a right order, whatever is done with it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const { queue } = queueOf([], { maxQueueSize: 20 });
        let waiting: NumberedEntry[] = [];
        let nowMs = 0;
        for (const [id, { do: action, which, count, gapMs, ...traits }] of steps.entries()) {
          nowMs += gapMs;
          if (action === 'come') {
            if (queue.isFull) continue;
            const entry = new NumberedEntry(id, { ...traits, enqueuedAtMs: nowMs });
            queue.enqueue(entry);
            waiting.push(entry);
          } else if (action === 'leave' && waiting.length > 0) {
            const [leaving] = waiting.splice(which % waiting.length, 1);
            queue.remove(leaving!);
          } else if (action === 'is left' && waiting.length > 0) {
            // Its first caller has left; another, who came later, still waits.
            const left = waiting[which % waiting.length]!;
            left.waitingSinceMs = Math.max(left.waitingSinceMs, nowMs - gapMs);
          } else if (action.startsWith('take')) {
            const bucket = queue.mostUrgentBucket;
            if (bucket === undefined) continue;
            const before = waiting;
            const taken = takeAll(() => {
              const together = waiting.filter(({ bucketKey }) => bucketKey === bucket.key);
              const entry = queue.take(bucket);
              if (entry !== undefined) expect(mayBeNext(entry, together)).toBe(true);
              waiting = waiting.filter((each) => each !== entry);
              return entry;
            }, count);
            if (action === 'take and put back') {
              for (const entry of taken.toReversed()) queue.putBack(bucket, entry);
              waiting = before;
            }
            queue.reorder(bucket);
          }
          expectSame(queue, waiting);
        }
      }),
      { numRuns: 100 },
    );
  });
});
