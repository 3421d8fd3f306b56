/** How long a batch of `size` requests takes, in milliseconds. */
export type BatchTime = (size: number) => number;

/** What comes of a plan. */
export interface SlotPlan {
  /** How many cannot be answered in time. */
  readonly lost: number;
  /** Whether a batch is smaller than it could be, for a deadline. */
  readonly isCut: boolean;
  /** When the last of them has its answer, or would have it if it were not lost; on the scale of the deadlines. */
  readonly lastAnsweredAtMs: number;
}

/**
 * Plans batches that are as large as deadlines allow: one after the other starts in the slot that is free first, with
 * as many of the first ones as make it together. So a slot that is free serves those whom a larger batch would make
 * late. Who cannot make it even alone is lost.
 *
 * @param deadlinesAtMs In the order in which they would be served.
 * @param first Who is the first of them; those before it are not looked at.
 * @param slotsFreeAtMs When each slot is free; one at least.
 * @param mostRiding Most requests in one batch.
 */
export function planInSlots(
  deadlinesAtMs: readonly number[],
  first: number,
  slotsFreeAtMs: readonly number[],
  mostRiding: number,
  timeMs: BatchTime,
): SlotPlan {
  const freeAtMs = [...slotsFreeAtMs];
  let lost = 0;
  let isCut = false;
  let lastAnsweredAtMs = -Infinity;
  for (let next = first; next < deadlinesAtMs.length;) {
    const slot = indexOfLeast(freeAtMs);
    const startMs = freeAtMs[slot]!;
    const count = countFirstInTime(deadlinesAtMs, next, startMs, mostRiding, timeMs);
    lastAnsweredAtMs = startMs + timeMs(Math.max(1, count));
    if (count < Math.min(mostRiding, deadlinesAtMs.length - next)) isCut = true;
    if (count === 0) lost += 1;
    else freeAtMs[slot] = lastAnsweredAtMs;
    next += Math.max(1, count);
  }
  return { lost, isCut, lastAnsweredAtMs };
}

/** How many of the first ones can ride together in a batch that starts at `startMs`, so that each of them makes it. */
export function countFirstInTime(
  deadlinesAtMs: readonly number[],
  first: number,
  startMs: number,
  mostRiding: number,
  timeMs: BatchTime,
): number {
  const most = Math.min(mostRiding, deadlinesAtMs.length - first);
  let nearestMs = Infinity;
  for (let count = 0; count < most; count += 1) {
    nearestMs = Math.min(nearestMs, deadlinesAtMs[first + count]!);
    if (startMs + timeMs(count + 1) > nearestMs) return count;
  }
  return most;
}

function indexOfLeast(values: readonly number[]): number {
  let least = 0;
  for (let index = 1; index < values.length; index += 1) {
    if (values[index]! < values[least]!) least = index;
  }
  return least;
}
