import type { CostCurve } from 'nestjs-batching/testing';

/** A processor's cost curve with a name to show. */
export interface NamedCurve extends CostCurve {
  readonly name: string;
}

/** What stays the same along one line of a plot: processor, slots and how long callers wait. */
export interface Cell {
  readonly curve: NamedCurve;
  readonly slots: number;
  /** Infinity: callers wait as long as it takes. */
  readonly limitMs: number;
}

export const MAX_BATCH_SIZE = 64;
export const WINDOW_MS = 5;

const CURVES: readonly NamedCurve[] = [
  { name: 'gpu', fixedMs: 20, perRequestMs: 0.5 },
  { name: 'small', fixedMs: 2, perRequestMs: 0.05 },
  { name: 'linear', fixedMs: 1, perRequestMs: 1 },
];

/** Offered load as a share of what the slots can serve in full batches. */
export const LOADS: readonly number[] = [
  0.02, 0.05, 0.1, 0.15, 0.25, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.05, 1.2, 1.5,
];

export const QUICK_LOADS: readonly number[] = [0.02, 0.15, 0.5, 0.8, 1.2];

/** Every curve with every deadline on one slot, and every curve on more slots without deadlines. */
export const CELLS: readonly Cell[] = [
  ...CURVES.flatMap((curve) => [Infinity, 200, 50].map((limitMs) => ({ curve, slots: 1, limitMs }))),
  ...CURVES.flatMap((curve) => [2, 4].map((slots) => ({ curve, slots, limitMs: Infinity }))),
];

/** S(`MAX_BATCH_SIZE`). */
export function fullBatchMs({ fixedMs, perRequestMs }: CostCurve): number {
  return fixedMs + perRequestMs * MAX_BATCH_SIZE;
}

/** Most requests a second that the slots can serve. */
export function capacityPerSecond({ curve, slots }: Pick<Cell, 'curve' | 'slots'>): number {
  return (1000 * slots * MAX_BATCH_SIZE) / fullBatchMs(curve);
}

/** Names the cell in files and tables. */
export function nameOf({ curve, slots, limitMs }: Cell): string {
  const deadline = Number.isFinite(limitMs) ? `within-${limitMs}-ms` : 'no-deadline';
  return `${curve.name}-${slots}-${slots === 1 ? 'slot' : 'slots'}-${deadline}`;
}

/** Says in words what the cell is about. */
export function describeCell(cell: Cell): string {
  const { curve, slots, limitMs } = cell;
  return [
    `S(n) = ${curve.fixedMs} + ${curve.perRequestMs}·n ms`,
    slots === 1 ? 'one slot' : `${slots} slots`,
    `capacity ${Math.round(capacityPerSecond(cell))} requests/s`,
    Number.isFinite(limitMs) ? `callers wait ${limitMs} ms` : 'no deadlines',
  ].join(', ');
}
