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
