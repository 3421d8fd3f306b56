import {
  abortNoticeOf,
  BatcherClosedError,
  BatchingError,
  describeThrown,
  InvalidRequestError,
  type BatchContext,
} from 'nestjs-batching/core';

import { BufferPool } from './buffer-pool.js';
import { buffersOf } from '../tensors/buffers-of.js';
import { Failure } from './failure.js';
import { isolateFailures } from './isolate-failures.js';
import type { LoadedModel } from './load-model.js';
import { MemoryCeilings } from './memory-ceilings.js';
import type { NamedTensor } from '../model-protocol.js';
import type { OnnxResultRow, OnnxRow } from '../rows/onnx-row.js';
import { OutputFaultError } from './output-fault.error.js';
import { PartFailedError } from './part-failed.error.js';
import { BatchLayout } from '../layout/batch-layout.js';
import type { BatchRun } from '../layout/batch-run.js';
import { BatchSizes } from '../layout/batch-sizes.js';
import { listTensor, readTensor } from '../tensors/listed-tensor.js';
import type { ReadRow, RowTensor } from '../rows/read-row.js';
import { longestDims } from '../layout/stack-input.js';

/** Most bytes of input buffers that are kept for later batches. */
const MOST_KEPT_BYTES = 64 * 2 ** 20;

interface BatchUnderWay {
  readonly context: BatchContext;
  readonly results: Promise<unknown>;
}

/** How a generation ends behind its successor. */
export interface HandOver {
  /** Resolves when no worker of it is left. */
  readonly ended: Promise<void>;
  /** The same, but does not wait for runs that hang, nor for those whose callers have all left, since they may hang. */
  readonly through: Promise<void>;
}

/**
 * A model's file as it was loaded: its workers, and the batches that run on them. `reload` puts another in its place.
 */
export class ModelGeneration {
  readonly ceilings: MemoryCeilings;
  readonly layout: BatchLayout;
  private readonly outputNames: readonly string[];
  private readonly buffers = new BufferPool(MOST_KEPT_BYTES);
  /** Few at a time. An array, since a `Set` that changes with every batch keeps some that have ended alive. */
  private readonly batchesUnderWay: BatchUnderWay[] = [];
  /** What serves in its place. */
  private successor: ModelGeneration | undefined;
  private readonly allocate = (byteLength: number): ArrayBuffer => this.buffers.take(byteLength);

  constructor(readonly loaded: LoadedModel) {
    const { metadata } = loaded;
    this.layout = new BatchLayout(metadata.name, metadata);
    this.ceilings = new MemoryCeilings(new BatchSizes(metadata));
    this.outputNames = metadata.outputs.map(({ name }) => name);
  }

  processBatch(rows: readonly OnnxRow[], context: BatchContext): Promise<readonly (OnnxResultRow | Error)[]> {
    const results = this.runBatch(rows, context);
    this.keepTrackOf({ context, results });
    return results;
  }

  /**
   * Lets the batches that have begun finish, as long as anybody waits for them and there is or comes a worker for them,
   * and ends the workers.
   */
  async close(): Promise<void> {
    this.loaded.pool.finish();
    await Promise.all(this.batchesUnderWay.map(untilUnawaited));
    await this.loaded.pool.close();
  }

  /**
   * Lets the runs finish that its workers have begun, and ends the workers. What waits for one of them goes on with the
   * other generation: after another file has taken the place of its own, there may never be a worker for it again.
   */
  handOver(successor: ModelGeneration): HandOver {
    this.successor = successor;
    for (const batch of this.batchesUnderWay) successor.keepTrackOf(batch);
    const ended = this.loaded.pool.close();
    return { ended, through: this.untilThrough(ended) };
  }

  private async untilThrough(ended: Promise<void>): Promise<void> {
    await Promise.all(this.batchesUnderWay.map(untilUnawaited));
    const mayHang = this.batchesUnderWay.length > 0 || this.loaded.pool.status.quarantined > 0;
    if (!mayHang) await ended;
  }

  private keepTrackOf(batch: BatchUnderWay): void {
    this.batchesUnderWay.push(batch);
    const forget = (): void => void this.batchesUnderWay.splice(this.batchesUnderWay.indexOf(batch), 1);
    batch.results.then(forget, forget);
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
    const { paddedBatchSize } = context;
    // One after the other: a batch has one slot, which is one worker.
    for (const run of this.layout.plan(read, { paddedBatchSize, allocate: this.allocate })) {
      const runResults = await this.runPart(run, rows.length, context);
      run.indexes.forEach((place, index) => (results[place] = runResults[index]!));
    }
    return results;
  }

  private tryToRead(row: OnnxRow): ReadRow | InvalidRequestError {
    try {
      return this.layout.read(row);
    } catch (error) {
      if (error instanceof InvalidRequestError) return error;
      throw error;
    }
  }

