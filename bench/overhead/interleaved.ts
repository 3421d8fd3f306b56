import { settleHeap } from './settled-heap.js';

/** What is measured: one number for each time that it is asked. */
export interface Measured {
  readonly name: string;
  readonly measure: () => Promise<number>;
}

/**
 * Measures all of them in turns, each turn beginning with another one, so that whatever the machine does
 * meanwhile falls on all alike. A first turn is thrown away.
 *
 * @returns The values of each, by name, in the order of the turns.
 */
export async function measureInTurns(
  all: readonly Measured[],
  turns: number,
  onTurn: (turn: number) => void,
): Promise<Map<string, number[]>> {
  const values = new Map<string, number[]>(all.map(({ name }) => [name, []]));
  for (let turn = 0; turn <= turns; turn += 1) {
    const first = turn % all.length;
    for (const { name, measure } of [...all.slice(first), ...all.slice(0, first)]) {
      await settleHeap();
      const value = await measure();
      if (turn > 0) values.get(name)?.push(value);
    }
    if (turn > 0) onTurn(turn);
  }
  return values;
}

/** The middle one, or the mean of both that are. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** The median of what one took as a multiple of the other in the same turn. */
export function medianRatio(values: readonly number[], ofOther: readonly number[]): number {
  return median(values.map((value, turn) => value / (ofOther[turn] ?? NaN)));
}
