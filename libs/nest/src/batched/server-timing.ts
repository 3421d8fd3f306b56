import type { BatchInfo } from 'nestjs-batching/core';

/**
 * The batch as a `Server-Timing` header (W3C Server Timing), which browsers show beside the request:
 * `queue;dur=2.1, processing;dur=8.3, batch;desc="17", batch-id;desc="42"`. Durations in milliseconds, `batch`
 * is the batch's size.
 */
export function toServerTiming({ queueTimeMs, processingTimeMs, batchSize, batchId }: BatchInfo): string {
  return (
    `queue;dur=${round(queueTimeMs)}, processing;dur=${round(processingTimeMs)}, ` +
    `batch;desc="${batchSize}", batch-id;desc="${batchId}"`
  );
}

function round(durationMs: number): string {
  return durationMs.toFixed(1);
}
