import { BatchProcessingError, InvalidRequestError, type BatchContext } from 'nestjs-batching/core';
import { messageOf, RunTimeoutError, WorkerEndedError } from 'nestjs-batching/worker';

import { BufferPool } from './buffer-pool.js';
import { buffersOf } from './buffers-of.js';
import type { LoadedModel } from './load-model.js';
import { MemoryCeilings } from './memory-ceilings.js';
import type { NamedTensor, RunReply } from './model-protocol.js';
import type { OnnxResultRow, OnnxRow } from './onnx-row.js';
import { groupRowsByShape, type RowGroup } from './tensors/group-rows.js';
import { RowReader, type ReadRow } from './tensors/row-reader.js';
import { splitRows } from './tensors/split-rows.js';
import { stackRows } from './tensors/stack-rows.js';

/** Most bytes of input buffers that are kept for later batches. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;

interface BatchUnderWay {
  readonly context: BatchContext;
  readonly results: Promise<unknown>;
}

/** A model's file as it was loaded: its workers, and the batches that run on them. `reload` puts another in its place. */
export class ModelGeneration {
  readonly ceilings = new MemoryCeilings();
  private readonly reader: RowReader;
  private readonly outputNames: readonly string[];
  private readonly buffers = new BufferPool(MOST_KEPT_BYTES);
  private readonly batchesUnderWay = new Set<BatchUnderWay>();

  constructor(readonly loaded: LoadedModel) {
    const { metadata } = loaded;
    this.reader = new RowReader(metadata.name, metadata.inputs);
    this.outputNames = metadata.outputs.map(({ name }) => name);
  }

  /** @throws InvalidRequestError */
  read(row: OnnxRow): ReadRow {
    return this.reader.read(row);
  }

  async processBatch(
    rows: readonly OnnxRow[],
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    const batch = { context, results: this.runBatch(rows, context) };
    this.batchesUnderWay.add(batch);
    try {
      return await batch.results;
    } finally {
      this.batchesUnderWay.delete(batch);
    }
  }

  /** Lets the batches that have begun finish, as long as anybody waits for them, and ends the workers. */
  async close(): Promise<void> {
    await Promise.all([...this.batchesUnderWay].map(untilUnawaited));
    await this.loaded.pool.close();
  }

  private async runBatch(
    rows: readonly OnnxRow[],
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    // Read again although they were on arrival: an array may have been changed or given away since.
    const results = new Array<OnnxResultRow | Error>(rows.length);
    const read = rows.map((row, index) => {
      const tensors = this.tryToRead(row);
      if (tensors instanceof Error) results[index] = tensors;
      return tensors instanceof Error ? undefined : tensors;
    });
    // One after the other: a batch has one slot, which is one worker.
    for (const group of groupRowsByShape(read)) {
      const groupResults = await this.runGroup(group, rows.length, context);
      group.indexes.forEach((place, index) => (results[place] = groupResults[index]!));
    }
    return results;
  }

  private tryToRead(row: OnnxRow): ReadRow | InvalidRequestError {
    try {
      return this.reader.read(row);
    } catch (error) {
      if (error instanceof InvalidRequestError) return error;
      throw error;
    }
  }

  /** Fails as a whole only if the group is the whole batch, so that no other shape's rows fail with it. */
  private async runGroup(
    { rows, indexes }: RowGroup,
    batchSize: number,
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    try {
      return await this.ceilings.runWithin(rows, shapeOf(rows), (part) => this.runRows(part, context));
    } catch (error) {
      const { name } = this.loaded.metadata;
      const cause = this.explain(error, rows.length);
      if (indexes.length === batchSize) throw cause;
      return indexes.map(() => new BatchProcessingError(name, context.batchId, rows.length, cause));
    }
  }

  private async runRows(
    rows: readonly ReadRow[],
    { signal, started }: BatchContext,
  ): Promise<readonly OnnxResultRow[]> {
    const { pool, metadata } = this.loaded;
    let inputs: readonly NamedTensor[] = [];
    let reply: RunReply | undefined;
    try {
      reply = await pool.run(
        'run',
        () => {
          inputs = stackRows(metadata.inputs, rows, (byteLength) => this.buffers.take(byteLength));
          const wantsBuffersBack = metadata.isolation === 'thread';
          const request = { inputs, outputNames: this.outputNames, wantsBuffersBack };
          return { request, buffers: buffersOf(inputs) };
        },
        { signal, onStarted: started },
      );
      return splitRows(reply.outputs, rows.length);
    } finally {
      // A thread sends them back; a process has had a copy only.
      const unused = metadata.isolation === 'thread' ? reply?.inputBuffers : buffersOf(inputs);
      for (const buffer of unused ?? []) this.buffers.giveBack(buffer);
    }
  }

  private explain(error: unknown, rowCount: number): Error {
    if (error instanceof WorkerEndedError || error instanceof RunTimeoutError) return error;
    return new Error(
      `Model "${this.loaded.metadata.name}": a run of ${rowCount} rows failed: ${messageOf(error)}`,
      { cause: error },
    );
  }
}

/** Resolves when the batch has ended, or when nobody waits for it any more. Never rejects. */
function untilUnawaited({ context: { signal }, results }: BatchUnderWay): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    results.then(end, end);
  });
}

/** Rows of one shape need about the same memory each. */
function shapeOf(rows: readonly ReadRow[]): string {
  return rows[0]?.map(({ dims }) => dims.join('×')).join(' ') ?? '';
}
