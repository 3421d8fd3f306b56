import { Failure } from './failure.js';
import { mostFailedRuns } from './isolate-failures.js';
import { lowered, lowerOf, risen, type Ceiling } from './memory-ceiling.js';
import { isOutOfMemory } from './out-of-memory.js';
import { countRows } from '../layout/batch-run.js';
import { BatchSizes } from '../layout/batch-sizes.js';
import type { ReadRow } from '../rows/read-row.js';

/** Shapes that are remembered; the one that has not been met for longest is forgotten. */
const MOST_SHAPES = 256;

const ANY_SIZE = new BatchSizes({ allowedBatchSizes: undefined, fixedBatchSize: undefined });

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

/**
 * Remembers how many rows of each shape fit into memory. When a run fails for want of memory, its rows run in
 * halves, and later ones no larger than what went well.
 *
 * A request may ask for more memory than there is by what it holds, such as a length in its data. It fails alone, and
 * nothing is learned from its neighbors' runs: those failed because of it.
 */
export class MemoryCeilings {
  private readonly byShape = new Map<string, Ceiling>();

  /** @param sizes At which the model runs: fewer rows are filled up to one of them. Default: any. */
  constructor(private readonly sizes = ANY_SIZE) {}

  get all(): readonly MemoryCeiling[] {
    return [...this.byShape].map(([shape, { maxRows, failures }]) => ({ shape, maxRows, failures }));
  }

  /**
   * Runs the requests in one part, or in as many as memory makes necessary, one after the other. Where many do not fit
   * even alone, what is left after as many failed runs as four of them can make fails together.
   *
   * @param requests One or more.
   * @param shapeOf Tells their shape. Asked only where it matters: as long as memory has always sufficed it does not.
   * @returns The results of all requests, in their order; a `Failure` in the place of one that does not fit.
   * @throws what `run` throws, unless it is want of memory.
   */
  async runWithin<TRequest extends HasRows, TResult>(
    requests: readonly TRequest[],
    shapeOf: () => string,
    run: (part: readonly TRequest[]) => Promise<readonly TResult[]>,
  ): Promise<readonly (TResult | Failure)[]> {
    const results: (TResult | Failure)[] = [];
    let failuresLeft = mostFailedRuns(requests.length);
    // A ceiling for these requests alone, until it is sure that none of them by itself asks for too much memory.
    let found: Ceiling | undefined;
    while (results.length < requests.length) {
      const known = lowerOf(found, this.find(shapeOf));
      const part = cut(requests, results.length, known?.maxRows ?? Infinity);
      try {
        const partResults = await run(part);
        if (part.length === requests.length && known === undefined) return partResults;
        results.push(...partResults);
        const isLast = results.length === requests.length;
        if (found === undefined) this.rise(shapeOf(), countRows(part), isLast);
        else found = risen(found, countRows(part), isLast, this.sizes);
      } catch (error) {
        if (!isOutOfMemory(error)) throw error;
        failuresLeft -= 1;
        if (part.length > 1 && failuresLeft > 0) {
          found = lowered(known, countRows(part), this.sizes);
          continue;
        }
        const failed = failuresLeft > 0 ? part : requests.slice(results.length);
        results.push(...failed.map(() => new Failure(error, failed.length)));
        found = undefined;
      }
    }
    if (found !== undefined) this.learn(shapeOf(), found);
    return results;
  }

  private rise(shape: string, rowCount: number, isLast: boolean): void {
    const ceiling = this.byShape.get(shape);
    if (ceiling !== undefined) this.keep(shape, risen(ceiling, rowCount, isLast, this.sizes));
  }

  private learn(shape: string, found: Ceiling): void {
    // To go below the smallest size at which the model runs has told requests apart, but would save no memory.
    const useful = { ...found, maxRows: Math.max(found.maxRows, this.sizes.smallest) };
    this.keep(shape, lowerOf(useful, this.byShape.get(shape)) ?? useful);
    for (const oldest of this.byShape.keys()) {
      if (this.byShape.size <= MOST_SHAPES) return;
      this.byShape.delete(oldest);
    }
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

/** As many of the requests from `first` on as there is room for; one at least. */
function cut<TRequest extends HasRows>(
  requests: readonly TRequest[],
  first: number,
  maxRows: number,
): readonly TRequest[] {
  let roomLeft = maxRows;
  let end = first;
  while (end < requests.length && (end === first || (requests[end]?.rowCount ?? 0) <= roomLeft)) {
    roomLeft -= requests[end]?.rowCount ?? 0;
    end += 1;
  }
  return end - first === requests.length ? requests : requests.slice(first, end);
}
