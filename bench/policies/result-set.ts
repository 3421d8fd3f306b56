import { round } from '../measuring/round.js';
import type { Cell } from './grid.js';
import type { Measurement } from './measurement.js';

/** What one contestant did at one load of a cell. */
export interface Point {
  readonly load: number;
  readonly measurement: Measurement;
}

/** What all contestants did in one cell, by their names. */
export interface CellResult {
  readonly cell: Cell;
  readonly pointsByName: ReadonlyMap<string, readonly Point[]>;
}

const COLUMNS = [
  'meanMs',
  'p99Ms',
  'goodputPerSecond',
  'lateShare',
  'unansweredShare',
  'meanBatchSize',
] as const satisfies readonly (keyof Measurement)[];

/** The results for machines: each measure as one list over the loads, four digits each. */
export function toJson(seed: number, command: string, results: readonly CellResult[]): object {
  return {
    seed,
    command,
    cells: results.map(({ cell, pointsByName }) => ({
      ...cell,
      limitMs: Number.isFinite(cell.limitMs) ? cell.limitMs : null,
      loads: [...pointsByName.values()][0]?.map(({ load }) => load),
      contestants: Object.fromEntries(
        [...pointsByName].map(([name, points]) => [
          name,
          Object.fromEntries(
            COLUMNS.map((column) => [column, points.map(({ measurement }) => round(measurement[column], 4))]),
          ),
        ]),
      ),
    })),
  };
}
