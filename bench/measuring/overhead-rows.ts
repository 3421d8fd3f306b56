import { measureInTurns, type Measured } from './interleaved.js';
import { median, medianRatio } from './median.js';
import { round } from './round.js';

/** What one of those compared takes, and how that stands to the one that all are compared with. */
export interface OverheadRow {
  readonly name: string;
  /** Median over the turns, in nanoseconds a request. It says more of the machine than of the code. */
  readonly nanoseconds: number;
  readonly comparedWith: string;
  /** Median over the turns of the ratio within a turn. */
  readonly ratio: number;
}

/** Measures all in turns, and compares each with the first. */
export async function measureRows(all: readonly Measured[], turns: number): Promise<OverheadRow[]> {
  const valuesByName = await measureInTurns(all, turns, (turn) => {
    console.error(`turn ${turn} of ${turns}`);
  });
  const comparedWith = all[0]?.name ?? '';
  const reference = valuesByName.get(comparedWith) ?? [];
  return [...valuesByName].map(([name, values]) => ({
    name,
    nanoseconds: round(median(values), 3),
    comparedWith,
    ratio: round(medianRatio(values, reference), 3),
  }));
}

export function printRows(rows: readonly OverheadRow[]): void {
  console.table(
    Object.fromEntries(
      rows.map(({ name, nanoseconds, comparedWith, ratio }) => [
        name,
        { 'ns a request': nanoseconds, ratio, 'compared with': comparedWith },
      ]),
    ),
  );
}
