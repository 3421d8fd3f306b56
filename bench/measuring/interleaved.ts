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
