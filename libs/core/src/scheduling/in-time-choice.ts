import { countFirstInTime, planInSlots, type BatchTime } from './slot-plan.js';

/** A candidate for a batch, as far as its deadline is concerned. */
export interface TimedCandidate {
  /** 0 is served first. */
  readonly priority: number;
  /** The latest time at which its answer is of use, on the clock's scale. */
  readonly latestDeadlineAtMs: number;
  /**
   * The nearest time, of those at which an answer must be there for one of its callers, that is not before `timeMs`;
   * the latest, if all are.
   */
  nearestDeadlineFromMs(timeMs: number): number;
}

/** What becomes of the candidates: some ride now, some wait on, some cannot be answered in time any more. */
export interface InTimeChoice<TCandidate> {
  readonly riding: readonly TCandidate[];
  /** In their order; they go back to the front of the queue. */
  readonly waiting: readonly TCandidate[];
  readonly lost: readonly TCandidate[];
}

/** Where the batch runs, and what can run beside it. */
export interface SlotsInView {
  readonly nowMs: number;
  /** Most requests in one batch. */
  readonly mostRiding: number;
  /** S(n): how long a batch of n requests takes. */
  readonly timeMs: BatchTime;
  /** When each of the other slots is free, on the clock's scale, soonest first; not before `nowMs`. */
  readonly otherSlotsFreeAtMs: readonly number[];
  /** How many requests come per millisecond. */
  readonly requestsPerMs: number;
}

/** Down from this size each is tried; from a larger one its half. */
const EACH_SIZE_FROM = 8;
/** Sizes whose answers per time differ by less than this do so by rounding. */
const AS_PRODUCTIVE = 1 - 1e-9;
/** Batches keep up while at most this multiple of what they serve arrives: the arrival rate is only an estimate. */
const LARGEST_EXCESS = 1.1;

/**
 * Chooses who rides in a batch that starts now, when the candidates cannot all make their deadlines in one batch.
 *
 * If the first ones that make it together can go so that all others make it, too, after them or in the other slots,
 * that is done: nobody is lost. The most that make it are tried first, then fewer. Slots that are free now cost
 * nothing; those that will be are counted on only if batches of that size keep up with those who come, or saving all
 * who are here would lose more of those who come after them. For the same reason, where no other slot is in view, the
 * batches after this one are to be full. Otherwise losses cannot be avoided, and the size is the one that answers the
 * most requests per time: the n that maximizes n / S(n), where n candidates have at least S(n) left. Those who have
 * less are dropped at once rather than run for nothing; it is usually those who have waited longest. (BentoML drops
 * these, too, but only to make room for the largest batch.) While another slot is free, too, time is not what is short,
 * and first ones go if that loses fewer.
 *
 * @param candidates In the order in which they would be served.
 */
export function chooseInTime<TCandidate extends TimedCandidate>(
  candidates: readonly TCandidate[],
  slots: SlotsInView,
): InTimeChoice<TCandidate> {
  const { nowMs, timeMs, otherSlotsFreeAtMs } = slots;
  const shortestAtMs = nowMs + timeMs(1);
  const lost = candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs < shortestAtMs);
  const viable = candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs >= shortestAtMs);
  const deadlinesAtMs = viable.map(({ latestDeadlineAtMs }) => latestDeadlineAtMs);
  const firstOnesRide = (count: number): InTimeChoice<TCandidate> => ({
    riding: viable.slice(0, count),
    waiting: viable.slice(count),
    lost,
  });

  const soonestAtMs = viable.map((candidate) => candidate.nearestDeadlineFromMs(shortestAtMs));
  const freeNow = { ...slots, otherSlotsFreeAtMs: otherSlotsFreeAtMs.filter((atMs) => atMs <= nowMs) };
  // Of those who share a place each has an own deadline: all are kept if that costs nobody else.
  if (soonestAtMs.some((soonestMs, index) => soonestMs < deadlinesAtMs[index]!)) {
    const keepingAll = chooseFirstOnes(soonestAtMs, freeNow);
    if (keepingAll.lost === 0) return firstOnesRide(keepingAll.count);
  }
  const withFreeSlots = chooseFirstOnes(deadlinesAtMs, freeNow);
  if (withFreeSlots.lost === 0) return firstOnesRide(withFreeSlots.count);
  const withAllSlots = chooseFirstOnes(deadlinesAtMs, slots);
  if (withAllSlots.lost === 0 && isKeepingUp(withAllSlots.count, slots)) {
    return firstOnesRide(withAllSlots.count);
  }

  const productive = chooseProductively(viable, slots);
  const isOtherSlotFree = freeNow.otherSlotsFreeAtMs.length > 0;
  if (isOtherSlotFree && withFreeSlots.lost < countLost(productive, freeNow)) {
    return firstOnesRide(withFreeSlots.count);
  }
  return { ...productive, lost: [...lost, ...productive.lost] };
}

