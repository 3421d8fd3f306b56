import fc from 'fast-check';
import {
  buildEntries,
  idsOf,
  NumberedEntry,
  takeAll,
  type EntryTraits,
} from '../../../../test/core/queue-entry-builder.js';
import { FairShareLine } from './fair-share-line.js';

function lineOf(traits: readonly EntryTraits[], weights: Readonly<Record<string, number>> = {}) {
  const line = new FairShareLine<NumberedEntry>((tenant) => weights[tenant ?? ''] ?? 1);
  const entries = buildEntries(...traits);
  for (const entry of entries) line.add(entry);
  const take = (most?: number): NumberedEntry[] => takeAll(() => line.take(), most);
  return { line, entries, take };
}

/** `count` requests of one tenant. */
const many = (count: number, tenant: string, cost = 1): EntryTraits[] =>
  Array.from({ length: count }, () => ({ tenant, cost }));

const tenantsOf = (entries: readonly NumberedEntry[]): string =>
  entries.map(({ tenant }) => tenant ?? '-').join('');

/** What each tenant's requests cost together. */
function costByTenant(entries: readonly NumberedEntry[]): Record<string, number> {
  const costs: Record<string, number> = {};
  for (const { tenant = '-', cost } of entries) costs[tenant] = (costs[tenant] ?? 0) + cost;
  return costs;
}

