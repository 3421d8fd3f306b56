import type { BucketKey } from 'nestjs-batching/core';

import type { BatchedInput } from '../signature/batched-tensor.js';
import type { DynamicAxis } from '../signature/dynamic-axis.js';
import { LengthBuckets } from './length-buckets.js';
import type { ReadRow } from '../rows/read-row.js';
import { sharedValueKey } from './shared-value-key.js';
import { rowShapeOf } from '../tensors/tensor-shape.js';

/** Requests that can run together, and where each stood. */
export interface RowGroup {
  readonly rows: readonly ReadRow[];
  /** The place of each request in what was grouped. */
  readonly indexes: readonly number[];
}

/**
 * Tells which requests can run together: those whose free dimensions are of the same size, along a dynamic axis of
 * nearly the same, and whose shared inputs are equal.
 */
export class RowGrouping {
  private readonly buckets: readonly LengthBuckets[];
  /** Free dimensions, none of them a dynamic axis, that must be equal. */
  private readonly freeDimensions: readonly { readonly inputIndex: number; readonly axis: number }[];
  private readonly sharedInputs: readonly number[];
  /** Whether all requests can run together. */
  private readonly isUniform: boolean;

  constructor(inputs: readonly BatchedInput[], dynamicAxes: readonly DynamicAxis[]) {
    this.buckets = dynamicAxes.map(({ maxPaddingShare }) => new LengthBuckets(maxPaddingShare));
    this.freeDimensions = findFreeDimensions(inputs, new Set(dynamicAxes.map(({ name }) => name)));
    this.sharedInputs = inputs.flatMap(({ batchAxis }, index) => (batchAxis === undefined ? [index] : []));
    this.isUniform = this.buckets.length + this.freeDimensions.length === 0 && this.sharedInputs.length === 0;
  }

  /** The same for all requests that can run together, and for no other; undefined if all can. */
  keyOf({ tensors, lengths }: ReadRow): BucketKey {
    if (this.isUniform) return undefined;
    const parts: (number | string)[] = [];
    for (let index = 0; index < this.buckets.length; index++) {
      parts.push(this.buckets[index]?.indexOf(lengths[index] ?? 0) ?? 0);
    }
    for (const { inputIndex, axis } of this.freeDimensions) parts.push(tensors[inputIndex]?.dims[axis] ?? 0);
    for (const inputIndex of this.sharedInputs) {
      const tensor = tensors[inputIndex];
      if (tensor !== undefined) parts.push(sharedValueKey(tensor));
    }
    return parts.length === 1 ? parts[0] : parts.join(';');
  }

  /**
   * Puts together what can run together, in the order in which the groups first occur. Nobody has to fail because
   * a neighbor's shape differs; each group costs a run of its own.
   *
   * @param rows A request, or undefined in the place of one that is not to be run.
   */
  group(rows: readonly (ReadRow | undefined)[]): readonly RowGroup[] {
    const groups = new Map<BucketKey, { rows: ReadRow[]; indexes: number[] }>();
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (row === undefined) continue;
      const key = this.keyOf(row);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { rows: [], indexes: [] }));
      group.rows.push(row);
      group.indexes.push(index);
    }
    return [...groups.values()];
  }
}

function findFreeDimensions(
  inputs: readonly BatchedInput[],
  dynamicAxisNames: ReadonlySet<string>,
): { inputIndex: number; axis: number }[] {
  // A name has one size in all inputs of a request, so that it counts once.
  const seen = new Set(dynamicAxisNames);
  return inputs.flatMap(({ shape, batchAxis }, inputIndex) =>
    // A shared input's dimensions are part of its value.
    batchAxis === undefined
      ? []
      : rowShapeOf(shape, batchAxis).flatMap((size, axis) => {
          if (typeof size === 'number' || seen.has(size)) return [];
          if (size !== '') seen.add(size);
          return [{ inputIndex, axis }];
        }),
  );
}
