import type { ReadRow } from './row-reader.js';

/** Rows of one shape, which can be stacked, and where each stood. */
export interface RowGroup {
  readonly rows: readonly ReadRow[];
  /** The place of each row in what was grouped. */
  readonly indexes: readonly number[];
}

/**
 * Puts rows of the same shape together, in the order in which the shapes first occur. Nobody has to fail
 * because a neighbor's free dimensions differ; each group costs a run of its own.
 *
 * @param rows A row, or undefined in the place of one that is not to be run.
 */
export function groupRowsByShape(rows: readonly (ReadRow | undefined)[]): readonly RowGroup[] {
  const groups = new Map<string, { rows: ReadRow[]; indexes: number[] }>();
  rows.forEach((row, index) => {
    if (row === undefined) return;
    const shape = row.map(({ dims }) => dims.join()).join(';');
    let group = groups.get(shape);
    if (group === undefined) groups.set(shape, (group = { rows: [], indexes: [] }));
    group.rows.push(row);
    group.indexes.push(index);
  });
  return [...groups.values()];
}
