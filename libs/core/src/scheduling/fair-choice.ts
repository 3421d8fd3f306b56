import { chooseInTime, type InTimeChoice, type SlotsInView, type TimedCandidate } from './in-time-choice.js';

/** A candidate for a batch, as far as its deadline and its tenant are concerned. */
export interface SharedCandidate extends TimedCandidate {
  readonly tenant: string | undefined;
}

/**
 * As `chooseInTime`, where tenants share what is served. The batch with the most answers per time is large, and loses
 * those who have little time. If they are of tenants that ask for no more than their share of a batch, they go before
 * the others, and the batch is as small as their time demands; but not so small that the others get less than is
 * theirs: with little time a tenant could take all of it otherwise.
 *
 * @param weightOf How large a tenant's share is, beside those of the others.
 */
export function chooseFairly<TCandidate extends SharedCandidate>(
  candidates: readonly TCandidate[],
  slots: SlotsInView,
  weightOf: (tenant: string | undefined) => number,
): InTimeChoice<TCandidate> {
  const most = chooseInTime(candidates, slots);
  if (most.lost.length === 0) return most;
  const { modest, share } = modestTenants(candidates, slots.mostRiding, weightOf);
  const isModest = ({ tenant }: SharedCandidate): boolean => modest.has(tenant);
  if (!most.lost.some(isModest)) return most;
  const ranked = candidates.map((candidate) => ({
    candidate,
    priority: 2 * candidate.priority + (isModest(candidate) ? 0 : 1),
    latestDeadlineAtMs: candidate.latestDeadlineAtMs,
    nearestDeadlineFromMs: (timeMs: number) => candidate.nearestDeadlineFromMs(timeMs),
  }));
  const fair = chooseInTime(ranked, slots);
  const others = fair.riding.filter(({ candidate }) => !isModest(candidate)).length;
  const othersPerMs = others / slots.timeMs(fair.riding.length);
  const mostPerMs = most.riding.length / slots.timeMs(most.riding.length);
  if (othersPerMs < (1 - share) * mostPerMs) return most;
  const asTheyAre = (some: readonly { candidate: TCandidate }[]): TCandidate[] =>
    some.map(({ candidate }) => candidate);
  return {
    riding: asTheyAre(fair.riding),
    waiting: asTheyAre(fair.waiting),
    lost: asTheyAre(fair.lost),
  };
}

/** The tenants that ask for no more than their share of a batch, and which share is theirs together; none if all do. */
function modestTenants(
  candidates: readonly SharedCandidate[],
  mostRiding: number,
  weightOf: (tenant: string | undefined) => number,
): { readonly modest: ReadonlySet<string | undefined>; readonly share: number } {
  const counts = new Map<string | undefined, number>();
  for (const { tenant } of candidates) counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
  let totalWeight = 0;
  for (const tenant of counts.keys()) totalWeight += weightOf(tenant);
  const modest = new Set<string | undefined>();
  let share = 0;
  for (const [tenant, count] of counts) {
    const ownShare = weightOf(tenant) / totalWeight;
    if (count > ownShare * mostRiding) continue;
    modest.add(tenant);
    share += ownShare;
  }
  return modest.size === counts.size ? { modest: new Set(), share: 0 } : { modest, share };
}
