import type { BatchContext, BatchProcessor } from 'nestjs-batching/core';

/** One batch that a fake processor was called with. */
export interface FakeBatch<TRequest, TResponse> {
  readonly requests: readonly TRequest[];
  readonly context: BatchContext;
  /** Ends the batch with these results; default: what `respond` makes of its requests. */
  succeed(results?: readonly (TResponse | Error)[]): void;
  /** Fails the batch as a whole. */
  fail(error: unknown): void;
}

/**
 * A processor that waits to be told how each batch ends, and remembers what it was called with.
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

  /** @param respond What a request's result is, unless a batch is told otherwise. */
  constructor(private readonly respond: (request: TRequest) => TResponse | Error) {}

  /** The requests of every batch so far. */
  get requestsByBatch(): (readonly TRequest[])[] {
    return this.batches.map((batch) => batch.requests);
  }

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
    });
}
