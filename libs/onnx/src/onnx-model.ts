import {
  BatcherClosedError,
  BatchProcessingError,
  InvalidRequestError,
  type BatchContext,
  type BatchProcessor,
  type ProcessorHealth,
} from 'nestjs-batching/core';

import { messageOf } from './error-message.js';
import { loadModel, type LoadedModel } from './load-model.js';
import { ModelHostEndedError } from './model-host-ended.error.js';
import type { ModelHost, StartModelHost } from './model-host.js';
import type { OnnxModelMetadata } from './onnx-model-metadata.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import type { OnnxResultRow, OnnxRow } from './onnx-row.js';
import { BatchLayout } from './tensors/batch-layout.js';
import type { BatchRun } from './tensors/batch-run.js';
import type { ReadRow } from './tensors/read-row.js';
import { ThreadModelHost } from './thread-model-host.js';

export interface OnnxLoadContext {
  /** Ends the load before its next step. The promise is rejected once the worker has ended. */
  readonly signal?: AbortSignal;
  /** Where the session shall live. Default: a worker thread of its own. */
  readonly startHost?: StartModelHost;
}

/**
 * An ONNX model that runs batches. Its session lives in a worker thread, so that a run never holds up the
 * event loop.
 *
 * Call `close` before the process ends. `process.exit` while a run is under way makes ONNX Runtime abort the
 * process.
 */
export class OnnxModel implements BatchProcessor<OnnxRow, OnnxResultRow> {
  /** Inputs and outputs, the execution provider that really runs, the ones that failed, and times. */
  readonly metadata: OnnxModelMetadata;

  /** How requests become tensors and outputs results; what they cost, which run together, and what is padding. */
  readonly layout: BatchLayout;

  private readonly host: ModelHost;
  private readonly outputNames: readonly string[];
  private closing: Promise<void> | undefined;

  private constructor({ host, metadata }: LoadedModel) {
    this.host = host;
    this.metadata = metadata;
    this.layout = new BatchLayout(metadata.name, metadata);
    this.outputNames = metadata.outputs.map(({ name }) => name);
  }

  /**
   * Resolves when the model is open, has proved to run on one of the execution providers, and is warm.
   *
   * @param name For messages, logs and health.
   * @throws InvalidConfigError that lists every fault: options, file, inputs and outputs, execution providers.
   */
  static async load(
    name: string,
    options: OnnxModelOptions,
    context: OnnxLoadContext = {},
  ): Promise<OnnxModel> {
    const startHost = context.startHost ?? ((modelName) => new ThreadModelHost(modelName));
    return new OnnxModel(await loadModel(name, options, startHost, context.signal));
  }

  /** The sizes at which the model runs, where requests are rows, so that the batcher can form them. */
  get allowedBatchSizes(): readonly number[] | undefined {
    const { allowedBatchSizes, maxRowsPerRequest } = this.metadata;
    return maxRowsPerRequest === 1 ? allowedBatchSizes : undefined;
  }

  /** @throws InvalidRequestError that names the input, the shape and type expected, and those received. */
  validateRequest(row: OnnxRow): void {
    this.layout.read(row);
  }

  /**
   * Runs the requests in one call of the model, or in several where they cannot run together: their free dimensions
   * or shared inputs differ, or they have more rows than the model takes. A request that is wrong gets its error in
   * its place, and so do those of a run that failed while others ran.
   *
   * @throws BatcherClosedError after `close`; ModelHostEndedError if the worker has ended; Error with what ONNX
   *   Runtime says if the run fails, or if an output does not have one row for each request.
   */
  async processBatch(
    rows: readonly OnnxRow[],
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    if (this.closing !== undefined) throw new BatcherClosedError(this.metadata.name, 'its model is closed.');
    context.signal.throwIfAborted();
    // Read again although they were on arrival: an array may have been changed or given away since.
    const results = new Array<OnnxResultRow | Error>(rows.length);
    const read = rows.map((row, index) => {
      const tensors = this.tryToRead(row);
      if (tensors instanceof Error) results[index] = tensors;
      return tensors instanceof Error ? undefined : tensors;
    });
    await Promise.all(
      this.layout.plan(read, context).map(async (run) => {
        const runResults = await this.runPart(run, rows.length, context.batchId);
        runResults.forEach((result, index) => {
          const place = run.indexes[index];
          if (place !== undefined) results[place] = result;
        });
      }),
    );
    return results;
  }

  /** Whether the model can run, and on what. */
  getHealth(): ProcessorHealth {
    const { name, path, executionProvider, failedExecutionProviders } = this.metadata;
    const padding = this.layout.readPadding();
    const details = { model: name, path, executionProvider, failedExecutionProviders, padding };
    if (this.closing !== undefined) return { isReady: false, reason: 'The model is closed.', details };
    const { endReason } = this.host;
    if (endReason === undefined) return { isReady: true, details };
    return { isReady: false, reason: `The model cannot run any more: ${endReason}.`, details };
  }

  /**
   * Waits for the runs that have been started, releases the session, and lets the worker end by itself. Safe
   * to call again.
   */
  close(): Promise<void> {
    this.closing ??= this.host.close();
    return this.closing;
  }

  private tryToRead(row: OnnxRow): ReadRow | InvalidRequestError {
    try {
      return this.layout.read(row);
    } catch (error) {
      if (error instanceof InvalidRequestError) return error;
      throw error;
    }
  }

  /** Fails as a whole only if the run is the whole batch, so that no other run's rows fail with it. */
  private async runPart(
    run: BatchRun,
    batchSize: number,
    batchId: number,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    try {
      const { outputs } = await this.host.run({ inputs: run.inputs, outputNames: this.outputNames });
      return run.split(outputs);
    } catch (error) {
      const { indexes, rowCount } = run;
      const cause = this.explain(error, rowCount);
      if (indexes.length === batchSize) throw cause;
      return indexes.map(() => new BatchProcessingError(this.metadata.name, batchId, rowCount, cause));
    }
  }

  private explain(error: unknown, rowCount: number): Error {
    if (error instanceof ModelHostEndedError) return error;
    return new Error(`Model "${this.metadata.name}": a run of ${rowCount} rows failed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
