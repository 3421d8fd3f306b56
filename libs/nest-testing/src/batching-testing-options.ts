import type { Clock } from 'nestjs-batching/core';
import type { BatchingOverrides } from 'nestjs-batching';

/** What `BatchingTestingModule.forRoot` takes. What is left out is as in the app. */
export interface BatchingTestingOptions extends Pick<BatchingOverrides, 'processors'> {
  /**
   * The time that all batchers of the app, and its health check, go by: normally a `ManualClock`. When the app closes,
   * one that can `flush` does, so that batches in virtual time come to their end. Default: the system's clock.
   */
  readonly clock?: Clock & {
    /** Lets everything happen that is due or waited for, in virtual time. */
    flush?(): Promise<unknown>;
  };
  /**
   * Whether no request waits for company while a slot is free: a batch goes at the end of the turn of the event loop
   * in which its first request has come. Default false: as the app is configured.
   */
  readonly runAtOnce?: boolean;
}

export const BATCHING_TESTING_OPTIONS = Symbol('BATCHING_TESTING_OPTIONS');

/** The same, in the words in which a batcher reads it. */
export function toOverrides({
  clock,
  processors,
  runAtOnce = false,
}: BatchingTestingOptions): BatchingOverrides {
  return {
    ...(clock === undefined ? {} : { clock }),
    ...(processors === undefined ? {} : { processors }),
    ...(runAtOnce ? { config: { maxWaitTimeMs: 0 } } : {}),
  };
}
