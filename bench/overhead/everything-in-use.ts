import { DynamicBatcher, type BatchingConfig, type RequestOptions } from 'nestjs-batching/core';
import type { Call, ProcessBatch } from './callers.js';

const LONG_MS = 60_000;
const PRIORITIES = 3;
const TENANTS = 8;
const BUCKETS = 4;

/** A batcher in which priorities, tenants, buckets and deadlines are all in use. */
export function callWithEverythingInUse(batchSize: number, processBatch: ProcessBatch): Call {
  const batcher = new DynamicBatcher<number, number>(configWithEverything(batchSize), processBatch);
  return (request) => batcher.process(request, OPTIONS[request % OPTIONS.length]);
}

function configWithEverything(maxBatchSize: number): BatchingConfig<number> {
  return {
    maxBatchSize,
    maxQueueSize: 4096,
    defaultTimeoutMs: LONG_MS,
    priorityLevels: PRIORITIES,
    bucketOf: (request) => request % BUCKETS,
  };
}

/**
 * Made once, as a caller would; what they cost to make is not the batcher's. Their number has no factor in common
 * with that of the buckets, so that every tenant and priority is met in every bucket.
 */
const OPTIONS: readonly RequestOptions[] = Array.from({ length: 3 * 3 * 7 }, (_, index) => ({
  timeoutMs: LONG_MS + index,
  priority: index % PRIORITIES,
  tenant: `tenant ${Math.floor(index / PRIORITIES) % TENANTS}`,
}));
