import {
  BatcherClosedError,
  InvalidConfigError,
  InvalidRequestError,
  ResponseCountMismatchError,
  checkConfig,
  abortNoticeOf,
  assertObject,
  optional,
  type BatchContext,
  type BatchProcessor,
  type ConfigFault,
  type ConfigRules,
  type ProcessorHealth,
} from 'nestjs-batching/core';
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { BatchCalls } from './batch-calls.js';
import { describeShortage } from '../pool/describe-shortage.js';
import { fileLocationOf, toFileUrl, type FileLocation } from './file-location.js';
import { findUncopyable } from './find-uncopyable.js';
import type { ProcessorServiceOptions } from './processor-service.js';
import { readyWithin } from '../hosts/ready-within.js';
import { fromResultBytes } from './result-bytes.js';
import { reviveError } from '../protocol/serialized-error.js';
import { startWorker } from '../hosts/start-worker.js';
import { describeUncopyable, UncopyableError, UnreadableAnswerError } from '../hosts/uncopyable.js';
import { endReasonOf } from '../hosts/worker-ended.error.js';
import type { WorkerIsolation } from '../hosts/worker-host.js';
import { loggerRule, processWarnings, type WorkerLogger } from '../pool/worker-logger.js';
import {
  checkWorkerOptions,
  resolveWorkerOptions,
  withWorkerNumbers,
  WORKER_OPTION_RULES,
  type WorkerOptions,
} from '../pool/worker-options.js';
import { withOwnBytes } from './with-own-bytes.js';
import { WorkerPool } from '../pool/worker-pool.js';

/** Which module runs the batches, and in which workers. */
export interface WorkerBatchProcessorOptions extends WorkerOptions {
  /**
   * The JavaScript module that runs the batches: a `file:` URL, or a path, which counts from the working directory of
   * the process. It exports `processBatch`, by name or as its default, or `createProcessor(workerData)`.
   */
  readonly module: FileLocation;
  /** Plain data for `createProcessor`. Default: undefined. */
  readonly workerData?: unknown;
  /** Where it is said what becomes of the workers. Default: warnings only, as process warnings. */
  readonly logger?: WorkerLogger | undefined;
}

const RULES: ConfigRules<WorkerBatchProcessorOptions> = {
  ...WORKER_OPTION_RULES,
  module: fileLocationOf('a JavaScript module'),
  // Held against the isolation below: a process can copy less than a thread.
  workerData: () => undefined,
  logger: optional(loggerRule),
};

/** The names of all options of a processor in workers. */
export const WORKER_PROCESSOR_OPTION_NAMES: readonly string[] = Object.keys(RULES);

/**
 * Runs batches of a processor module in workers, so that what takes the processor long does not hold up the event
 * loop. A worker that ends is replaced, and its batch runs on another one.
 */
