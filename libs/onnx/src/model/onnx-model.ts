import {
  abortNoticeOf,
  BatcherClosedError,
  InvalidConfigError,
  throwIfAborted,
  type BatchContext,
  type BatchProcessor,
  type ProcessorHealth,
} from 'nestjs-batching/core';
import { describeShortage, type FileLocation } from 'nestjs-batching/worker';

import { CALLS_IN_ADVANCE, loadModel } from './load-model.js';
import type { MemoryCeiling } from './memory-ceilings.js';
import { ModelGeneration } from './model-generation.js';
import { startModelWorker, type StartModelWorker } from '../opening/model-worker.js';
import type { OnnxModelMetadata } from './onnx-model-metadata.js';
import type { OnnxModelOptions } from './onnx-model-options.js';
import type { OnnxResultRow, OnnxRow } from '../rows/onnx-row.js';
import { RetiredGenerations } from './retired-generations.js';
import type { BatchLayout } from '../layout/batch-layout.js';
import { compareSignatures } from '../signature/compare-signatures.js';
import type { PaddingStatistics } from '../layout/padding-statistics.js';

/** What surrounds a load, besides the model itself. */
export interface OnnxLoadContext {
  /**
   * Ends the load, as soon as ONNX Runtime is through with what it has begun. The promise is rejected once the workers
   * have ended.
   */
  readonly signal?: AbortSignal;
  /** Starts the workers. Default: threads or processes that run ONNX Runtime. */
  readonly startWorker?: StartModelWorker;
}

/** What is counted while a model runs. */
export interface OnnxModelStatistics {
  /** How much of what has been run is padding: of lengths, and of sizes. */
  readonly padding: PaddingStatistics;
  /** Where memory has not sufficed, and what does. Empty as long as it always has. */
  readonly memoryCeilings: readonly MemoryCeiling[];
}

/**
 * An ONNX model that runs batches. Its sessions live in workers, so that a run never holds up the event loop.
 *
 * Call `close` before the process ends. `process.exit` while a thread runs the model makes ONNX Runtime abort the
 * process.
 */
export class OnnxModel implements BatchProcessor<OnnxRow, OnnxResultRow> {
  private current: ModelGeneration;
  private readonly limitsListeners = new Set<() => void>();
  private stopWatching: () => void;
  /** Settles when the next one may begin. */
  private latestReload: Promise<unknown> = Promise.resolve();
  private readonly retired = new RetiredGenerations();
  private closing: Promise<void> | undefined;
  /** Aborted when the model is closed: what is being loaded is not wanted any more. */
  private readonly closed = new AbortController();

  private constructor(
    private readonly name: string,
    private readonly options: OnnxModelOptions,
    private readonly startWorker: StartModelWorker,
    first: ModelGeneration,
  ) {
    this.current = first;
    this.stopWatching = this.watch(first);
  }

  /**
   * Resolves when the model is open in all workers, has proved to run on one of the execution providers, and is
   * warm.
   *
   * @param name For messages, logs and health.
   * @throws InvalidConfigError that lists every fault: options, file, inputs and outputs, execution providers.
   */
  static async load(
    name: string,
    options: OnnxModelOptions,
    { signal, startWorker = startModelWorker }: OnnxLoadContext = {},
  ): Promise<OnnxModel> {
    const loaded = await loadModel(name, options, startWorker, signal);
    return new OnnxModel(name, options, startWorker, new ModelGeneration(loaded));
  }

  /** Inputs and outputs, the execution provider that really runs, the ones that failed, devices, and times. */
  get metadata(): OnnxModelMetadata {
    return this.current.loaded.metadata;
  }

  /** Padding and want of memory since the model was loaded; a reload begins anew. */
  get statistics(): OnnxModelStatistics {
    const { ceilings, layout } = this.current;
    return { padding: layout.readPadding(), memoryCeilings: ceilings.all };
  }

  /** How requests become tensors and outputs results; what they cost, and which run together. */
  get layout(): BatchLayout {
    return this.current.layout;
  }

  /** The sizes at which the model runs, where requests are rows, so that the batcher can form them. */
  get allowedBatchSizes(): readonly number[] | undefined {
    const { allowedBatchSizes, maxRowsPerRequest } = this.metadata;
    return maxRowsPerRequest === 1 ? allowedBatchSizes : undefined;
  }

  /** While a worker runs one full batch, the tensor of the next one is made and sent. */
  readonly batchesInAdvance = CALLS_IN_ADVANCE;

  /** One batch for each worker that is alive. */
  get concurrentBatches(): number {
    return this.current.loaded.pool.live;
  }

