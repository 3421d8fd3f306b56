import type { CostCurve } from './cost-curve.js';

/** What the adaptive strategy looks at. */
export interface AdaptiveView {
  /** How many requests would ride if the batch went now. */
  readonly size: number;
  /** How many batches can run at the same time. */
  readonly slots: number;
  /** When the last batch went, on the clock's scale; -Infinity if none has. */
  readonly lastDispatchAtMs: number;
  /** Requests per millisecond. */
  readonly arrivalsPerMs: number;
  /** What a batch of n requests takes, as learned so far. */
  readonly curve: CostCurve;
}

/** So many times as many as a batch holds when they are balanced do not wait for a few more. */
const LARGE = 2;
/** Waiting pays only while the requests of a batch add no more than this share to its fixed time. */
const LARGEST_VARIABLE_SHARE = 0.5;

/**
 * Until when a batch that is not full had better wait for company although a slot is free, on the clock's scale;
 * -Infinity: go now.
 *
 * With one slot: go now. A free slot means that nobody else is being served, and what comes meanwhile gathers
 * for the next batch anyway. Waiting for k requests (the control limit of Deb and Serfozo, "Optimal control of batch
 * service queues", Advances in Applied Probability 5, 1973) gains at most 0.3 % of the mean latency on
 * any cost curve S(n) = τ + αn that was simulated, and can lose most of it.
 *
 * With s slots, going at once spends a whole slot, and its τ, on each of the first requests to come, and those that
 * follow find every slot taken. Batches had better start evenly spaced. Where λ requests come per millisecond and
 * all s slots are in use, a batch starts every S(n)/s and holds n = λ·S(n)/s requests, so n* = λτ / (s − λα). A batch
 * goes S(n*)/s after the one before, also if n* have come by chance before that: by themselves batches bunch as buses
 * do, since the one behind a gap finds more to take along, and is late for that (Newell and Potts, "Maintaining a bus
 * schedule", 1964). It goes at once where nothing is to be gained by that: in an idle system; where one request is all
 * that a batch holds; with twice n*, who had better not wait for a few more; and where αn* exceeds half of τ, since there
 * a request costs nearly the same in any batch. In simulation that takes 5 to 20 % off the mean latency between 5 and
 * 50 % load.
 */
export function adaptiveWaitUntilMs({
  size,
  slots,
  lastDispatchAtMs,
  arrivalsPerMs,
  curve,
}: AdaptiveView): number {
  if (slots === 1 || !curve.isKnown) return -Infinity;
  const { fixedTimeMs, timePerRequestMs } = curve;
  const spareSlots = slots - arrivalsPerMs * timePerRequestMs;
  if (spareSlots <= 0) return -Infinity;
  const balancedSize = (arrivalsPerMs * fixedTimeMs) / spareSlots;
  if (balancedSize <= 1 || size >= LARGE * balancedSize) return -Infinity;
  if (timePerRequestMs * balancedSize > LARGEST_VARIABLE_SHARE * fixedTimeMs) return -Infinity;
  return lastDispatchAtMs + curve.predictMs(balancedSize) / slots;
}
