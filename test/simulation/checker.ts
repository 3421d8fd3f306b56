import type { DrainResult, QueueStatistics } from 'nestjs-batching/core';
import type { Batch } from './batch.js';
import type { Call } from './call.js';
import type { Ledger } from './ledger.js';

/** Sums of milliseconds differ in their last digits by the order in which they were added. */
export const ROUNDING_MS = 1e-6;

/**
 * Looks at one promise of the batcher, however the requests came about, and says what it finds broken. It sees
 * everything once, as it happens, and keeps no more than it needs.
 */
export interface Checker {
  readonly title: string;
  called?(ledger: Ledger): string | undefined;
  /** Before the calls of the batch are marked as taken. */
  batchStarted?(batch: Batch, ledger: Ledger): string | undefined;
  /** Before the call is marked as settled. */
  settling?(call: Call, ledger: Ledger): string | undefined;
  drained?(result: DrainResult, ledger: Ledger, statistics: QueueStatistics): string | undefined;
}