  onLimitsChanged(listener: () => void): () => void {
    this.limitsListeners.add(listener);
    return () => void this.limitsListeners.delete(listener);
  }

  /** @throws InvalidRequestError that names the input, the shape and type expected, and those received. */
  validateRequest(row: OnnxRow): void {
    this.current.layout.read(row);
  }

  /**
   * Runs the requests in one call of the model, or in several where they cannot run together: their free dimensions
   * or shared inputs differ, or they have more rows than the model takes. A request that is wrong gets its error in
   * its place, and so do those that make a run fail.
   *
   * @throws BatcherClosedError after `close`; WorkerEndedError if the worker has ended, and the one after it, too;
   *   RunTimeoutError after `runTimeoutMs`; Error with what ONNX Runtime says if the run of a single request fails, or
   *   if an output does not have one row for each request.
   */
  async processBatch(
    rows: readonly OnnxRow[],
    context: BatchContext,
  ): Promise<readonly (OnnxResultRow | Error)[]> {
    if (this.closing !== undefined) throw new BatcherClosedError(this.name, 'its model is closed.');
    throwIfAborted(abortNoticeOf(context));
    return await this.current.processBatch(rows, context);
  }

  /** Whether the model can run, and on what. */
  getHealth(): ProcessorHealth {
    const { path, executionProvider, failedExecutionProviders } = this.metadata;
    const { status } = this.current.loaded.pool;
    // Those of a model that was replaced have its memory and its cores as well.
    const workers = { ...status, quarantined: status.quarantined + this.retired.quarantined };
    const details = {
      model: this.name,
      path,
      executionProvider,
      failedExecutionProviders,
      padding: this.statistics.padding,
      workers,
    };
    if (this.closing !== undefined) return { isReady: false, reason: 'The model is closed.', details };
    if (workers.live > 0) return { isReady: true, details };
    return { isReady: false, reason: describeShortage(status, 'worker of the model'), details };
  }

  /**
   * Puts another file in the model's place while it serves: the new one is loaded and warmed beside the old one,
   * takes the batches from then on, which is when this resolves. The old one ends when its own are through; for a while
   * both need memory. Another reload waits for that, but not for runs of the old one that hang.
   *
   * @param path The new file; its inputs and outputs must be those of the old one. Default: the file that serves,
   *   again.
   * @throws InvalidConfigError that lists every fault; BatcherClosedError after `close`. The old model serves on then.
   */
  reload(path?: FileLocation): Promise<OnnxModelMetadata> {
    // One at a time: each is held against the one that serves when its turn comes.
    const reload = this.latestReload.then(() => this.reloadNow(path));
    this.latestReload = reload.then(
      () => this.retired.untilThrough(),
      () => undefined,
    );
    return reload;
  }

  /**
   * Waits for the batches that have been started, unless nobody waits for them any more; releases the sessions, and
   * lets the workers end by themselves, those included that hang in a model which was replaced. A reload that is under
   * way is given up. Safe to call again.
   */
  close(): Promise<void> {
    this.closing ??= this.closeOnce();
    return this.closing;
  }

  private async closeOnce(): Promise<void> {
    this.closed.abort(new BatcherClosedError(this.name, 'its model is closed.'));
    // At once, though a reload may not be through: what it has left to this generation waits for its workers.
    await Promise.all([this.current.close(), this.latestReload]);
    await this.retired.untilEnded();
  }

  private async reloadNow(path: FileLocation = this.metadata.path): Promise<OnnxModelMetadata> {
    this.assertOpen();
    const options = { ...this.options, path };
    const loaded = await loadModel(this.name, options, this.startWorker, this.closed.signal);
    const next = new ModelGeneration(loaded);
    const faults = compareSignatures(this.metadata, loaded.metadata);
    if (faults.length > 0 || this.closing !== undefined) {
      await next.close();
      this.assertOpen();
      throw new InvalidConfigError(`model "${this.name}"`, faults);
    }
    const previous = this.current;
    this.stopWatching();
    this.current = next;
    this.stopWatching = this.watch(next);
    this.notifyLimits();
    loaded.options.logger.log(`Model "${this.name}" now serves ${loaded.metadata.path}.`);
    this.retired.add(previous, next);
    return loaded.metadata;
  }

  private assertOpen(): void {
    if (this.closing !== undefined) throw new BatcherClosedError(this.name, 'its model is closed.');
  }

  private watch({ loaded }: ModelGeneration): () => void {
    return loaded.pool.watch(() => this.notifyLimits());
  }

  private notifyLimits(): void {
    for (const listener of this.limitsListeners) listener();
  }
}
