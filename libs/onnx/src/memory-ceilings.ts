import { messageOf } from 'nestjs-batching/worker';

import { countRows } from './tensors/batch-run.js';
import type { ReadRow } from './tensors/read-row.js';

/** What ONNX Runtime and its execution providers say when there is not enough memory for a run. */
const OUT_OF_MEMORY =
  /out of memory|failed to allocate memory|bad[_ ]alloc|available memory of \d+ is smaller|cudaErrorMemoryAllocation|E_OUTOFMEMORY|device (?:is )?out of memory/i;

/** So many runs at the ceiling in a row go well before a little more is tried. */
const RUNS_BEFORE_CLIMBING = 64;
/** By how much it climbs: one eighth, one row at least. */
const CLIMB = 1 / 8;
/** Shapes that are remembered; the one that has not been met for longest is forgotten. */
const MOST_SHAPES = 256;

/** Most rows of a shape for which memory has sufficed. */
export interface MemoryCeiling {
  /** The dimensions of a row of each input; of rows of different length those of the longest. */
  readonly shape: string;
  /** Rows that a run of this shape has at most now; integer from 1. */
  readonly maxRows: number;
  /** How often memory has not sufficed. */
  readonly failures: number;
}

/** A request, which brings one row or more; they run together. */
type HasRows = Pick<ReadRow, 'rowCount'>;

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
   * Runs the requests in one part, or in as many as memory makes necessary, one after the other.
   *
   * @param requests One or more.
   * @param shapeOf Tells their shape. Asked only where it matters: as long as memory has always sufficed it does not.
   * @returns The results of all requests, in their order.
   * @throws what `run` throws, unless it is want of memory for more than one request.
   */
  async runWithin<TRequest extends HasRows, TResult>(
    requests: readonly TRequest[],
    shapeOf: () => string,
    run: (part: readonly TRequest[]) => Promise<readonly TResult[]>,
  ): Promise<readonly TResult[]> {
    const results: TResult[] = [];
    for (let first = 0; first < requests.length;) {
      const part = this.cut(requests, first, shapeOf);
      const partResults = await this.tryToRun(part, first + part.length === requests.length, shapeOf, run);
      if (partResults === undefined) continue;
      if (part.length === requests.length) return partResults;
      results.push(...partResults);
      first += part.length;
    }
    return results;
  }

  /** As many of the requests from `first` on as the ceiling has room for; one at least. */
  private cut<TRequest extends HasRows>(
    requests: readonly TRequest[],
    first: number,
    shapeOf: () => string,
  ): readonly TRequest[] {
    let roomLeft = this.find(shapeOf)?.maxRows ?? Infinity;
    let end = first;
    while (end < requests.length && (end === first || (requests[end]?.rowCount ?? 0) <= roomLeft)) {
      roomLeft -= requests[end]?.rowCount ?? 0;
      end += 1;
    }
    return end - first === requests.length ? requests : requests.slice(first, end);
  }

  /** Undefined if there was not enough memory: the ceiling is lower then. */
  private async tryToRun<TRequest extends HasRows, TResult>(
    part: readonly TRequest[],
    isLast: boolean,
    shapeOf: () => string,
    run: (part: readonly TRequest[]) => Promise<readonly TResult[]>,
  ): Promise<readonly TResult[] | undefined> {
    try {
      const results = await run(part);
      this.rise(shapeOf, countRows(part), isLast);
      return results;
    } catch (error) {
      if (part.length === 1 || !isOutOfMemory(error)) throw error;
      this.lower(shapeOf(), countRows(part));
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

  /** @param isLast Whether there was nothing more to run; else the ceiling had no room for what came next. */
  private rise(shapeOf: () => string, rowCount: number, isLast: boolean): void {
    const ceiling = this.find(shapeOf);
    if (ceiling === undefined) return;
    this.keep(shapeOf(), ceiling);
    ceiling.provenRows = Math.max(ceiling.provenRows, rowCount);
    if (isLast && rowCount < ceiling.maxRows) return;
    ceiling.successes += 1;
    if (ceiling.successes < RUNS_BEFORE_CLIMBING) return;
    ceiling.successes = 0;
    ceiling.maxRows += Math.max(1, Math.floor(ceiling.maxRows * CLIMB));
  }

  private find(shapeOf: () => string): Ceiling | undefined {
    return this.byShape.size === 0 ? undefined : this.byShape.get(shapeOf());
  }

  /** As the one that was met last. */
  private keep(shape: string, ceiling: Ceiling): void {
    this.byShape.delete(shape);
    this.byShape.set(shape, ceiling);
  }
}
