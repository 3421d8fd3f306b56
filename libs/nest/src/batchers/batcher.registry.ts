import { Inject, Injectable, Optional } from '@nestjs/common';
import {
  DynamicBatcher,
  InvalidConfigError,
  systemClock,
  type BatchingConfig,
  type BatchProcessor,
  type BatchProcessorLike,
  type Clock,
} from 'nestjs-batching/core';
import {
  BATCHING_OVERRIDES,
  replacedProcessor,
  type BatchingOverrides,
} from '../options/batching-overrides.js';
import { LateProcessor } from './late-processor.js';
import { assertProcessor } from './processor-reference.js';

/** A batcher of this app, with what runs its batches. */
export interface RegisteredBatcher {
  /** What requests are sent through. */
  readonly batcher: DynamicBatcher<unknown, unknown>;
  /** How to release what runs its batches, once it is drained. */
  readonly processor: Pick<BatchProcessor<never, unknown>, 'close'>;
}

/** Every batcher of the app, by name. One for the whole app, whichever module registers a batcher. */
@Injectable()
export class BatcherRegistry {
  /** Set when the app begins to close: readiness goes down, nobody waits for company any more. */
  isShuttingDown = false;
  private readonly registered = new Map<string, RegisteredBatcher>();
  private readonly late = new Map<string, LateProcessor>();
  /** What has been registered for a `@BatchProcessor()` beside what its decorator says. */
  private readonly additions = new Map<string, BatchingConfig>();
  /** Those that were made elsewhere. */
  private readonly adopted = new Set<string>();
  private readonly overrides: BatchingOverrides;

  /**
   * Nest makes the one of an app.
   *
   * @param overrides What a test puts in place of the app's own clock, processors and configuration.
   */
  constructor(@Optional() @Inject(BATCHING_OVERRIDES) overrides?: BatchingOverrides) {
    this.overrides = overrides ?? {};
  }

  /** The time that the app's batchers go by. */
  get clock(): Clock {
    return this.overrides.clock ?? systemClock;
  }

  /**
   * Makes a batcher.
   *
   * @param layers Configurations; a later one wins.
   * @throws InvalidConfigError if the name is taken, the processor is none, or the configuration is wrong.
   */
  create(name: string, ownProcessor: unknown, ...layers: BatchingConfig[]): DynamicBatcher<unknown, unknown> {
    if (typeof name !== 'string' || name === '') {
      throw new InvalidConfigError('a batcher', [
        {
          field: 'name',
          problem: `received ${JSON.stringify(name)}, expected a name that is not empty; only a class with @BatchProcessor() has its own`,
        },
      ]);
    }
    if (this.registered.has(name) && !this.isExpected(name)) {
      throw new InvalidConfigError(`batcher "${name}"`, [
        {
          field: 'name',
          problem:
            'another batcher has it already; names are unique in an app; modules that share a batcher import the one ' +
            'module that registers and exports it',
        },
      ]);
    }
    const processor = replacedProcessor(name, this.overrides) ?? ownProcessor;
    assertProcessor(name, processor);
    const expected = this.late.get(name);
    if (expected !== undefined) return this.fulfill(name, expected, processor, layers);
    const { clock, overrides } = this;
    const allLayers = [...layers, overrides.config ?? {}];
    const batcher = new DynamicBatcher<unknown, unknown>(allLayers, processor as never, { name, clock });
    // Nest has made the batcher's own processor, also where a test has put another one in its place.
    const processors = new Set([processor, ownProcessor].filter(isClosable));
    const close = async (): Promise<void> => {
      for (const closable of processors) await closable.close();
    };
    this.registered.set(name, { batcher, processor: { close } });
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

  /** Like `expect`, for a class that has been registered with a configuration, which wins over its decorator's. */
  expectWith(name: string, config: BatchingConfig): DynamicBatcher<unknown, unknown> {
    this.additions.set(name, config);
    return this.expect(name);
  }

  /** What wins over the decorator of the processor of that name. */
  additionTo(name: string): BatchingConfig {
    return this.additions.get(name) ?? {};
  }

  /** Decides how a batcher that was expected batches. A later layer wins. @throws InvalidConfigError */
  configure(batcher: DynamicBatcher<unknown, unknown>, ...layers: BatchingConfig[]): void {
    batcher.reconfigure([...layers, this.overrides.config ?? {}]);
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

  /**
   * Takes in a batcher that was made elsewhere: a test has put it in the place of one of the app's. It is closed with
   * the app, its processor is not.
   */
  adopt(name: string, batcher: DynamicBatcher<unknown, unknown>): void {
    this.registered.set(name, { batcher, processor: {} });
    this.adopted.add(name);
  }

  /** Whether the batcher was made elsewhere, with a processor of its own. */
  isAdopted(name: string): boolean {
    return this.adopted.has(name);
  }

  /** In alphabetical order: the one in which Nest makes providers says nothing. */
  get names(): readonly string[] {
    return [...this.registered.keys()].sort();
  }

  /** Every batcher of the app, in the order in which they were made. */
  get all(): readonly RegisteredBatcher[] {
    return [...this.registered.values()];
  }

  /** The batcher of that name; undefined if there is none. */
  find(name: string): DynamicBatcher<unknown, unknown> | undefined {
    return this.registered.get(name)?.batcher;
  }

  /**
   * Gives a batcher that was expected its processor after all. It was expected since a class had been declared under
   * its name, which may not even be of this app.
   */
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
}

function isClosable(
  processor: unknown,
): processor is Required<Pick<BatchProcessor<never, unknown>, 'close'>> {
  return (
    typeof processor === 'object' &&
    processor !== null &&
    'close' in processor &&
    typeof processor.close === 'function'
  );
}
