import { balancedBatchSize, type SlotLoad } from './balanced-batch-size.js';

/** What a share is told by. */
export interface SharingView extends SlotLoad {
  /** How many requests wait. */
  readonly waiting: number;
  /** In how many milliseconds each of the other slots is free, soonest first. */
  readonly otherSlotsFreeAfterMs: readonly number[];
}

/** How many of those who wait a slot takes that is free now. */
export interface SlotShare {
  /** Integer from 1; as many as wait, if nobody is left for another slot. */
  readonly size: number;
  /** When the last of the slots is free that take the others, in milliseconds; 0 if there are no others. */
  readonly othersStartAfterMs: number;
}

/** Nobody is left behind for less than what so large a share of the fixed time is. */
const LEAST_VARIABLE_SHARE = 0.25;

/**
 * How many of the q requests that wait ride in a batch that starts now, where other slots are free, too, or are going
 * to be soon. To take all of them, as a single slot had better do, makes every one wait for the work of all, and the
 * slot that is free next starts with hardly anything.
 *
 * One request less is α sooner for each of the n that ride, α later for each of the m of the batch that it rides in
 * instead, and f later for itself, if that starts in f ms: it pays while n − m > f / 2α. Half of that is allowed for,
 * since slots that are filled evenly also stay evenly spaced (in simulation everything from f / 2α to 0 is better than
 * to take all; f / 4α is best for steady arrivals and bursts together). So q and those who come within f, λf, are
 * shared out among the slots that are free by then, as many of them as makes the share the smallest.
 *
 * A share is at least n*, since a slot that starts with less is a slot that is missing later; and at least as many
 * requests as take a quarter of τ, since below that there is nothing to be gained.
 */
export function shareOfSlot(view: SharingView): SlotShare {
  const { waiting, otherSlotsFreeAfterMs, arrivalsPerMs, curve } = view;
  const { fixedTimeMs, timePerRequestMs } = curve;
  if (timePerRequestMs <= 0) return { size: waiting, othersStartAfterMs: 0 };
  const least = Math.max(balancedBatchSize(view), (LEAST_VARIABLE_SHARE * fixedTimeMs) / timePerRequestMs);
  let size = waiting;
  let othersStartAfterMs = 0;
  let allowances = 0;
  for (let others = 1; others <= otherSlotsFreeAfterMs.length && size > least; others += 1) {
    const afterMs = otherSlotsFreeAfterMs[others - 1]!;
    allowances += afterMs / (4 * timePerRequestMs);
    const share = (waiting + arrivalsPerMs * afterMs + allowances) / (others + 1);
    if (share >= size) continue;
    size = share;
    othersStartAfterMs = afterMs;
  }
  const whole = Math.ceil(Math.max(size, least));
  return whole < waiting ? { size: whole, othersStartAfterMs } : { size: waiting, othersStartAfterMs: 0 };
}
