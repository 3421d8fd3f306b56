import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { BatcherRegistry, findAnnouncedBatchers } from 'nestjs-batching';
import { assertKnownNames } from './assert-known-names.js';
import {
  assertOneCall,
  BATCHING_TESTING_OPTIONS,
  type BatchingTestingOptions,
} from './batching-testing-options.js';

/** Keeps a test honest at its start, and lets its app close at its end. */
@Injectable()
export class BatchingTestingService implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly names: readonly string[];

  /**
   * @throws InvalidConfigError if there are options of another call, or a processor is meant for a batcher that the app
   *   cannot have.
   */
  constructor(
    @Inject(BATCHING_TESTING_OPTIONS) private readonly options: BatchingTestingOptions,
    private readonly registry: BatcherRegistry,
    discovery: DiscoveryService,
  ) {
    assertOneCall(discovery);
    this.names = Object.keys(options.processors ?? {});
    const { certain, possible } = findAnnouncedBatchers(discovery);
    assertKnownNames(this.names, (name) => possible.has(name), certain);
  }

  /** @throws InvalidConfigError if one is meant for a batcher that the app does not have after all. */
  onModuleInit(): void {
    const { names } = this.registry;
    assertKnownNames(this.names, (name) => names.includes(name), names);
  }

  /** The batchers wait for messages in a hook that may come before the next one. */
  async onModuleDestroy(): Promise<void> {
    await this.options.clock?.flush?.();
  }

  /** A server waits for its requests before it closes, and they for a clock that stands still. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.options.clock?.flush?.();
  }
}
