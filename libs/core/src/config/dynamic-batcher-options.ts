import type { Clock } from '../time/clock.js';
import { assertObject, describeValue, isRecord } from '../errors/index.js';
import { systemClock } from '../time/system-clock.js';

/** What a batcher is told besides its configuration and its processor. */
export interface DynamicBatcherOptions {
  /** The batcher's name in messages. Default `default`. */
  readonly name?: string;
  /** Where time comes from. Default: the system's clock. */
  readonly clock?: Clock;
}

/** How a batcher is to be drained. */
export interface DrainOptions {
  /** How long that may take, in milliseconds, 0 or more. Default: `drainTimeoutMs` of the configuration. */
  readonly timeoutMs?: number;
}

/**
 * The options with their defaults.
 *
 * @throws InvalidConfigError if they are no object: a name, say, that was meant as one.
 */
export function resolveBatcherOptions(options: DynamicBatcherOptions): Required<DynamicBatcherOptions> {
  const given: unknown = options;
  assertObject('batcher', given, "an object such as { name: 'digits' }, or nothing");
  const { name = 'default', clock = systemClock } = options;
  return { name, clock };
}

/**
 * How long a drain may take, in milliseconds.
 *
 * @param defaultMs What counts where the options do not say.
 * @throws TypeError if they are no object, RangeError if their `timeoutMs` is no number from 0 on.
 */
export function drainTimeoutMsOf(options: DrainOptions, defaultMs: number): number {
  const given: unknown = options;
  if (!isRecord(given)) {
    throw new TypeError(
      `drain: received ${describeValue(given)}, expected an object such as { timeoutMs: 5000 }, or nothing.`,
    );
  }
  const { timeoutMs = defaultMs } = options;
  if (typeof timeoutMs !== 'number' || !(timeoutMs >= 0)) {
    throw new RangeError(
      `drain: received the timeoutMs ${describeValue(timeoutMs)}, expected milliseconds, 0 or more.`,
    );
  }
  return timeoutMs;
}
