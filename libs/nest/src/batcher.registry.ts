import { Injectable } from '@nestjs/common';
import {
  DynamicBatcher,
  InvalidConfigError,
  resolveConfig,
  type BatchingConfig,
  type BatchProcessor,
  type BatchProcessorLike,
} from 'nestjs-batching/core';
import { LateProcessor } from './late-processor.js';
import { assertProcessor } from './processor-reference.js';

/** A batcher of this app, with what runs its batches. */
export interface RegisteredBatcher {
  readonly batcher: DynamicBatcher<unknown, unknown>;
  readonly processor: Pick<BatchProcessor<never, unknown>, 'close'>;
}

/** Every batcher of the app, by name. One for the whole app, whichever module registers a batcher. */
@Injectable()
export class BatcherRegistry {
  /** Set when the app begins to close: readiness goes down, nobody waits for company any more. */
  isShuttingDown = false;
  private readonly registered = new Map<string, RegisteredBatcher>();
  private readonly late = new Map<string, LateProcessor>();

  /**
   * Makes a batcher.
   *
   * @param layers Configurations; a later one wins.
   * @throws InvalidConfigError if the name is taken, the processor is none, or the configuration is wrong.
   */
  create(name: string, processor: unknown, ...layers: BatchingConfig[]): DynamicBatcher<unknown, unknown> {
    if (typeof name !== 'string' || name === '') {
      throw new InvalidConfigError('a batcher', [
        { field: 'name', problem: `received ${JSON.stringify(name)}, expected a name that is not empty` },
      ]);
    }
    if (this.registered.has(name) && !this.isExpected(name)) {
      throw new InvalidConfigError(`batcher "${name}"`, [
        { field: 'name', problem: 'another batcher has it already; names are unique in an app' },
      ]);
    }
    assertProcessor(name, processor);
    const expected = this.late.get(name);
    if (expected !== undefined) return this.fulfill(name, expected, processor, layers);
    const batcher = new DynamicBatcher<unknown, unknown>(layers, processor as never, { name });
    this.registered.set(name, { batcher, processor: typeof processor === 'function' ? {} : processor });
    return batcher;
  }

  /** A batcher that was expected for the sake of a class of that name, which may not even be of this app. */
  private fulfill(
    name: string,
    late: LateProcessor,
    processor: BatchProcessorLike<never, unknown>,
    layers: readonly BatchingConfig[],
  ): DynamicBatcher<unknown, unknown> {
    const { batcher } = this.registered.get(name)!;
    this.configure(batcher, ...layers);
    const target = typeof processor === 'function' ? { processBatch: processor } : processor;
    late.bind(target as BatchProcessor<unknown, unknown>);
    return batcher;
  }

  /**
   * Makes the batcher of a `@BatchProcessor()` whose instance is not there yet; `bind` follows. The same one if it
   * has been made already.
   */
  expect(name: string): DynamicBatcher<unknown, unknown> {
    const expected = this.late.has(name) ? this.find(name) : undefined;
    if (expected !== undefined) return expected;
    const late = new LateProcessor(name);
    const batcher = this.create(name, late);
    this.late.set(name, late);
    return batcher;
  }

  /** Decides how a batcher that was expected batches. A later layer wins. @throws InvalidConfigError */
  configure(batcher: DynamicBatcher<unknown, unknown>, ...layers: BatchingConfig[]): void {
    batcher.reconfigure(resolveConfig(`batcher "${batcher.name}"`, ...layers));
  }

  /** The instance that runs the batches of a batcher that was expected. */
  bind(name: string, processor: BatchProcessor<unknown, unknown>): void {
    this.late.get(name)?.bind(processor);
  }

  /** Whether the batcher waits for its processor. */
  isExpected(name: string): boolean {
    return this.late.get(name)?.isBound === false;
  }

  /** Forgets a batcher that nobody has a processor for. */
  discard(name: string): void {
    void this.registered.get(name)?.batcher.close();
    this.registered.delete(name);
    this.late.delete(name);
  }

  get names(): readonly string[] {
    return [...this.registered.keys()];
  }

  get all(): readonly RegisteredBatcher[] {
    return [...this.registered.values()];
  }

  find(name: string): DynamicBatcher<unknown, unknown> | undefined {
    return this.registered.get(name)?.batcher;
  }
}
