import type { BatchContext, BatchProcessor, ProcessorHealth } from 'nestjs-batching/core';
import { resultsOf, type FakeEnding } from './fake-ending.js';

/** One batch that a fake processor was called with. */
export interface FakeBatch<TRequest, TResponse> {
  /** What it was called with. */
  readonly requests: readonly TRequest[];
  /** What the batcher told it of the batch. */
  readonly context: BatchContext;
  /** Ends the batch with these results; default: what `respond` makes of its requests. */
  succeed(results?: readonly (TResponse | Error)[]): void;
  /** Fails the batch as a whole. */
  fail(error: unknown): void;
}

/** How long a fake processor takes, and by which clock. */
export interface FakeProcessorOptions {
  /**
   * How long a batch takes, in milliseconds of `clock`, 0 or more: always the same, or by how many requests it holds.
   * Default: a batch waits to be told how it ends, unless `script` has told it.
   */
  readonly latencyMs?: number | ((batchSize: number) => number);
  /** What the latency passes on: a `ManualClock` or a `SimulationClock`, the one that the batcher has. */
  readonly clock?: {
    /** Resolves after that many milliseconds of the clock. */
    sleep(durationMs: number): Promise<void>;
  };
}

/**
 * A processor without a model. Its batches take the time that they are told to take and end as they are told to end,
 * and it remembers what it was called with.
 *
 * ```ts
 * const processor = new FakeProcessor((text: string) => text.length, { clock, latencyMs: (size) => 10 + size });
 * processor.script('success', { batchError: new Error('out of memory') });
 * ```
 *
 * Without `latencyMs` each batch waits for a word of the test:
 *
 * ```ts
 * const processor = new FakeProcessor((text: string) => text.length);
 * …
 * processor.running[0]?.succeed();
 * ```
 */
export class FakeProcessor<TRequest, TResponse> implements BatchProcessor<TRequest, TResponse> {
  /** Every batch so far, in the order in which they came. */
  readonly batches: FakeBatch<TRequest, TResponse>[] = [];
  /** Those that have not ended. */
  readonly running: FakeBatch<TRequest, TResponse>[] = [];
  /** What it says of itself to a health check; may be replaced at any time. */
  health: ProcessorHealth = { isReady: true };
  private readonly endings: FakeEnding[] = [];

  /**
   * @param respond What a request's result is, unless a batch is told otherwise.
   * @throws RangeError if there is a latency, but no clock for it to pass on.
   */
  constructor(
    private readonly respond: (request: TRequest) => TResponse | Error,
    private readonly options: FakeProcessorOptions = {},
  ) {
    if (options.latencyMs !== undefined && options.latencyMs !== 0 && options.clock === undefined) {
      throw new RangeError('FakeProcessor: received a latencyMs, but no clock for it to pass on.');
    }
  }

  /** The requests of every batch so far. */
  get requestsByBatch(): (readonly TRequest[])[] {
    return this.batches.map((batch) => batch.requests);
  }

  /**
   * Says how the next batches end, one after the other; those after them succeed. A batch with an ending takes
   * `latencyMs`, by default 0. When called again, the endings come after those that are left.
   */
  script(...endings: readonly FakeEnding[]): void {
    this.endings.push(...endings);
  }

  getHealth(): ProcessorHealth {
    return this.health;
  }

  /** Takes note of the batch, and ends it as the script, the latency or the test says. */
  readonly processBatch = (
    requests: readonly TRequest[],
    context: BatchContext,
  ): Promise<readonly (TResponse | Error)[]> =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        const index = this.running.indexOf(batch);
        if (index === -1) throw new Error(`Batch ${context.batchId} has already ended.`);
        this.running.splice(index, 1);
      };
      const batch: FakeBatch<TRequest, TResponse> = {
        requests,
        context,
        succeed: (results = requests.map(this.respond)) => {
          end();
          resolve(results);
        },
        fail: (error) => {
          end();
          reject(error);
        },
      };
      this.batches.push(batch);
      this.running.push(batch);
      void this.endByItself(batch);
    });

  private async endByItself(batch: FakeBatch<TRequest, TResponse>): Promise<void> {
    const { latencyMs } = this.options;
    const ending = this.endings.shift() ?? (latencyMs === undefined ? 'hang' : 'success');
    if (ending === 'hang') return;
    const { requests } = batch;
    const durationMs = typeof latencyMs === 'function' ? latencyMs(requests.length) : (latencyMs ?? 0);
    if (durationMs > 0) await this.options.clock?.sleep(durationMs);
    if (!this.running.includes(batch)) return;
    try {
      batch.succeed(resultsOf(ending, requests.map(this.respond)));
    } catch (error) {
      batch.fail(error);
    }
  }
}
