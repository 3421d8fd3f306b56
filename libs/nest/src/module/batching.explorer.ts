import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { DynamicBatcher, InvalidConfigError } from 'nestjs-batching/core';
import { BatchedMethodExplorer } from '../batched/batched-method.explorer.js';
import { BatcherRegistry } from '../batchers/batcher.registry.js';
import { batcherNameOfToken } from '../batchers/batcher.tokens.js';
import { ProcessorExplorer } from './processor.explorer.js';

/** Looks the app over when it starts: every processor gets its batcher, every `@Batched()` method must have one. */
@Injectable()
export class BatchingExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly registry: BatcherRegistry,
    private readonly processors: ProcessorExplorer,
    private readonly methods: BatchedMethodExplorer,
  ) {}

  /** @throws InvalidConfigError that lists every fault of processors, injections and methods. */
  onModuleInit(): void {
    this.adoptOverriddenBatchers();
    const faults = [...this.processors.explore(), ...this.methods.explore()];
    if (faults.length > 0) throw new InvalidConfigError('batching', faults);
  }

  /** `overrideProvider(getBatcherToken('digits'))` in a test: that batcher was not made by the registry. */
  private adoptOverriddenBatchers(): void {
    for (const { token, instance } of this.discovery.getProviders()) {
      const name = batcherNameOfToken(token);
      if (name === undefined || !(instance instanceof DynamicBatcher)) continue;
      if (this.registry.find(name) === undefined) this.registry.adopt(name, instance);
    }
  }
}
