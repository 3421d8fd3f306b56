import { DEFAULT_BATCHING_CONFIG, type ResolvedBatchingConfig } from '../config/batching-config.js';
import type { QueueRules } from '../queue/bounded-request-queue.js';
import type { BucketLoad } from '../queue/bucket.js';
import { isBatchCostReached } from './batch-cost.js';
import type { BatchBuilder } from './batch-builder.js';

/** What the queue must know of the configuration, read from it each time. */
export class ConfiguredQueueRules implements QueueRules {
  constructor(
    private readonly config: ResolvedBatchingConfig,
    private readonly builder: Pick<BatchBuilder, 'dispatchAtOnceSize'>,
  ) {}

  get maxQueueSize(): number {
    return this.config.maxQueueSize;
  }

  get priorityAgingMs(): number {
    return this.config.priorityAgingMs;
  }

  weightOf(tenant: string | undefined): number {
    return weightOfTenant(tenant, this.config);
  }

  /** Where costs are limited, few may be enough. */
  get leastReadySize(): number {
    return this.config.maxBatchCost === undefined ? this.builder.dispatchAtOnceSize : 1;
  }

  isReady(bucket: BucketLoad): boolean {
    return bucket.size >= this.builder.dispatchAtOnceSize || isBatchCostReached(bucket, this.config);
  }
}

/** How large a tenant's share is, beside those of the others; 1 for who has none of their own, and for nobody. */
export function weightOfTenant(
  tenant: string | undefined,
  { tenantWeights }: Pick<ResolvedBatchingConfig, 'tenantWeights'>,
): number {
  if (tenantWeights === DEFAULT_BATCHING_CONFIG.tenantWeights) return 1;
  // A tenant may be called as something that every object has: only what the configuration names counts.
  return tenant !== undefined && Object.hasOwn(tenantWeights, tenant) ? (tenantWeights[tenant] ?? 1) : 1;
}
