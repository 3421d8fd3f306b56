import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { DynamicBatcher, InvalidConfigError, type ConfigFault } from 'nestjs-batching/core';
import { BATCHED_METADATA, type BatchedMetadata } from './batched.metadata.js';
import { BatcherRegistry } from './batcher.registry.js';
import { unknownBatcherError } from './batcher.service.js';
import { batcherNameOf } from './batcher.tokens.js';

/** Looks at every `@Batched()` method when the app starts: one that names no batcher stops the start. */
@Injectable()
export class BatchedExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: BatcherRegistry,
  ) {}

  /** @throws InvalidConfigError that lists every such method. */
  onModuleInit(): void {
    this.adoptOverriddenBatchers();
    const faults = this.discovery.getControllers().flatMap(({ metatype }) => this.findFaults(metatype));
    if (faults.length > 0) throw new InvalidConfigError('@Batched()', faults);
  }

  /** `overrideProvider(getBatcherToken('digits'))` in a test: that batcher was not made by the registry. */
  private adoptOverriddenBatchers(): void {
    for (const { token, instance } of this.discovery.getProviders()) {
      const name = batcherNameOf(token);
      if (name === undefined || !(instance instanceof DynamicBatcher)) continue;
      if (this.registry.find(name) === undefined) this.registry.adopt(name, instance);
    }
  }

  private findFaults(controller: unknown): ConfigFault[] {
    if (typeof controller !== 'function') return [];
    const prototype = controller.prototype as Record<string, object>;
    return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
      const metadata = Reflect.getMetadata(BATCHED_METADATA, prototype[methodName] ?? {}) as
        BatchedMetadata | undefined;
      if (metadata === undefined || this.registry.find(metadata.batcherName) !== undefined) return [];
      const { faults } = unknownBatcherError('@Batched()', metadata.batcherName, this.registry.names);
      return faults.map(({ problem }) => ({ field: `${controller.name}.${methodName}`, problem }));
    });
  }
}
