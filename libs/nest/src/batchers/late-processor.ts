import type { BatchContext, BatchProcessor, ProcessorHealth } from 'nestjs-batching/core';
import { ProcessorNotThereError } from './processor-not-there.error.js';

/**
 * Stands for a `@BatchProcessor()` until Nest has made it: a batcher can be injected before, also into what its own
 * processor needs.
 */
export class LateProcessor implements BatchProcessor<unknown, unknown> {
  validateRequest?: (request: unknown) => void;
  private target: BatchProcessor<unknown, unknown> | undefined;
  private onBound: () => void = () => undefined;

  constructor(private readonly name: string) {}

  get isBound(): boolean {
    return this.target !== undefined;
  }

  get allowedBatchSizes(): readonly number[] | undefined {
    return this.target?.allowedBatchSizes;
  }

  get concurrentBatches(): number | undefined {
    return this.target?.concurrentBatches;
  }

  get batchesInAdvance(): number | undefined {
    return this.target?.batchesInAdvance;
  }

  onLimitsChanged(listener: () => void): void {
    this.onBound = listener;
  }

  /** From now on this one runs the batches. */
  bind(target: BatchProcessor<unknown, unknown>): void {
    this.target = target;
    if (target.validateRequest !== undefined) this.validateRequest = target.validateRequest.bind(target);
    target.onLimitsChanged?.(this.onBound);
    this.onBound();
  }

  processBatch(
    requests: readonly unknown[],
    context: BatchContext,
  ): ReturnType<BatchProcessor<unknown, unknown>['processBatch']> {
    if (this.target === undefined) {
      throw new ProcessorNotThereError(this.name);
    }
    return this.target.processBatch(requests, context);
  }

  getHealth(): ProcessorHealth {
    if (this.target === undefined) return { isReady: false, reason: 'the app has not started' };
    return this.target.getHealth?.() ?? { isReady: true };
  }

  async close(): Promise<void> {
    await this.target?.close?.();
  }
}
