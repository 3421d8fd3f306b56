import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { AnswersUnderWay } from '../batched/answers-under-way.js';
import { BatcherRegistry, type RegisteredBatcher } from '../batchers/batcher.registry.js';
import { ProcessorExplorer } from './processor.explorer.js';

/**
 * Closes the batchers in step with the app. Nest calls the hooks in this order, and closes its servers, which
 * wait for the requests in flight, between the last two:
 *
 * 1. `onModuleDestroy`: readiness goes down, and nobody waits for company any more. Batches go on being served.
 * 2. `beforeApplicationShutdown`: from now on `drainTimeoutMs` counts. A batch that never ends would keep its
 *    requests, and they the server, open; when the time is over they are answered with an error. The servers that
 *    wait for no request are not closed before the answers of those that are under way have been sent.
 * 3. `onApplicationShutdown`: what code without a request has left is finished, then the processors are released.
 */
@Injectable()
export class BatchingLifecycleService
  implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown
{
  private readonly logger = new Logger('Batching');
  private drainTimers: readonly NodeJS.Timeout[] | undefined;
  private shuttingDown: Promise<unknown> | undefined;

  constructor(
    private readonly registry: BatcherRegistry,
    private readonly processors: ProcessorExplorer,
    private readonly answers: AnswersUnderWay,
  ) {}

  onModuleDestroy(): void {
    this.registry.isShuttingDown = true;
    this.processors.bindMade();
    for (const { batcher } of this.registry.all) batcher.expedite();
  }

  /** Of a global module, Nest calls it after those of all others: no load balancer is waited for any more. */
  async beforeApplicationShutdown(): Promise<void> {
    // An app may be closed twice; the time counts from the first, whose end clears the timers.
    this.drainTimers ??= this.registry.all.map(({ batcher }) =>
      setTimeout(() => void batcher.close(), batcher.config.drainTimeoutMs),
    );
    await this.answers.sent();
  }

  async onApplicationShutdown(): Promise<void> {
    // A processor is closed once, however often the app is.
    this.shuttingDown ??= this.shutDownAll();
    await this.shuttingDown;
  }

  /** One that cannot be released keeps none of the others from it. @throws what the first one said */
  private async shutDownAll(): Promise<void> {
    const ends = await Promise.allSettled(this.registry.all.map((registered) => this.shutDown(registered)));
    for (const timer of this.drainTimers ?? []) clearTimeout(timer);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async shutDown({ batcher, processor }: RegisteredBatcher): Promise<void> {
    // No time of its own: the timer that `beforeApplicationShutdown` has set closes the batcher when it is over.
    const { rejectedRequests } = await batcher.drain({ timeoutMs: Infinity });
    if (rejectedRequests > 0) {
      this.logger.warn(
        `Batcher "${batcher.name}" was closed after its drainTimeoutMs of ${batcher.config.drainTimeoutMs} ms; ` +
          `${rejectedRequests} requests got no answer.`,
      );
    }
    await this.release(batcher.name, processor);
  }

  /** What it fails with may say nothing of where it comes from, and of several Nest would be told the first. */
  private async release(name: string, processor: RegisteredBatcher['processor']): Promise<void> {
    try {
      await processor.close?.();
    } catch (error) {
      const [reason, stack] = error instanceof Error ? [error.message, error.stack] : [String(error)];
      this.logger.error(`Batcher "${name}": its processor could not be closed: ${reason}`, stack);
      throw error;
    }
  }
}
