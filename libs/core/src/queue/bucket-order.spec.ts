import fc from 'fast-check';
import { NumberedEntry } from '../../../../test/core/queue-entry-builder.js';
import { BucketOrder } from './bucket-order.js';
import { Bucket, type BucketLoad } from './bucket.js';

const RULES = { priorityAgingMs: 100, weightOf: () => 1 };

/** A bucket is full with `fullSize` requests. */
function orderOf(rules = { fullSize: 3 }) {
  const order = new BucketOrder<NumberedEntry>(() => new Bucket<NumberedEntry>(RULES), {
    isReady: ({ size }) => size >= rules.fullSize,
  });
  const add = (key: string, entry: NumberedEntry): Bucket<NumberedEntry> => {
    const bucket = order.findOrCreate(key);
    bucket.add(entry);
    order.added(bucket, bucket.places!, entry);
    return bucket;
  };
  const take = (key: string): void => {
    const bucket = order.find(key)!;
    bucket.take();
    order.update(bucket);
  };
  return { order, add, take, rules };
}

let lastId = 0;
const entryAt = (enqueuedAtMs: number, priority = 0): NumberedEntry =>
  new NumberedEntry((lastId += 1), { enqueuedAtMs, priority });

describe('BucketOrder', () => {
  it('knows nothing when there are no buckets', () => {
    const { order } = orderOf();
    expect([order.size, order.mostUrgent, order.oldest, order.firstReady]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('finds a bucket by its key while it has requests, and forgets it when it has none', () => {
    const { order, add, take } = orderOf();
    const bucket = add('a', entryAt(1));
    expect(order.find('a')).toBe(bucket);
    expect(order.findOrCreate('a')).toBe(bucket);

    take('a');
    expect([order.size, order.find('a'), order.mostUrgent, order.oldest]).toEqual([
      0,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('finds a bucket that is full also where it stands in the place of one that was', () => {
    const { order, add, take } = orderOf({ fullSize: 1 });
    add('a', entryAt(1));
    take('a');
    const bucket = add('b', entryAt(2));
    expect(order.firstReady).toBe(bucket);
  });

  it('uses the bucket of a key again that comes back soon', () => {
    const { order, add, take } = orderOf();
    const used = add('a', entryAt(1, 2));
    take('a');
    add('b', entryAt(5));

    const again = add('a', entryAt(4));
    expect(again).toBe(used);
    expect([again.key, again.size, again.urgentSinceMs, order.size]).toEqual(['a', 1, 4, 2]);
    expect([order.find('a'), order.mostUrgent, order.oldest]).toEqual([again, again, again]);
  });

  it('uses a bucket that it has forgotten again, for whatever key comes', () => {
    const { order, add, take } = orderOf();
    const used = add('a', entryAt(1, 2));
    take('a');
    for (let key = 0; key < 16; key += 1) {
      add(`key ${key}`, entryAt(2));
      take(`key ${key}`);
    }

    const other = add('b', entryAt(5));
    expect(other).toBe(used);
    expect([other.key, other.size, other.urgentSinceMs, order.find('a')]).toEqual(['b', 1, 5, undefined]);
    expect([order.find('b'), order.mostUrgent, order.oldest]).toEqual([other, other, other]);
  });

  it('does not forget a bucket that holds requests again, however many others have none by now', () => {
    const { order, add, take } = orderOf();
    add('a', entryAt(1));
    take('a');
    const again = add('a', entryAt(2));
    for (let key = 0; key < 40; key += 1) {
      add(`key ${key}`, entryAt(3));
      take(`key ${key}`);
    }
    expect([order.size, order.find('a'), order.mostUrgent, order.oldest]).toEqual([1, again, again, again]);
    expect(order.urgentSince(Infinity, 9)).toEqual([again]);
  });

  it('keeps no more empty buckets than a few, however many there were', () => {
    const { add, take } = orderOf();
    const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
    const before = new Set(keys.map((key) => add(key, entryAt(1))));
    keys.forEach(take);

    const after = keys.map((key) => add(key, entryAt(2)));
    expect(after.filter((bucket) => before.has(bucket)).length).toBeLessThan(20);
  });

  it('tells the bucket with the most urgent request from the one that has waited longest', () => {
    const { order, add } = orderOf();
    add('old and low', entryAt(10, 1));
    add('young and high', entryAt(50, 0));
    expect(order.mostUrgent?.key).toBe('young and high');
    expect(order.oldest?.key).toBe('old and low');
  });

  it('knows the bucket that has been full for longest', () => {
    const { order, add, take } = orderOf({ fullSize: 2 });
    for (const key of ['a', 'b', 'c', 'c', 'b']) add(key, entryAt(1));
    expect(order.firstReady?.key).toBe('c');
    take('c');
    expect(order.firstReady?.key).toBe('b');
    take('b');
    expect(order.firstReady).toBeUndefined();
  });

  it('knows of several that are full the one that has been so for longest, when one of them goes', () => {
    const { order, add, take } = orderOf({ fullSize: 1 });
    for (const key of ['a', 'b', 'c', 'd']) add(key, entryAt(1));
    const inOrder = ['a', 'b', 'c', 'd'].map((key) => {
      const { firstReady } = order;
      take(key);
      return firstReady?.key;
    });
    expect(inOrder).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not ask whether a bucket is full that holds fewer than any full one', () => {
    const asked: number[] = [];
    const rules = {
      leastReadySize: 3,
      isReady: ({ size }: BucketLoad): boolean => {
        asked.push(size);
        return size >= 3;
      },
    };
    const order = new BucketOrder<NumberedEntry>(() => new Bucket<NumberedEntry>(RULES), rules);
    const add = (): void => {
      const bucket = order.findOrCreate('a');
      bucket.add(entryAt(1));
      order.added(bucket, bucket.places!, undefined);
    };
    [add, add, add].forEach((call) => call());
    expect([asked, order.firstReady?.size]).toEqual([[3], 3]);

    rules.leastReadySize = 1;
    order.updateAll();
    expect(asked).toEqual([3, 3]);
  });

  it('finds a bucket full with fewer requests from when the rules have changed on', () => {
    const rules = { leastReadySize: 3, isReady: ({ size }: BucketLoad) => size >= rules.leastReadySize };
    const order = new BucketOrder<NumberedEntry>(() => new Bucket<NumberedEntry>(RULES), rules);
    const add = (key: string): void => {
      const bucket = order.findOrCreate(key);
      bucket.add(entryAt(1));
      order.added(bucket, bucket.places!, undefined);
    };
    add('a');
    rules.leastReadySize = 2;
    order.updateAll();
    expect(order.firstReady).toBeUndefined();
    add('a');
    expect(order.firstReady?.key).toBe('a');
  });

  it('counts the buckets that hold requests also when the rules change while others are empty', () => {
    const { order, add, take } = orderOf();
    for (const key of ['a', 'b']) add(key, entryAt(1));
    take('a');
    order.updateAll();
    expect(order.size).toBe(1);
    add('a', entryAt(2));
    expect(order.size).toBe(2);
  });

  it('looks at all buckets anew when the rules have changed', () => {
    const { order, add, rules } = orderOf({ fullSize: 3 });
    for (const key of ['a', 'b', 'b', 'c', 'c', 'c']) add(key, entryAt(1));
    rules.fullSize = 2;
    order.updateAll();
    order.find('c')?.take();
    order.find('c')?.take();
    order.updateAll();
    expect(order.firstReady?.key).toBe('b');
  });

  it('knows the same as a look at all buckets, whatever comes and goes', () => {
    const step = fc.record({
      key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      comes: fc.boolean(),
      priority: fc.nat(2),
      gapMs: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
        const { order, add, take } = orderOf();
        let nowMs = 0;
        const keys = new Set<string>();
        for (const { key, comes, priority, gapMs } of steps) {
          nowMs += gapMs;
          if (comes) add(key, entryAt(nowMs, priority));
          else if (order.find(key) !== undefined) take(key);
          keys.add(key);
          const buckets = [...keys].map((each) => order.find(each)).filter((bucket) => bucket !== undefined);
          expect(order.size).toBe(buckets.length);
          expect(order.mostUrgent?.urgentSinceMs ?? Infinity).toBe(
            Math.min(Infinity, ...buckets.map((bucket) => bucket.urgentSinceMs)),
          );
          expect(order.oldest?.oldestAtMs ?? Infinity).toBe(
            Math.min(Infinity, ...buckets.map((bucket) => bucket.oldestAtMs)),
          );
          expect(order.firstReady !== undefined).toBe(buckets.some(({ size }) => size >= 3));
          expect(order.firstReady?.size ?? 3).toBeGreaterThanOrEqual(3);
        }
      }),
      { numRuns: 200 },
    );
  });
});