describe('FairShareLine', () => {
  it('lets tenants take turns, whatever each of them offers', () => {
    const { take } = lineOf([...many(6, 'a'), ...many(2, 'b'), ...many(3, 'c')]);
    expect(tenantsOf(take())).toBe('abcabcacaaa');
  });

  it('serves the requests of one tenant in the order in which they came', () => {
    const { take } = lineOf([...many(3, 'a'), ...many(3, 'b'), ...many(3, 'a')]);
    const own = take().filter(({ tenant }) => tenant === 'a');
    expect(idsOf(own)).toEqual([0, 1, 2, 6, 7, 8]);
  });

  it('takes those who name no tenant for one tenant', () => {
    const { take } = lineOf([{}, {}, {}, ...many(2, 'a')]);
    expect(tenantsOf(take())).toBe('-a-a-');
  });

  it('gives a tenant as many requests a turn as its weight says', () => {
    const { take } = lineOf([...many(9, 'a'), ...many(9, 'b')], { a: 3 });
    expect(tenantsOf(take(8))).toBe('aaabaaab');
  });

  it('gives a tenant of less weight a turn less often', () => {
    const { take } = lineOf([...many(20, 'a'), ...many(20, 'b')], { a: 0.25 });
    expect(costByTenant(take(25))).toEqual({ a: 5, b: 20 });
  });

  it('shares by cost, not by count', () => {
    const { take } = lineOf([...many(20, 'a', 10), ...many(200, 'b', 1)]);
    const { a = 0, b = 0 } = costByTenant(take(110));
    expect(Math.abs(a - b)).toBeLessThanOrEqual(10);
  });

  it('gives everyone its share of the cost, to within two requests, whatever the costs and weights', () => {
    const tenants = ['a', 'b', 'c'];
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60, maxLength: 60 }),
        fc.array(fc.constantFrom(1, 2, 5), { minLength: 3, maxLength: 3 }),
        (costs, weightList) => {
          const weights = Object.fromEntries(
            tenants.map((tenant, index) => [tenant, weightList[index] ?? 1]),
          );
          const largest = Math.max(...costs);
          const { take } = lineOf(
            costs.flatMap((cost) => tenants.map((tenant) => ({ tenant, cost }))),
            weights,
          );
          // While all three still have requests.
          const served = costByTenant(take(40));
          const shares = tenants.map((tenant) => (served[tenant] ?? 0) / (weights[tenant] ?? 1));
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(2 * largest);
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each([1e-323, 1e308])('serves those who cost %p, whatever their weight', (cost) => {
    for (const weight of [0.01, 100]) {
      const { take } = lineOf([...many(3, 'a', cost), ...many(3, 'b', cost)], { a: weight, b: weight });
      expect(tenantsOf(take())).toHaveLength(6);
    }
  });

  it('does not let a tenant save up its share while it has no requests', () => {
    const { line, take } = lineOf([...many(1, 'a'), ...many(50, 'b')]);
    expect(tenantsOf(take(21))).toBe(`ab${'b'.repeat(19)}`);

    buildEntries(...many(20, 'a')).forEach((entry) => line.add(entry));
    const { a = 0, b = 0 } = costByTenant(take(20));
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1);
  });

  it('takes from a tenant that loses its place what it had left of its turn', () => {
    const { line, take } = lineOf([...many(1, 'a'), ...many(9, 'b')], { a: 3 });
    expect(tenantsOf(take(2))).toBe('ab');
    buildEntries(...many(9, 'a')).forEach((entry) => line.add(entry));
    expect(tenantsOf(take(8))).toBe('aaabaaab');
  });

  it('remembers few of the tenants that have no requests', () => {
    let asked = 0;
    const line = new FairShareLine<NumberedEntry>(() => (asked += 1) && 1);
    for (let round = 0; round < 2; round += 1) {
      for (let tenant = 0; tenant < 100; tenant += 1) {
        line.add(new NumberedEntry(tenant, { tenant: `t${tenant}` }));
        line.take();
      }
    }
    expect(asked).toBe(200);
  });

  it('takes for the oldest who came first, also where the clock was read for the next one earlier', () => {
    const { line, entries } = lineOf([{ tenant: 'a', enqueuedAtMs: 5 }]);
    expect(line.add(new NumberedEntry(1, { tenant: 'b', enqueuedAtMs: 4 }))).toBe(false);
    expect([line.oldest, line.oldestAtMs, line.newestAtMs]).toEqual([entries[0], 5, 4]);
  });

  it('knows each tenant’s own when one who waits long has let the others move many times', () => {
    const { line } = lineOf([{ tenant: 'rare' }], { rare: 0.0001 });
    const served: NumberedEntry[] = [];
    for (let id = 1; id <= 2000; id += 1) {
      line.add(new NumberedEntry(id, { tenant: id % 3 === 0 ? 'a' : 'b' }));
      if (id > 20) served.push(line.take()!);
    }
    expect(line.oldest?.id).toBe(0);
    for (const tenant of ['a', 'b']) {
      const ids = idsOf(served.filter((entry) => entry.tenant === tenant));
      expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    }
    expect(idsOf(served)).toEqual([...new Set(idsOf(served))]);
    expect(line.size + served.length).toBe(2001);
  });

  it('does the same as a list for each tenant, whatever is done with it', () => {
    const operation = fc.record({
      do: fc.constantFrom('add', 'add', 'add', 'take', 'put back', 'remove'),
      count: fc.integer({ min: 1, max: 30 }),
      which: fc.nat(1000),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60, size: 'max' }), (operations) => {
        const line = new FairShareLine<NumberedEntry>((tenant) => (tenant === 'c' ? 0.1 : 1));
        let model: NumberedEntry[] = [];
        const leave = (gone: NumberedEntry): void => void (model = model.filter((entry) => entry !== gone));
        let taken = 0;
        const takeOne = (): NumberedEntry | undefined => {
          taken += 1;
          const entry = taken % 3 === 0 ? line.takeOldest() : line.take();
          expect(entry).toBe(model.find(({ tenant }) => tenant === entry?.tenant));
          if (entry !== undefined) leave(entry);
          return entry;
        };
        let lastId = 0;
        for (const { do: action, count, which } of operations) {
          const before = [...model];
          if (action === 'put back') {
            const back = takeAll(takeOne, count).filter(({ id }) => id % 4 > 0);
            for (const entry of back.toReversed()) line.putBack(entry);
            model = before.filter((entry) => model.includes(entry) || back.includes(entry));
          }
          for (let left = count; left > 0; left -= 1) {
            if (action === 'add') {
              const entry = new NumberedEntry((lastId += 1), { tenant: 'abcd'[(which + left * left) % 4]! });
              line.add(entry);
              model.push(entry);
            } else if (action === 'take') {
              takeOne();
            } else if (action === 'remove' && model.length > 0) {
              const leaving = model[(which + left) % model.length]!;
              line.remove(leaving);
              leave(leaving);
            }
          }
          expect([line.size, line.oldest?.id]).toEqual([model.length, model[0]?.id]);
          expect(line.countAhead('a')).toBeLessThanOrEqual(model.length);
          if (action === 'add')
            expect(line.tenantCount).toBe(new Set(model.map(({ tenant }) => tenant)).size);
        }
        const visited: NumberedEntry[] = [];
        line.forEach((entry) => visited.push(entry));
        expect(idsOf(visited)).toEqual(idsOf(model));
        while (takeOne() !== undefined);
        expect(model).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('finds whose turn it is in few steps, however much more one costs than another', () => {
    const { take } = lineOf([
      ...many(1, 't0'),
      ...Array.from({ length: 20 }, (_, tenant) => ({ tenant: `t${tenant}`, cost: 1e9 })),
    ]);
    expect(take()).toHaveLength(21);
  });

  it('makes nobody wait for long because another once sent something that costs very much', () => {
    const { line, take } = lineOf([
      ...many(50, 'a'),
      ...many(50, 'b'),
      ...many(1, 'a', 1000),
      ...many(2000, 'a'),
    ]);
    const served = take(101);
    buildEntries(...many(20, 'b')).forEach((entry) => line.add(entry));
    // What the giant took of its tenant's share, the others have first.
    served.push(...take(20));
    buildEntries(...many(20, 'b')).forEach((entry) => line.add(entry));
    const later = take(40);
    expect(served.some(({ cost }) => cost === 1000)).toBe(true);
    expect(later.filter(({ tenant }) => tenant === 'b').length).toBeGreaterThanOrEqual(19);
  });

  it('makes no turn long for one that costs very much, where most of those who are next cost little', () => {
    const { take } = lineOf([...many(1, 'a', 1000), ...[...'bcdef'].flatMap((tenant) => many(100, tenant))]);
    expect(tenantsOf(take(51))).toBe(`a${'bcdef'.repeat(10)}`);
  });

  it('leaves a tenant its turn when another one’s last request leaves', () => {
    const { line, entries, take } = lineOf([...many(4, 'a'), ...many(1, 'b'), ...many(4, 'c')], { a: 3 });
    expect(tenantsOf(take(1))).toBe('a');
    line.remove(entries[4]!);
    expect(tenantsOf(take())).toBe('aacaccc');
  });

  it('takes the oldest out of turn, and whose turn it is stays as it is', () => {
    const { line, take } = lineOf([...many(3, 'a'), ...many(3, 'b')]);
    expect(tenantsOf(take(1))).toBe('a');
    expect(idsOf(takeAll(() => line.takeOldest(), 2))).toEqual([1, 2]);
    expect(tenantsOf(take())).toBe('bbb');
  });

  it('forgets a tenant when its last request is taken or leaves', () => {
    const { line, entries, take } = lineOf([...many(1, 'a'), ...many(2, 'b'), ...many(1, 'c')]);
    expect(line.tenantCount).toBe(3);

    line.remove(entries[3]!);
    expect(line.tenantCount).toBe(2);
    take(2);
    expect(line.tenantCount).toBe(1);
    line.remove(entries[2]!);
    expect([line.tenantCount, line.size, line.next, line.oldest]).toEqual([0, 0, undefined, undefined]);
  });

  it('does not reckon with a giant any more that went when the line was empty', () => {
    const { line, take } = lineOf([{ tenant: 'a', cost: 1000 }]);
    take();
    buildEntries(...many(5, 'a'), ...many(5, 'b')).forEach((entry) => line.add(entry));
    expect(tenantsOf(take())).toBe('ababababab');
  });

  it('knows who has waited longest, whoever’s turn it is', () => {
    const { line, entries, take } = lineOf([
      { tenant: 'a', enqueuedAtMs: 3 },
      { tenant: 'b', enqueuedAtMs: 4 },
      { tenant: 'b', enqueuedAtMs: 5 },
      { tenant: 'a', enqueuedAtMs: 6 },
    ]);
    expect(line.oldest).toBe(entries[0]);
    take(1);
    expect([line.oldest, line.next]).toEqual([entries[1], entries[1]]);

    line.remove(entries[1]!);
    expect(line.oldest).toBe(entries[2]);
    line.remove(entries[2]!);
    expect(line.oldest).toBe(entries[3]);
  });

  it('expects each of a newcomer’s own to wait for a round of the others, and no more than there are', () => {
    const { line } = lineOf([...many(100, 'a'), ...many(2, 'b')]);
    expect(line.countAhead('a')).toBe(102);
    expect(line.countAhead('b')).toBe(2 + 3);
    expect(line.countAhead('c')).toBe(2);
  });

  it('expects of each other tenant what its weight lets it take meanwhile, and no more than it has', () => {
    const { line } = lineOf([...many(10, 'a'), ...many(2, 'b'), ...many(50, 'c')], { a: 2, b: 1, c: 1 });
    expect(line.countAhead('a')).toBe(10 + 2 + 6);
    expect(line.countAhead('b')).toBe(2 + 6 + 3);
    expect(line.countAhead('d')).toBe(2 + 1 + 1);
  });

  it('expects before one that waits those of its own before it, and of the others what their weights let them take', () => {
    const { line, entries } = lineOf([...many(10, 'a'), ...many(4, 'b')], { a: 2, b: 1 });
    expect([0, 1, 9].map((index) => line.countBefore(entries[index]!))).toEqual([1, 1 + 1, 9 + 4]);
    expect([10, 11, 13].map((index) => line.countBefore(entries[index]!))).toEqual([2, 1 + 4, 3 + 8]);
  });

  it('takes those of very many tenants for alike whom it does not look at', () => {
    const tenants = Array.from({ length: 100 }, (_, index) => `t${index}`);
    const { line } = lineOf([...tenants, ...tenants].map((tenant) => ({ tenant })));
    expect(line.countAhead('new')).toBe(100);
    expect(line.countAhead('t0')).toBe(200);
  });

  it('does nothing when a request leaves that is not here', () => {
    const { line, entries, take } = lineOf([...many(2, 'a'), ...many(1, 'b')]);
    take(1);
    line.remove(entries[0]!);
    line.remove(new NumberedEntry(9, { tenant: 'z' }));
    expect(line.size).toBe(2);
  });
});

describe('FairShareLine: what is put back', () => {
  it('is next again, also when its turn was over', () => {
    const { line, take } = lineOf([...many(2, 'a'), ...many(2, 'b')]);
    const [first, second] = take(2);
    line.putBack(second!);
    line.putBack(first!);
    expect(line.next).toBe(first);
  });

  it('gives its tenant no credit for the turns that were undone', () => {
    const { line, take } = lineOf([...many(60, 'a'), ...many(20, 'b')]);
    for (let round = 0; round < 5; round += 1) {
      const taken = take(30);
      for (const entry of taken.toReversed()) line.putBack(entry);
    }
    expect(tenantsOf(take(12))).toBe('abababababab');
  });

  it('is found by its age again', () => {
    const { line, entries, take } = lineOf([...many(2, 'a'), ...many(2, 'b')]);
    const taken = take(3);
    expect(line.oldest).toBe(entries[3]);
    for (const entry of taken.toReversed()) line.putBack(entry);
    expect(line.oldest).toBe(entries[0]);
  });

  it('leaves everything as if it had never been taken, whatever the costs and weights', () => {
    const traits = fc.record({
      tenant: fc.constantFrom('a', 'b', 'c', 'd'),
      cost: fc.constantFrom(1, 1, 2, 7),
    });
    const weights = fc.record({
      a: fc.constantFrom(1, 2, 100),
      b: fc.constantFrom(1, 0.25),
      c: fc.constantFrom(1, 0.015625, 5),
    });
    fc.assert(
      fc.property(
        fc.array(traits, { minLength: 1, maxLength: 40, size: 'max' }),
        fc.nat(20),
        fc.array(fc.constantFrom('next', 'next', 'oldest'), { maxLength: 40, size: 'max' }),
        weights,
        (traits, takenBefore, takenBack, weights) => {
          const [one, other] = [lineOf(traits, weights), lineOf(traits, weights)];
          one.take(takenBefore);
          other.take(takenBefore);

          const taken = takenBack.flatMap(
            (which) => (which === 'next' ? one.line.take() : one.line.takeOldest()) ?? [],
          );
          for (const entry of taken.toReversed()) one.line.putBack(entry);
          expect(one.line.size).toBe(other.line.size);
          expect(one.line.oldest?.id).toBe(other.line.oldest?.id);
          expect(idsOf(one.take())).toEqual(idsOf(other.take()));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('leaves the shares as they are, to within a turn, whatever the costs and however often it happens', () => {
    const tenants = ['a', 'b', 'c'];
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 60, maxLength: 60 }),
        fc.array(fc.nat(60), { minLength: 1, maxLength: 10 }),
        (costs, takenBack) => {
          const { line, take } = lineOf(costs.flatMap((cost) => tenants.map((tenant) => ({ tenant, cost }))));
          for (const count of takenBack) {
            for (const entry of take(count).toReversed()) line.putBack(entry);
          }
          const served = costByTenant(take(40));
          const shares = tenants.map((tenant) => served[tenant] ?? 0);
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(3 * Math.max(...costs));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('gives a tenant that was alone no credit either', () => {
    const { line, take } = lineOf(many(60, 'a'));
    for (const entry of take(50).toReversed()) line.putBack(entry);
    buildEntries(...many(6, 'b')).forEach((entry) => line.add(entry));
    expect(tenantsOf(take(12))).toBe('abababababab');
  });

  it('is served before others of its tenant, though only some of what was taken comes back', () => {
    const weight = fc.constantFrom(0.3, 1, 2);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 5, maxLength: 40, size: 'max' }),
        fc.integer({ min: 1, max: 20 }),
        fc.record({ a: weight, b: weight, c: weight }),
        (tenants, takenBack, weights) => {
          const { line, take } = lineOf(
            tenants.map((tenant) => ({ tenant })),
            weights,
          );
          const taken = take(takenBack);
          const back = taken.filter(({ id }) => id % 2 === 0);
          for (const entry of back.toReversed()) line.putBack(entry);
          const rest = take();
          expect(rest).toHaveLength(tenants.length - taken.length + back.length);
          for (const tenant of ['a', 'b', 'c']) {
            const ids = idsOf(rest.filter((entry) => entry.tenant === tenant));
            expect(ids).toEqual(ids.toSorted((first, second) => first - second));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});
