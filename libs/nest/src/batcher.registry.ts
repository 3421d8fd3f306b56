import { Injectable } from '@nestjs/common';
import {
  DynamicBatcher,
  InvalidConfigError,
  type BatchingConfig,
  type BatchProcessor,
} from 'nestjs-batching/core';
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
    if (this.registered.has(name)) {
      throw new InvalidConfigError(`batcher "${name}"`, [
        { field: 'name', problem: 'another batcher has it already; names are unique in an app' },
      ]);
    }
    assertProcessor(name, processor);
    const batcher = new DynamicBatcher<unknown, unknown>(layers, processor as never, { name });
    this.registered.set(name, { batcher, processor: typeof processor === 'function' ? {} : processor });
    return batcher;
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
