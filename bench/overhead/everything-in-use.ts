import { DynamicBatcher, type BatchingConfig, type RequestOptions } from 'nestjs-batching/core';
import type { Call } from './callers.js';

const LONG_MS = 60_000;

/** A batcher in which priorities, tenants, buckets and deadlines are all in use. */
export function callWithEverythingInUse(
  batchSize: number,
  processBatch: (requests: readonly number[]) => Promise<readonly number[]>,
): Call {
  const batcher = new DynamicBatcher<number, number>(configWithEverything(batchSize), processBatch);
  return (request) => batcher.process(request, OPTIONS[request % OPTIONS.length]);
}

function configWithEverything(maxBatchSize: number): BatchingConfig {
  return { maxBatchSize, maxQueueSize: 4096, defaultTimeoutMs: LONG_MS };
}

/** Made once, as a caller would; what they cost to make is not the batcher's. */
const OPTIONS: readonly RequestOptions[] = Array.from({ length: 64 }, (_, index) => ({
  timeoutMs: LONG_MS + index,
}));
