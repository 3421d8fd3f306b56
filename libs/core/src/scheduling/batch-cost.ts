import type { ResolvedBatchingConfig } from '../batching-config.js';
import type { BucketLoad } from '../queue/bucket.js';
import { paddedBatchSize } from './batch-size-choice.js';

type CostOptions = Pick<ResolvedBatchingConfig, 'maxBatchCost' | 'costModel'> &
  Partial<Pick<ResolvedBatchingConfig, 'allowedBatchSizes'>>;

/** Adds up what a batch costs while it is formed. */
export class BatchCost {
  private count = 0;
  private total = 0;
  private largest = 0;

  constructor(private readonly options: CostOptions) {}

  /** Whether a request of this cost still fits. The first always does: it was looked at on arrival. */
  hasRoomFor(cost: number): boolean {
    const { maxBatchCost, costModel } = this.options;
    if (maxBatchCost === undefined || this.count === 0) return true;
    const together =
      costModel === 'sum'
        ? this.total + cost
        : paddedCost(this.count + 1, Math.max(this.largest, cost), this.options);
    return together <= maxBatchCost;
  }

  add(cost: number): void {
    this.count += 1;
    this.total += cost;
    this.largest = Math.max(this.largest, cost);
  }
}

/** Whether requests of these costs reach what a batch may cost, so that there is nothing to wait for. */
export function isBatchCostReached(waiting: BucketLoad, options: CostOptions): boolean {
  const { maxBatchCost, costModel } = options;
  // The largest cost may have to be looked for: only who needs it shall pay for that.
  if (maxBatchCost === undefined) return false;
  const cost =
    costModel === 'sum' ? waiting.totalCost : paddedCost(waiting.size, waiting.largestCost, options);
  return cost >= maxBatchCost;
}

/** What a padded tensor costs: its rows, those included that fill it up to an allowed size, times the longest. */
function paddedCost(count: number, largest: number, options: CostOptions): number {
  return paddedBatchSize(count, options) * largest;
}
