import type { CostCurve } from '../learned/cost-curve.js';

/** What the balance of several slots depends on. */
export interface SlotLoad {
  /** How many batches can run at the same time. */
  readonly slots: number;
  /** Requests per millisecond. */
  readonly arrivalsPerMs: number;
  /** What a batch of n requests takes, as learned so far: S(n) = τ + αn. */
  readonly curve: CostCurve;
}

/**
 * n*: what a batch holds when all s slots are in use and their batches start evenly spaced. Where λ requests come per
 * millisecond one starts every S(n)/s and holds n = λ·S(n)/s, so n* = λτ / (s − λα). Infinity where more comes than all
 * slots can serve.
 */
export function balancedBatchSize({ slots, arrivalsPerMs, curve }: SlotLoad): number {
  const spareSlots = slots - arrivalsPerMs * curve.timePerRequestMs;
  return spareSlots > 0 ? (arrivalsPerMs * curve.fixedTimeMs) / spareSlots : Infinity;
}
