/** A candidate for a batch, as far as its deadline is concerned. */
export interface TimedCandidate {
  /** The latest time at which its answer is of use, on the clock's scale. */
  readonly latestDeadlineAtMs: number;
}

/** What becomes of the candidates: some ride now, some wait on, some cannot be answered in time any more. */
export interface InTimeChoice<TCandidate> {
  readonly riding: readonly TCandidate[];
  /** In their order; they go back to the front of the queue. */
  readonly waiting: readonly TCandidate[];
  readonly lost: readonly TCandidate[];
}

/**
 * Chooses who rides in a batch that starts now, when the candidates cannot all make their deadlines in one batch.
 *
 * If the largest batch of the first ones that make it leaves time to answer all others in the next ones, that is
 * done: nobody is lost.
 * Otherwise losses cannot be avoided, and the size is the one that answers the most requests per time: the n that
 * maximizes n / S(n), where n candidates have at least S(n) left. Those who have less are dropped at once rather
 * than run for nothing; it is usually those who have waited longest. (BentoML drops these, too, but only to make
 * room for the largest batch.)
 *
 * @param candidates In the order in which they would be served.
 * @param mostRiding Most requests in one batch.
 * @param timeMs S(n): how long a batch of n requests takes.
 */
export function chooseInTime<TCandidate extends TimedCandidate>(
  candidates: readonly TCandidate[],
  nowMs: number,
  mostRiding: number,
  timeMs: (size: number) => number,
): InTimeChoice<TCandidate> {
  const shortestMs = timeMs(1);
  const lost = candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs - nowMs < shortestMs);
  const viable = candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs - nowMs >= shortestMs);

  const firstCount = countFirstInTime(viable, nowMs, mostRiding, timeMs);
  const rest = viable.slice(firstCount);
  if (areAllInTime(rest, nowMs + timeMs(firstCount), mostRiding, timeMs)) {
    return { riding: viable.slice(0, firstCount), waiting: rest, lost };
  }

  const size = mostProductiveSize(viable, nowMs, mostRiding, timeMs);
  const finishedAtMs = nowMs + timeMs(size);
  const inTime = viable.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs >= finishedAtMs);
  return {
    riding: inTime.slice(0, size),
    waiting: inTime.slice(size),
    lost: candidates.filter(({ latestDeadlineAtMs }) => latestDeadlineAtMs < finishedAtMs),
  };
}

/** How many of the first ones can ride together so that each of them makes it. */
function countFirstInTime(
  candidates: readonly TimedCandidate[],
  nowMs: number,
  mostRiding: number,
  timeMs: (size: number) => number,
): number {
  let count = 0;
  let nearestMs = Infinity;
  for (const { latestDeadlineAtMs } of candidates.slice(0, mostRiding)) {
    nearestMs = Math.min(nearestMs, latestDeadlineAtMs);
    if (nowMs + timeMs(count + 1) > nearestMs) break;
    count += 1;
  }
  return count;
}

/** Whether all of them make it in batches that start at `startMs`, in their order. */
function areAllInTime(
  candidates: readonly TimedCandidate[],
  startMs: number,
  mostRiding: number,
  timeMs: (size: number) => number,
): boolean {
  let endMs = startMs;
  for (let first = 0; first < candidates.length; first += mostRiding) {
    const batch = candidates.slice(first, first + mostRiding);
    endMs += timeMs(batch.length);
    for (const { latestDeadlineAtMs } of batch) {
      if (latestDeadlineAtMs < endMs) return false;
    }
  }
  return true;
}

/** The n that maximizes n / S(n), of those for which n candidates have at least S(n) left. */
function mostProductiveSize(
  candidates: readonly TimedCandidate[],
  nowMs: number,
  mostRiding: number,
  timeMs: (size: number) => number,
): number {
  const leftMs = candidates.map(({ latestDeadlineAtMs }) => latestDeadlineAtMs - nowMs);
  leftMs.sort((one, other) => other - one);
  let bestSize = 0;
  let bestPerMs = 0;
  for (let size = 1; size <= Math.min(mostRiding, leftMs.length); size += 1) {
    if ((leftMs[size - 1] ?? 0) < timeMs(size)) continue;
    const perMs = size / timeMs(size);
    if (perMs > bestPerMs) {
      bestSize = size;
      bestPerMs = perMs;
    }
  }
  return bestSize;
}
