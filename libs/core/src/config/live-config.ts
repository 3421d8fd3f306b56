import type { BatchingConfig, ResolvedBatchingConfig } from './batching-config.js';
import { describeValue, InvalidConfigError } from '../errors/index.js';
import {
  mergeLayers,
  MOST_CONCURRENT_BATCHES,
  resolveConfig,
  withProcessorLimits,
  type ProcessorLimits,
} from './resolve-config.js';

/**
 * A batcher's configuration, which may change while it runs, and so may what its processor can do: what nobody names
 * follows the processor.
 */
export class LiveConfig {
  /** What all parts of the batcher read; changed in place. */
  readonly live: ResolvedBatchingConfig;
  /** What was named so far, of all layers; the rest is open to the processor. */
  private named: BatchingConfig = {};
  /** The same with every field decided. */
  private decided: ResolvedBatchingConfig;
  /** The most that the processor ever ran at the same time: it is no smaller one when some workers are gone for now. */
  private mostConcurrentBatches = 0;

  /**
   * @param subject What is configured, for messages.
   * @throws InvalidConfigError that lists every fault.
   */
  constructor(
    private readonly subject: string,
    layers: readonly BatchingConfig[],
    private readonly processor: ProcessorLimits,
  ) {
    this.decided = this.decide(layers);
    this.live = withProcessorLimits(this.decided, processor);
  }

  /** The configuration with every field decided. */
  get config(): ResolvedBatchingConfig {
    return this.decided;
  }

  /**
   * What is not named stays as it is, or follows the processor, which may be able to do something else by now.
   *
   * @throws InvalidConfigError that lists every fault; nothing is changed then.
   */
  reconfigure(layers: readonly BatchingConfig[]): void {
    this.decided = this.decide(layers);
    Object.assign(this.live, withProcessorLimits(this.decided, this.processor));
  }

  private decide(layers: readonly BatchingConfig[]): ResolvedBatchingConfig {
    for (const layer of layers as readonly unknown[]) {
      if (typeof layer === 'object' && layer !== null) continue;
      const problem = `received ${describeValue(layer)}, expected an object`;
      throw new InvalidConfigError(this.subject, [{ field: 'config', problem }]);
    }
    const named = mergeLayers([this.named, ...layers]);
    const decided = resolveConfig(this.subject, this.byProcessor, named);
    this.named = named;
    return decided;
  }

  private get byProcessor(): BatchingConfig {
    const { concurrentBatches } = this.processor;
    if (concurrentBatches === undefined) return {};
    this.mostConcurrentBatches = Math.max(this.mostConcurrentBatches, concurrentBatches);
    const most = Math.min(this.mostConcurrentBatches, MOST_CONCURRENT_BATCHES);
    return { maxConcurrentBatches: Math.max(1, most) };
  }
}
