import { DEFAULT_BATCHING_CONFIG, type BatchingConfig } from 'nestjs-batching/core';

import type { BatchLayout } from '../layout/batch-layout.js';
import type { ModelSignature } from '../signature/model-signature.js';

/** A model, whose layout is another one after each reload. */
interface HasLayout {
  readonly layout: Pick<BatchLayout, 'bucketOf' | 'costOf' | 'rowCountOf'>;
}

/**
 * What a model's requests ask of batching where the application says nothing of it:
 *
 * - Requests that do not run together, by length or by shared inputs, do not share a batch (`bucketOf`).
 * - Where a request may bring several rows, it costs its rows, and a batch has room for `maxBatchSize` of them.
 * - A `maxBatchCost` of a model with dynamic axes counts positions with padding: rows times lengths.
 */
export function batchingThatFollows(
  { inputs, dynamicAxes, maxRowsPerRequest }: ModelSignature,
  model: HasLayout,
  given: BatchingConfig,
): BatchingConfig {
  const hasBuckets = dynamicAxes.length > 0 || inputs.some(({ batchAxis }) => batchAxis === undefined);
  return {
    ...(hasBuckets &&
      given.bucketOf === undefined && { bucketOf: (row: unknown) => model.layout.bucketOf(row) }),
    ...costThatFollows(dynamicAxes.length > 0, maxRowsPerRequest, model, given),
  };
}

function costThatFollows(
  isPadded: boolean,
  maxRowsPerRequest: number,
  model: HasLayout,
  { costOf, costModel, maxBatchCost, maxBatchSize = DEFAULT_BATCHING_CONFIG.maxBatchSize }: BatchingConfig,
): BatchingConfig {
  if (costOf !== undefined) return {};
  if (isPadded && maxBatchCost !== undefined) {
    return { costOf: (row) => model.layout.costOf(row), costModel: costModel ?? 'padded' };
  }
  if (maxRowsPerRequest === 1) return {};
  return {
    costOf: (row) => model.layout.rowCountOf(row),
    maxBatchCost: maxBatchCost ?? Math.max(maxBatchSize, maxRowsPerRequest),
  };
}
