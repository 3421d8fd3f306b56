import type { BucketKey } from 'nestjs-batching/core';

import { BatchRun, countRows, type RunLayout } from './batch-run.js';
import { BatchSizes } from './batch-sizes.js';
import type { ModelSignature } from '../signature/model-signature.js';
import { PaddingCounter, type PaddingStatistics } from './padding-statistics.js';
import type { ReadRow } from '../rows/read-row.js';
import { RowGrouping, type RowGroup } from './row-grouping.js';
import { RowReader } from '../rows/row-reader.js';
import { toExpectedOutput } from './split-output.js';
import { elementCountOf } from '../tensors/tensor-shape.js';
import { allocateNewBuffer, type AllocateBuffer } from '../tensors/tensor-type.js';

/** What a plan may be told besides its rows. */
export interface PlanOptions {
  /** At how many rows the batcher wants the batch to run; counts where it makes a single run. Default: any. */
  readonly paddedBatchSize?: number | undefined;
  /**
   * Gives the buffers of the inputs, of exactly as many bytes as asked for; every byte is written. Default: new ones.
   */
  readonly allocate?: AllocateBuffer | undefined;
}

/**
 * How a model's requests become tensors and its outputs results: what a request must bring, which requests run
 * together and in which sizes, how they are stacked, and whose is what comes out. It knows shapes and never runs
 * anything.
 */
export class BatchLayout {
  private readonly reader: RowReader;
  private readonly grouping: RowGrouping;
  private readonly sizes: BatchSizes;
  private readonly runLayout: RunLayout;
  private readonly counter = new PaddingCounter();

  /**
   * Prepares what does not depend on the requests.
   *
   * @param modelName For messages.
   * @param signature The model's inputs and outputs, checked.
   */
  constructor(modelName: string, signature: ModelSignature) {
    const { inputs, outputs, dynamicAxes } = signature;
    this.reader = new RowReader(modelName, signature);
    this.grouping = new RowGrouping(inputs, dynamicAxes);
    this.sizes = new BatchSizes(signature);
    this.runLayout = {
      inputs,
      outputs: new Map(outputs.map((output) => [output.name, toExpectedOutput(output, dynamicAxes)])),
    };
  }

  /** @throws InvalidRequestError that names the input, the shape and type expected, and those received. */
  read(row: unknown): ReadRow {
    return this.reader.read(row);
  }

  /**
   * Which requests may share a batch: those of the same key, which run in one call. Undefined if all may.
   *
   * @throws InvalidRequestError, as `read`.
   */
  bucketOf(row: unknown): BucketKey {
    return this.grouping.keyOf(this.read(row));
  }

  /**
   * What a request takes of a batch: its rows times its lengths along the dynamic axes. With the cost model
   * `padded` a batch then costs its elements with padding, in units of one position.
   *
   * @throws InvalidRequestError, as `read`.
   */
  costOf(row: unknown): number {
    const { rowCount, lengths } = this.read(row);
    return rowCount * elementCountOf(lengths);
  }

  /**
   * How many rows a request brings.
   *
   * @throws InvalidRequestError, as `read`.
   */
  rowCountOf(row: unknown): number {
    return this.read(row).rowCount;
  }

  /**
   * Lays out the calls of the model that answer these requests: one for each group that can run together, and more
   * where a group has more rows than the model takes.
   *
   * @param rows What was read of each request, or undefined in the place of one that is not to be run.
   */
  plan(
    rows: readonly (ReadRow | undefined)[],
    { paddedBatchSize, allocate = allocateNewBuffer }: PlanOptions = {},
  ): readonly BatchRun[] {
    const parts = this.grouping.group(rows).flatMap((group) => cutIntoParts(group, this.sizes.largest));
    return parts.map((part) => {
      const rowCount = countRows(part.rows);
      const size =
        parts.length === 1
          ? this.sizes.sizeForWhole(rowCount, paddedBatchSize)
          : this.sizes.sizeFor(rowCount);
      return new BatchRun(this.runLayout, part, size, allocate, (run) => this.count(run, part.rows));
    });
  }

  /** How much of what has been stacked is padding. */
  readPadding(): PaddingStatistics {
    return this.counter.read();
  }

  private count({ inputs, rowCount, paddedRowCount }: BatchRun, rows: readonly ReadRow[]): void {
    let realElements = 0;
    let allElements = 0;
    this.runLayout.inputs.forEach(({ batchAxis }, index) => {
      if (batchAxis === undefined) return;
      allElements += inputs[index]?.data.length ?? 0;
      for (const { tensors } of rows) realElements += tensors[index]?.data.length ?? 0;
    });
    this.counter.count({ rowCount, paddedRowCount, realElements, allElements });
  }
}

/** Parts of at most `largest` rows, each request in one piece. */
function cutIntoParts(group: RowGroup, largest: number): readonly RowGroup[] {
  if (countRows(group.rows) <= largest) return [group];
  const parts: { rows: ReadRow[]; indexes: number[] }[] = [];
  let rowCount = Infinity;
  group.rows.forEach((row, at) => {
    if (rowCount + row.rowCount > largest) {
      parts.push({ rows: [], indexes: [] });
      rowCount = 0;
    }
    const part = parts.at(-1);
    part?.rows.push(row);
    part?.indexes.push(group.indexes[at] ?? -1);
    rowCount += row.rowCount;
  });
  return parts;
}