/** Whether all slots together, with batches of this size, serve as many as come. */
function isKeepingUp(size: number, { timeMs, otherSlotsFreeAtMs, requestsPerMs }: SlotsInView): boolean {
  const servedPerMs = ((1 + otherSlotsFreeAtMs.length) * size) / timeMs(size);
  return requestsPerMs <= LARGEST_EXCESS * servedPerMs;
}

/** How many of the first ones go, and how many of the others are lost then: of the sizes tried the best. */
function chooseFirstOnes(
  deadlinesAtMs: readonly number[],
  { nowMs, mostRiding, timeMs, otherSlotsFreeAtMs }: SlotsInView,
): { readonly count: number; readonly lost: number } {
  const largest = countFirstInTime(deadlinesAtMs, 0, nowMs, mostRiding, timeMs);
  let best = { count: largest, lost: Infinity };
  for (let count = largest; count > 0; count = count > EACH_SIZE_FROM ? count >> 1 : count - 1) {
    const slotsFreeAtMs = [nowMs + timeMs(count), ...otherSlotsFreeAtMs];
    const plan = planInSlots(deadlinesAtMs, count, slotsFreeAtMs, mostRiding, timeMs);
    const lost = plan.isCut && otherSlotsFreeAtMs.length === 0 ? Infinity : plan.lost;
    if (lost < best.lost) best = { count, lost };
    if (lost === 0) break;
  }
  return largest === 0 ? { count: 0, lost: 0 } : best;
}

/**
 * The most answers per time, whoever is lost to it; but nobody for the sake of lower priorities: these fill up a batch
 * of the higher ones as far as that keeps their deadlines.
 */
function chooseProductively<TCandidate extends TimedCandidate>(
  viable: readonly TCandidate[],
  { nowMs, mostRiding, timeMs }: SlotsInView,
): InTimeChoice<TCandidate> {
  let choice: InTimeChoice<TCandidate> = { riding: [], waiting: [], lost: [] };
  let most = mostRiding;
  const priorities = new Set(viable.map(({ priority }) => priority));
  for (const lowest of [...priorities].sort((one, other) => one - other)) {
    let nearestMs = Infinity;
    for (const { latestDeadlineAtMs } of choice.riding) nearestMs = Math.min(nearestMs, latestDeadlineAtMs);
    while (most > choice.riding.length && nowMs + timeMs(most) > nearestMs) most -= 1;
    const candidates = viable.filter(({ priority }) => priority <= lowest);
    const size = mostProductiveSize(candidates, nowMs, most, timeMs);
    const finishedAtMs = nowMs + timeMs(size);
    const inTime = candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs >= finishedAtMs);
    choice = {
      riding: inTime.slice(0, size),
      waiting: inTime.slice(size),
      lost: candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs < finishedAtMs),
    };
  }
  return choice;
}

/** How many are lost to a choice, those included who wait for nothing. */
function countLost(
  { riding, waiting, lost }: InTimeChoice<TimedCandidate>,
  { nowMs, mostRiding, timeMs, otherSlotsFreeAtMs }: SlotsInView,
): number {
  const deadlinesAtMs = waiting.map(({ latestDeadlineAtMs }) => latestDeadlineAtMs);
  const slotsFreeAtMs = [nowMs + timeMs(riding.length), ...otherSlotsFreeAtMs];
  return lost.length + planInSlots(deadlinesAtMs, 0, slotsFreeAtMs, mostRiding, timeMs).lost;
}

/**
 * The n that maximizes n / S(n), of those for which n candidates have at least S(n) left. Where several do, the
 * largest: nobody is left behind for nothing.
 */
function mostProductiveSize(
  candidates: readonly TimedCandidate[],
  nowMs: number,
  mostRiding: number,
  timeMs: BatchTime,
): number {
  const deadlinesAtMs = candidates.map(({ latestDeadlineAtMs }) => latestDeadlineAtMs);
  deadlinesAtMs.sort((one, other) => other - one);
  let bestSize = 0;
  let bestPerMs = 0;
  for (let size = 1; size <= Math.min(mostRiding, deadlinesAtMs.length); size += 1) {
    // In the same form as elsewhere: else rounding could choose a size here for which there nobody is in time.
    if (deadlinesAtMs[size - 1]! < nowMs + timeMs(size)) continue;
    const perMs = size / timeMs(size);
    if (perMs >= bestPerMs * AS_PRODUCTIVE) {
      bestSize = size;
      bestPerMs = Math.max(bestPerMs, perMs);
    }
  }
  return bestSize;
}
