import type { BatchSizes } from '../layout/batch-sizes.js';

/** How many runs in a row must go well at the ceiling before a little more is tried. */
const RUNS_BEFORE_CLIMBING = 64;
/** By how much it climbs: one eighth, one row at least. */
const CLIMB = 1 / 8;

/** How many rows of one shape fit into memory, as far as that is known. */
export interface Ceiling {
  /** Most rows of a run. */
  readonly maxRows: number;
  /** The largest size that has gone well since it last failed, in rows; 0 if none is known. */
  readonly provenRows: number;
  /** How often memory has not sufficed. */
  readonly failures: number;
  /** Runs at the ceiling that have gone well since it was last changed. */
  readonly successes: number;
}

/**
 * The ceiling after a run of `failedRows`, two at least, has failed: what is known to go well, or else half of these
 * rows, at a size at which the model runs. Below the smallest such size a run takes no less memory, but with fewer
 * requests it may be without the one that asks for too much.
 */
export function lowered(ceiling: Ceiling | undefined, failedRows: number, sizes: BatchSizes): Ceiling {
  const failedSize = sizes.sizeFor(failedRows);
  const provenRows = ceiling === undefined || ceiling.provenRows >= failedSize ? 0 : ceiling.provenRows;
  const smaller = sizes.sizeWithin(Math.floor(failedSize / 2)) ?? sizes.sizeWithin(failedSize - 1);
  const maxRows = Math.max(provenRows, smaller ?? Math.floor(failedRows / 2));
  return { maxRows, provenRows, failures: (ceiling?.failures ?? 0) + 1, successes: 0 };
}

/**
 * The ceiling after a run of `rowCount` rows has gone well. It climbs again slowly, since memory may have been taken by
 * somebody else for a while.
 *
 * @param isLast Whether there was nothing more to run; else the ceiling had no room for what came next.
 */
export function risen(ceiling: Ceiling, rowCount: number, isLast: boolean, sizes: BatchSizes): Ceiling {
  const { maxRows } = ceiling;
  const size = sizes.sizeFor(rowCount);
  const provenRows = Math.max(ceiling.provenRows, size);
  if (isLast && size < maxRows) return { ...ceiling, provenRows };
  const successes = ceiling.successes + 1;
  if (successes < RUNS_BEFORE_CLIMBING) return { ...ceiling, provenRows, successes };
  const climbed = sizes.sizeFor(maxRows + Math.max(1, Math.floor(maxRows * CLIMB)));
  return { ...ceiling, provenRows, successes: 0, maxRows: climbed };
}

/** The lower one: another batch may have found out more meanwhile. */
export function lowerOf(one: Ceiling | undefined, other: Ceiling | undefined): Ceiling | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const lower = one.maxRows <= other.maxRows ? one : other;
  return { ...lower, failures: Math.max(one.failures, other.failures) };
}
