import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { BatcherRegistry, InvalidConfigError } from 'nestjs-batching';
import { BATCHING_TESTING_OPTIONS, type BatchingTestingOptions } from './batching-testing-options.js';

/** Keeps a test honest at its start, and lets its app close at its end. */
@Injectable()
export class BatchingTestingService implements OnModuleInit, BeforeApplicationShutdown {
  constructor(
    @Inject(BATCHING_TESTING_OPTIONS) private readonly options: BatchingTestingOptions,
    private readonly registry: BatcherRegistry,
  ) {}

  /** @throws InvalidConfigError if a processor is meant for a batcher that the app does not have. */
  onModuleInit(): void {
    const { names } = this.registry;
    const unknown = Object.keys(this.options.processors ?? {}).filter((name) => !names.includes(name));
    if (unknown.length === 0) return;
    const there =
      names.length === 0 ? 'the app has no batcher' : `the app's batchers are ${names.join(', ')}`;
    throw new InvalidConfigError(
      'BatchingTestingModule.forRoot()',
      unknown.map((name) => ({ field: `processors.${name}`, problem: there })),
    );
  }

  /** A server waits for its requests before it closes, and they for a clock that stands still. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.options.clock?.flush?.();
  }
}
