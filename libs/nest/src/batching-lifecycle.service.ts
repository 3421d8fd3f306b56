import { Injectable, Logger, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { BatcherRegistry, type RegisteredBatcher } from './batcher.registry.js';

/**
 * Closes the batchers in step with the app. Nest calls the hooks in this order, and closes its servers, which
 * wait for the requests in flight, between the last two:
 *
 * 1. `onModuleDestroy`: readiness goes down, and nobody waits for company any more. Batches go on being served.
 * 2. `onApplicationShutdown`: what code without a request has left is finished, then the processors are released.
 */
@Injectable()
export class BatchingLifecycleService implements OnModuleDestroy, OnApplicationShutdown {
  private readonly logger = new Logger('Batching');

  constructor(private readonly registry: BatcherRegistry) {}

  onModuleDestroy(): void {
    this.registry.isShuttingDown = true;
    for (const { batcher } of this.registry.all) batcher.expedite();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.registry.all.map((registered) => this.shutDown(registered)));
  }

  private async shutDown({ batcher, processor }: RegisteredBatcher): Promise<void> {
    const { rejectedRequests } = await batcher.drain();
    if (rejectedRequests > 0) {
      this.logger.warn(
        `Batcher "${batcher.name}" was closed after its drainTimeoutMs of ${batcher.config.drainTimeoutMs} ms; ` +
          `${rejectedRequests} requests got no answer.`,
      );
    }
    await processor.close?.();
  }
}
