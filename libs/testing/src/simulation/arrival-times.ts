import type { SeededRandom } from './seeded-random.js';

/*
 * When requests come, as endless sequences of times in milliseconds, never going back. Each takes its numbers
 * from `random` as it goes, so give each sequence a `SeededRandom` of its own (`split`).
 */

/** Independent callers: memoryless gaps. The usual model of many users who know nothing of each other. */
export function* poissonTimes({
  random,
  ratePerSecond,
  startMs = 0,
}: {
  readonly random: SeededRandom;
  /** Mean number of requests in a second, above 0. */
  readonly ratePerSecond: number;
  /** Where the sequence begins, in milliseconds. Default 0. */
  readonly startMs?: number;
}): Generator<number, never> {
  const meanGapMs = 1000 / ratePerSecond;
  let atMs = startMs;
  for (;;) {
    atMs += random.exponential(meanGapMs);
    yield atMs;
  }
}

/**
 * Bursts and silence in turns: Poisson while it is on, nothing while it is off, both for exponentially
 * distributed times (the interrupted Poisson process; A. Kuczura, 1973). The mean rate is
 * `ratePerSecond · meanOnMs / (meanOnMs + meanOffMs)`.
 */
export function* burstyTimes({
  random,
  ratePerSecond,
  meanOnMs,
  meanOffMs,
  startMs = 0,
}: {
  readonly random: SeededRandom;
  /** Mean number of requests in a second while it is on, above 0. */
  readonly ratePerSecond: number;
  /** Mean length of a burst, in milliseconds, above 0. */
  readonly meanOnMs: number;
  /** Mean length of a silence, in milliseconds, 0 or more. */
  readonly meanOffMs: number;
  /** Where the sequence begins (with a burst), in milliseconds. Default 0. */
  readonly startMs?: number;
}): Generator<number, never> {
  const meanGapMs = 1000 / ratePerSecond;
  let onSinceMs = startMs;
  for (;;) {
    const onUntilMs = onSinceMs + random.exponential(meanOnMs);
    let atMs = onSinceMs + random.exponential(meanGapMs);
    while (atMs < onUntilMs) {
      yield atMs;
      atMs += random.exponential(meanGapMs);
    }
    onSinceMs = onUntilMs + random.exponential(meanOffMs);
  }
}

/**
 * Day and night: Poisson with a rate that follows a sine wave, drawn by thinning (Lewis and Shedler, 1979).
 * It begins at the mean rate, on the rise.
 */
export function* diurnalTimes({
  random,
  ratePerSecond,
  swing,
  periodMs,
  startMs = 0,
}: {
  readonly random: SeededRandom;
  /** Mean number of requests in a second over a whole period, above 0. */
  readonly ratePerSecond: number;
  /** How far the rate swings around its mean, as a share of it: 0 (not at all) to 1 (down to nothing). */
  readonly swing: number;
  /** Length of a day, in milliseconds, above 0. */
  readonly periodMs: number;
  /** Where the sequence begins, in milliseconds. Default 0. */
  readonly startMs?: number;
}): Generator<number, never> {
  const meanGapAtPeakMs = 1000 / (ratePerSecond * (1 + swing));
  let atMs = startMs;
  for (;;) {
    atMs += random.exponential(meanGapAtPeakMs);
    const rateOfMean = 1 + swing * Math.sin((2 * Math.PI * (atMs - startMs)) / periodMs);
    if (random.chance(rateOfMean / (1 + swing))) yield atMs;
  }
}

/** Clumps at every scale: mostly short gaps, now and then a very long one (Lomax distributed). */
export function* heavyTailTimes({
  random,
  ratePerSecond,
  shape = 1.5,
  startMs = 0,
}: {
  readonly random: SeededRandom;
  /** Mean number of requests in a second, above 0. */
  readonly ratePerSecond: number;
  /** The tail's exponent, above 1; smaller is wilder. Default 1.5: the gaps have a mean but no variance. */
  readonly shape?: number;
  /** Where the sequence begins, in milliseconds. Default 0. */
  readonly startMs?: number;
}): Generator<number, never> {
  const meanGapMs = 1000 / ratePerSecond;
  let atMs = startMs;
  for (;;) {
    atMs += random.heavyTail(meanGapMs, shape);
    yield atMs;
  }
}
