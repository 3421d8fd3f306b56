import type { BatchingConfig, BatchProcessorLike, Clock } from 'nestjs-batching/core';

/** Where a test says what takes the place of what the app's modules say. An app without it is as it was written. */
export const BATCHING_OVERRIDES = Symbol('BATCHING_OVERRIDES');

/** Every batcher of the app reads it when it is made. */
export interface BatchingOverrides {
  /** Where time comes from. Default: the system's clock. */
  readonly clock?: Clock;
  /** By the name of the batcher, what runs its batches. Models and workers that it replaces are not started. */
  readonly processors?: Readonly<Record<string, BatchProcessorLike<never, unknown>>>;
  /** Wins over every other configuration. */
  readonly config?: BatchingConfig;
}

/** What runs the batches of this batcher in place of its own processor; undefined: its own. */
export function replacedProcessor(
  name: string,
  { processors = {} }: BatchingOverrides = {},
): BatchProcessorLike<never, unknown> | undefined {
  return Object.hasOwn(processors, name) ? processors[name] : undefined;
}
