import { mkdirSync, writeFileSync } from 'node:fs';

import { format } from 'prettier';

import { describeShare, type SweepPoint } from './sweep.js';

/** A point as a row of a table for people. */
export function toTableRow(point: SweepPoint): Readonly<Record<string, string | number>> {
  return {
    model: point.model,
    instances: point.instances,
    'batch size': point.batchSize,
    'bare items/s': point.bareItemsPerSecond,
    'items/s': point.itemsPerSecond,
    'of bare': describeShare(point),
  };
}

/** Writes `results.json` into a folder, which is made if need be. */
export async function writeResults(folder: string, results: object): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const json = await format(JSON.stringify(results), { parser: 'json', printWidth: 110 });
  writeFileSync(`${folder}/results.json`, json);
}
