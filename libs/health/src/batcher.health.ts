import { Injectable } from '@nestjs/common';
import { HealthIndicatorService, type HealthIndicatorResult } from '@nestjs/terminus';
import { BatcherRegistry, BatcherService, DEFAULT_BATCHER_NAME, type DynamicBatcher } from 'nestjs-batching';

/**
 * Tells terminus whether a batcher can take requests: its processor is ready (a model: loaded and warm), its
 * queue is not full, and the app is not about to close.
 *
 * ```ts
 * @Get('ready')
 * @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.batchers.check('digits')]);
 * }
 * ```
 */
@Injectable()
export class BatcherHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly batchers: BatcherService,
    private readonly registry: BatcherRegistry,
  ) {}

  /**
   * `up`, or `down` with the reason. Either way with the figures of the queue and what the processor tells.
   *
   * @param name The batcher's name, which is also the key in the answer. Default: the default batcher.
   * @throws InvalidConfigError if there is no such batcher.
   */
  check(name = DEFAULT_BATCHER_NAME): HealthIndicatorResult {
    const batcher = this.batchers.get(name);
    const reason = this.reasonAgainst(batcher);
    const indicator = this.indicators.check(name);
    const details = describe(batcher);
    return reason === undefined ? indicator.up(details) : indicator.down({ message: reason, ...details });
  }

  /** Every batcher of the app, for `health.check(indicator.checkAll())`. */
  checkAll(): (() => HealthIndicatorResult)[] {
    return this.batchers.names.map((name) => () => this.check(name));
  }

  private reasonAgainst(batcher: DynamicBatcher<unknown, unknown>): string | undefined {
    if (this.registry.isShuttingDown || batcher.state !== 'open') return 'shutting down';
    const processor = batcher.getProcessorHealth();
    if (!processor.isReady) return processor.reason ?? 'the processor is not ready';
    const { isQueueFull, currentQueueSize } = batcher.getStatistics();
    return isQueueFull ? `the queue is full: ${currentQueueSize} requests wait` : undefined;
  }
}

function describe(batcher: DynamicBatcher<unknown, unknown>): Record<string, unknown> {
  const { currentQueueSize, maxQueueSize, oldestWaitMs, batchesInFlight } = batcher.getStatistics();
  return {
    queue: { size: currentQueueSize, maxSize: maxQueueSize, oldestWaitMs: Math.round(oldestWaitMs) },
    batchesInFlight,
    ...batcher.getProcessorHealth().details,
  };
}
