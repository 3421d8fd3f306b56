import { messageOf } from 'nestjs-batching/worker';

/** What ONNX Runtime and its execution providers say when there is not enough memory for a run. */
const OUT_OF_MEMORY =
  /out of memory|failed to allocate memory|bad_alloc|available memory of \d+ is smaller|cudaErrorMemoryAllocation|E_OUTOFMEMORY|device (?:is )?out of memory/i;

/** So many runs at the ceiling in a row go well before a little more is tried. */
const RUNS_BEFORE_CLIMBING = 64;
/** By how much it climbs: one eighth, one row at least. */
const CLIMB = 1 / 8;
/** Shapes that are remembered; the one that has not been met for longest is forgotten. */
const MOST_SHAPES = 256;

/** Most rows of a shape for which memory has sufficed. */
export interface MemoryCeiling {
  /** The dimensions of a row of each input. */
  readonly shape: string;
  /** Rows that a run of this shape has at most now; integer from 1. */
  readonly maxRows: number;
  /** How often memory has not sufficed. */
  readonly failures: number;
}

interface Ceiling {
  maxRows: number;
  /** Most rows that have gone well since that many last failed; 0 if none is known. */
  provenRows: number;
  failures: number;
  /** Runs at the ceiling that have gone well since it was last changed. */
  successes: number;
}

export function isOutOfMemory(error: unknown): boolean {
  return OUT_OF_MEMORY.test(messageOf(error));
}

/**
 * Remembers how many rows of each shape fit into memory. When a run fails for want of memory, its rows run in
 * halves, and later ones no larger than what went well; the ceiling rises again slowly, since memory may have
 * been taken by somebody else for a while.
 */
export class MemoryCeilings {
  private readonly byShape = new Map<string, Ceiling>();

  get all(): readonly MemoryCeiling[] {
    return [...this.byShape].map(([shape, { maxRows, failures }]) => ({ shape, maxRows, failures }));
  }

  /**
   * Runs the rows in one part, or in as many as memory makes necessary, one after the other.
   *
   * @returns The results of all rows, in their order.
   * @throws what `run` throws, unless it is want of memory for more than one row.
   */
  async runWithin<TRow, TResult>(
    rows: readonly TRow[],
    shape: string,
    run: (part: readonly TRow[]) => Promise<readonly TResult[]>,
  ): Promise<readonly TResult[]> {
    const ceiling = this.byShape.get(shape);
    if (ceiling === undefined || rows.length <= ceiling.maxRows) {
      const results = await this.tryToRun(rows, shape, run);
      if (results !== undefined) return results;
    }
    const results: TResult[] = [];
    for (let first = 0; first < rows.length;) {
      const part = rows.slice(first, first + (this.byShape.get(shape)?.maxRows ?? rows.length));
      const partResults = await this.tryToRun(part, shape, run);
      if (partResults === undefined) continue;
      results.push(...partResults);
      first += part.length;
    }
    return results;
  }

  /** Undefined if there was not enough memory: the ceiling is lower then. */
  private async tryToRun<TRow, TResult>(
    rows: readonly TRow[],
    shape: string,
    run: (part: readonly TRow[]) => Promise<readonly TResult[]>,
  ): Promise<readonly TResult[] | undefined> {
    try {
      const results = await run(rows);
      this.rise(shape, rows.length);
      return results;
    } catch (error) {
      if (rows.length === 1 || !isOutOfMemory(error)) throw error;
      this.lower(shape, rows.length);
      return undefined;
    }
  }

  /** To what is known to go well, or else to half of what has failed. */
  private lower(shape: string, failedRows: number): void {
    const old = this.byShape.get(shape);
    const provenRows = old === undefined || old.provenRows >= failedRows ? 0 : old.provenRows;
    // Another batch may have found out more while this one ran.
    const maxRows = Math.min(
      old === undefined || old.maxRows >= failedRows ? Infinity : old.maxRows,
      Math.max(provenRows, Math.floor(failedRows / 2)),
    );
    this.keep(shape, { maxRows, provenRows, failures: (old?.failures ?? 0) + 1, successes: 0 });
    for (const oldest of this.byShape.keys()) {
      if (this.byShape.size <= MOST_SHAPES) return;
      this.byShape.delete(oldest);
    }
  }

  private rise(shape: string, rowCount: number): void {
    const ceiling = this.byShape.get(shape);
    if (ceiling === undefined) return;
    this.keep(shape, ceiling);
    ceiling.provenRows = Math.max(ceiling.provenRows, rowCount);
    if (rowCount < ceiling.maxRows) return;
    ceiling.successes += 1;
    if (ceiling.successes < RUNS_BEFORE_CLIMBING) return;
    ceiling.successes = 0;
    ceiling.maxRows += Math.max(1, Math.floor(ceiling.maxRows * CLIMB));
  }

  /** As the one that was met last. */
  private keep(shape: string, ceiling: Ceiling): void {
    this.byShape.delete(shape);
    this.byShape.set(shape, ceiling);
  }
}
