import type { ResolvedBatchingConfig } from '../config/batching-config.js';
import type { BucketLoad } from '../queue/bucket.js';

type CostOptions = Pick<ResolvedBatchingConfig, 'maxBatchCost' | 'costModel'>;

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
      costModel === 'sum' ? this.total + cost : (this.count + 1) * Math.max(this.largest, cost);
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
  const cost = costModel === 'sum' ? waiting.totalCost : waiting.size * waiting.largestCost;
  return cost >= maxBatchCost;
}
