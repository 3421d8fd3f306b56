import { chooseFairly } from './fair-choice.js';

/** S(n) = 10 + n ms, at most 20 in a batch. */
const SLOTS = {
  nowMs: 0,
  mostRiding: 20,
  timeMs: (size: number) => 10 + size,
  otherSlotsFreeAtMs: [],
  requestsPerMs: 10,
};

/** Tells who rides and who is lost, as their tenants; each group is of a tenant that has so many with so much time. */
function choose(
  groups: readonly (readonly [tenant: string, count: number, leftMs: number])[],
  weightOf: (tenant: string | undefined) => number = () => 1,
) {
  const candidates = groups.flatMap(([tenant, count, leftMs]) =>
    Array.from({ length: count }, () => ({
      tenant,
      priority: 0,
      latestDeadlineAtMs: leftMs,
      nearestDeadlineFromMs: () => leftMs,
    })),
  );
  const { riding, waiting, lost } = chooseFairly(candidates, SLOTS, weightOf);
  expect([...riding, ...waiting, ...lost].toSorted(byPlace)).toEqual(candidates);
  const tenantsOf = (some: typeof riding): string => some.map(({ tenant }) => tenant).join('');
  return { riding: tenantsOf(riding), lost: tenantsOf(lost) };

  function byPlace(one: (typeof candidates)[number], other: (typeof candidates)[number]): number {
    return candidates.indexOf(one) - candidates.indexOf(other);
  }
}

const FLOOD = ['f', 60, 45] as const;

describe('chooseFairly', () => {
  it('makes a batch as small as is demanded by a tenant that asks for no more than its share', () => {
    // The most answers per time are those of 20 of the flood in 30 ms; in 25 ms it gets 13 with the two others.
    expect(choose([['m', 2, 25], FLOOD])).toMatchObject({ riding: `mm${'f'.repeat(13)}` });
  });

  it('does not make it so small that the others get less than is theirs', () => {
    // In 14 ms two would ride beside it, and in 19 ms seven: half of 20 in 30 ms are six in 19.
    expect(choose([['m', 2, 14], FLOOD])).toMatchObject({ riding: 'f'.repeat(20), lost: 'mm' });
    expect(choose([['m', 2, 19], FLOOD])).toMatchObject({ riding: `mm${'f'.repeat(7)}` });
  });

  it('goes by the weights of tenants', () => {
    const heavyFlood = (tenant: string | undefined): number => (tenant === 'f' ? 4 : 1);
    expect(choose([['m', 2, 19], FLOOD], heavyFlood)).toMatchObject({ riding: 'f'.repeat(20), lost: 'mm' });
  });

  it('keeps nobody who asks for more than the share before others', () => {
    expect(choose([['m', 11, 25], FLOOD])).toMatchObject({ riding: 'f'.repeat(20), lost: 'm'.repeat(11) });
  });

  it('leaves a choice as it is that loses nobody of a modest tenant', () => {
    expect(choose([['m', 2, 40], FLOOD])).toMatchObject({ riding: `mm${'f'.repeat(18)}` });
  });
});