export class WorkerBatchProcessor implements BatchProcessor<unknown, unknown> {
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly name: string,
    private readonly module: URL,
    private readonly isolation: WorkerIsolation,
    private readonly mayRunTwice: boolean,
    private readonly pool: WorkerPool<BatchCalls>,
  ) {}

  /**
   * Resolves when all workers have loaded the module.
   *
   * @param name For messages, logs and health.
   * @throws InvalidConfigError that lists every fault: options, and what the module says when it is loaded.
   */
  static async start(name: string, given: WorkerBatchProcessorOptions): Promise<WorkerBatchProcessor> {
    const subject = `processor "${name}"`;
    assertObject(subject, given, "an object with the processor's module");
    const received = withWorkerNumbers(given);
    const { faults, isValid } = checkConfig<WorkerBatchProcessorOptions>({ ...received }, RULES);
    faults.push(...checkWorkerOptions(received, isValid));
    const module = isValid('module') ? toFileUrl(received.module) : undefined;
    if (module !== undefined && !existsSync(module)) {
      faults.push({ field: 'module', problem: describeAbsent(module, received.module) });
    }
    const options = resolveWorkerOptions(received, isValid);
    faults.push(...checkWorkerData(received.workerData, options.isolation));
    if (module === undefined || faults.length > 0) throw new InvalidConfigError(subject, faults);

    const pool = new WorkerPool<BatchCalls>({
      ...options,
      subject,
      workers: options.instances,
      callsInAdvance: 0,
      logger: received.logger ?? processWarnings('WorkerProcessorWarning'),
      start: async (_, { onSpawned, signal }) => {
        const serviceOptions: ProcessorServiceOptions = {
          module: module.href,
          workerData: received.workerData,
        };
        const host = startWorker<BatchCalls>(options.isolation, {
          subject,
          service: new URL('./processor-service.js', import.meta.url),
          options: serviceOptions,
          isTerminable: true,
        });
        onSpawned(host);
        return await readyWithin(host, options.startTimeoutMs, () => Promise.resolve(host), signal);
      },
    });
    try {
      await pool.start();
    } catch (error) {
      const problem = endReasonOf(error);
      throw new InvalidConfigError(subject, [{ field: 'module', problem }]);
    }
    return new WorkerBatchProcessor(name, module, options.isolation, options.retries > 0, pool);
  }

  /** One batch for each worker that is alive. */
  get concurrentBatches(): number {
    return this.pool.live;
  }

  onLimitsChanged(listener: () => void): () => void {
    return this.pool.watch(listener);
  }

  /**
   * A request that cannot be copied gets an `InvalidRequestError` in its place, a result that cannot be an `Error`.
   *
   * @throws what the module's `processBatch` throws; WorkerEndedError if the worker has ended, and the one after it,
   *   too; RunTimeoutError after `runTimeoutMs`; BatcherClosedError after `close`.
   */
  async processBatch(requests: readonly unknown[], context: BatchContext): Promise<readonly unknown[]> {
    if (this.closing !== undefined) throw new BatcherClosedError(this.name, 'its workers have been stopped.');
    try {
      return await this.runBatch(requests, context);
    } catch (error) {
      if (!(error instanceof UncopyableError)) throw error;
      return await this.runCopyable(requests, context);
    }
  }

  /** Finds those who cannot be copied by a look at each, and runs the others. */
  private async runCopyable(requests: readonly unknown[], context: BatchContext): Promise<unknown[]> {
    const problems = requests.map((request) => describeUncopyable(request, this.isolation));
    const copyable = requests.filter((_, index) => problems[index] === undefined);
    const results = copyable.length === 0 ? [] : await this.runBatch(copyable, context);
    if (!Array.isArray(results) || results.length !== copyable.length) {
      throw new ResponseCountMismatchError(this.name, copyable.length, results);
    }
    let next = 0;
    return problems.map((problem) =>
      problem === undefined
        ? (results as readonly unknown[])[next++]
        : new InvalidRequestError(
            `Processor "${this.name}": the request cannot be copied into a worker: ${problem} Send plain data.`,
          ),
    );
  }

  private async runBatch(requests: readonly unknown[], context: BatchContext): Promise<readonly unknown[]> {
    try {
      return await this.ask(requests, context, false);
    } catch (error) {
      if (!(error instanceof UnreadableAnswerError) || !this.mayRunTwice) throw error;
      // What can be written cannot always be read: it may be nested too deeply. The others shall have theirs.
      return await this.ask(requests, context, true);
    }
  }

  private async ask(
    requests: readonly unknown[],
    context: BatchContext,
    isApart: boolean,
  ): Promise<readonly unknown[]> {
    const sent = this.isolation === 'thread' ? requests.map(withOwnBytes) : requests;
    const { batchId, paddedBatchSize } = context;
    const request = { requests: sent, batchId, paddedBatchSize, isApart };
    const signal = abortNoticeOf(context);
    const reply = await this.pool.run('batch', () => ({ request, buffers: [] }), { signal });
    if (!Array.isArray(reply.results)) return reply.results;
    const received = reply.results as readonly unknown[];
    const results = isApart ? received.map(fromResultBytes) : [...received];
    for (const { index, error } of reply.errors) results[index] = reviveError(error);
    return results;
  }

  getHealth(): ProcessorHealth {
    const workers = this.pool.status;
    const details = { module: fileURLToPath(this.module), workers };
    if (this.closing !== undefined)
      return { isReady: false, reason: 'The workers have been stopped.', details };
    if (workers.live > 0) return { isReady: true, details };
    return { isReady: false, reason: describeShortage(workers, 'worker'), details };
  }

  /** Lets the batches that have begun finish, and ends the workers. Safe to call again. */
  close(): Promise<void> {
    this.closing ??= this.pool.close();
    return this.closing;
  }
}

/** Most relative paths are meant from the file that they stand in, as those of imports are. */
function describeAbsent(module: URL, given: FileLocation): string {
  const problem = `"${fileURLToPath(module)}" does not exist`;
  if (typeof given !== 'string' || isAbsolute(given) || given.startsWith('file:')) return problem;
  const specifier = given.startsWith('.') ? given : `./${given}`;
  return (
    `${problem}; a relative path counts from ${process.cwd()}, ` +
    `new URL('${specifier}', import.meta.url) from the file in which it stands`
  );
}

function checkWorkerData(workerData: unknown, isolation: WorkerIsolation): ConfigFault[] {
  const part = findUncopyable(workerData, isolation);
  if (part === undefined) return [];
  const problem = `expected plain data, which can be copied into a ${isolation}: ${part.reason}`;
  return [{ field: `workerData${part.path}`, problem }];
}