  /** A request that makes the model fail fails alone. If all of a batch fail together, the batch does. */
  private async runPart(
    run: BatchRun,
    batchSize: number,
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    const { name } = this.loaded.metadata;
    const toError = (error: unknown, failed: number): Error => {
      const cause = this.explain(error, failed, 'request');
      // By the code of the others callers know what to do: to try again, above all.
      return cause instanceof BatchingError
        ? cause
        : new PartFailedError(name, context.batchId, failed, batchSize, cause);
    };
    try {
      const results = await isolateFailures(
        run.rows,
        (part) => this.runWithin(run, part, context),
        (error) => !abortNoticeOf(context).aborted && isOfRequest(error),
      );
      const failures = results.filter((result) => result instanceof Failure);
      const [first] = failures;
      // Where all requests of the batch failed by one run, the batch fails, rather than each request by itself.
      const isOfAll = failures.length === batchSize && failures.every(({ error }) => error === first?.error);
      if (isOfAll) throw first?.error;
      return results.map((result) =>
        result instanceof Failure ? toError(result.error, result.together) : result,
      );
    } catch (error) {
      const { indexes, rowCount } = run;
      if (indexes.length === batchSize) throw this.explain(error, rowCount, 'row');
      return indexes.map(() => toError(error, indexes.length));
    }
  }

  /** Within the memory that there is; a request for which there is not enough even alone fails alone. */
  private runWithin(
    run: BatchRun,
    rows: readonly ReadRow[],
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Failure)[]> {
    return this.ceilings.runWithin(
      rows,
      () => shapeOf(rows),
      (part) => (part.length === run.rows.length ? this.runOnce(run, context) : this.runAnew(part, context)),
    );
  }

  /** Some of a run's requests: there was not enough memory for all of them, or one made the model fail. */
  private async runAnew(rows: readonly ReadRow[], context: BatchContext): Promise<readonly OnnxResultRow[]> {
    const results = new Array<OnnxResultRow>(rows.length);
    for (const run of this.layout.plan(rows, { allocate: this.allocate })) {
      const runResults = await this.runOnce(run, context);
      run.indexes.forEach((place, index) => (results[place] = runResults[index]!));
    }
    return results;
  }

  /** On its own workers, or on those of the generation in its place. */
  private async runOnce(run: BatchRun, context: BatchContext): Promise<readonly OnnxResultRow[]> {
    try {
      return await this.runHere(run, context);
    } catch (error) {
      if (this.successor === undefined || !(error instanceof BatcherClosedError)) throw error;
      return await this.successor.runOnce(run, context);
    }
  }

  private async runHere(run: BatchRun, context: BatchContext): Promise<readonly OnnxResultRow[]> {
    const { pool, metadata } = this.loaded;
    const areBuffersGivenAway = metadata.isolation === 'thread';
    let inputs: readonly NamedTensor[] = [];
    let buffersBack: readonly ArrayBuffer[] = [];
    try {
      const [outputs, , inputBuffers] = await pool.run(
        'run',
        () => {
          run.forgetInputs();
          inputs = run.inputs;
          const request = [this.outputNames, areBuffersGivenAway, inputs.map(listTensor)] as const;
          return { request, buffers: buffersOf(inputs) };
        },
        { signal: abortNoticeOf(context), onStarted: context.started },
      );
      buffersBack = inputBuffers;
      return split(run, outputs.map(readTensor));
    } finally {
      run.forgetInputs();
      // A thread sends them back; a process has had a copy only.
      const unused = areBuffersGivenAway ? buffersBack : buffersOf(inputs);
      for (const buffer of unused) this.buffers.giveBack(buffer);
    }
  }

  private explain(error: unknown, count: number, counted: 'row' | 'request'): Error {
    if (error instanceof BatchingError) return error;
    const what = count === 1 ? counted : `${counted}s`;
    return new Error(
      `Model "${this.loaded.metadata.name}": a run of ${count} ${what} failed: ${describeThrown(error)}`,
      { cause: error },
    );
  }
}

function split(run: BatchRun, outputs: readonly NamedTensor[]): readonly OnnxResultRow[] {
  try {
    return run.split(outputs);
  } catch (error) {
    throw new OutputFaultError(error);
  }
}

/** Whether a run may have failed because of what one request brought, rather than for want of a worker. */
function isOfRequest(error: unknown): boolean {
  return !(error instanceof BatchingError || error instanceof OutputFaultError);
}

/** Resolves when the batch has ended, or when nobody waits for it any more. Never rejects. */
function untilUnawaited({ context, results }: BatchUnderWay): Promise<void> {
  const signal = abortNoticeOf(context);
  return new Promise((resolve) => {
    const end = (): void => {
      signal.removeEventListener('abort', end);
      resolve();
    };
    if (signal.aborted) end();
    signal.addEventListener('abort', end);
    results.then(end, end);
  });
}

/** Rows of one shape need about the same memory each: that of the longest, up to which all of a run are filled up. */
function shapeOf(rows: readonly ReadRow[]): string {
  const [first] = rows;
  const dimsOf = (tensor: RowTensor, index: number): readonly number[] =>
    first?.lengths.length === 0
      ? tensor.dims
      : longestDims(rows.map(({ tensors }) => tensors[index] ?? tensor));
  return first?.tensors.map((tensor, index) => dimsOf(tensor, index).join('×')).join(' ') ?? '';
}
