import {
  integerBetween,
  numberBetween,
  oneOf,
  optional,
  withNumbers,
  type ConfigFault,
  type ConfigRules,
} from 'nestjs-batching/core';

import { WORKER_ISOLATIONS, type WorkerIsolation } from '../hosts/worker-host.js';

/** How many workers there are, how they are kept apart, and what happens when one of them does not answer. */
export interface WorkerOptions {
  /** How many workers; each runs one batch at a time. Integer, 1 to 64. Default 1. */
  readonly instances?: number | undefined;
  /**
   * `thread`: fast, since buffers change hands without being copied. `process`: everything is copied, but a worker
   * may crash by itself, and can be killed when it hangs. Default `thread`.
   */
  readonly isolation?: WorkerIsolation | undefined;
  /**
   * How long a worker may take for one run, in milliseconds; 1 to 3,600,000. At the limit the callers get a
   * `RunTimeoutError`, and the worker is replaced. Default: as long as it likes.
   */
  readonly runTimeoutMs?: number | undefined;
  /**
   * How long a worker may take until it is ready, in milliseconds; 1 to 3,600,000. A first one that takes longer
   * stops the start. Default 300,000.
   */
  readonly startTimeoutMs?: number | undefined;
  /** How often a run goes to another worker when its own has ended. Integer, 0 to 10. Default 1. */
  readonly retries?: number | undefined;
  /**
   * How long until a worker that has ended is replaced, in milliseconds; 0 to 60,000. It doubles each time that the
   * replacement ends without having answered. Default 100, or `maxRespawnDelayMs` where only that is given, and less.
   */
  readonly respawnDelayMs?: number | undefined;
  /**
   * The longest that it becomes, in milliseconds; `respawnDelayMs` to 3,600,000. Default 30,000, or `respawnDelayMs`
   * where that is more.
   */
  readonly maxRespawnDelayMs?: number | undefined;
}

/** `WorkerOptions` with every field decided. */
export interface ResolvedWorkerOptions {
  /** How many workers. Integer, 1 to 64. */
  readonly instances: number;
  /** Whether they are threads or processes. */
  readonly isolation: WorkerIsolation;
  /** How long one run may take, in milliseconds; undefined: as long as it likes. */
  readonly runTimeoutMs: number | undefined;
  /** How long a worker may take until it is ready, in milliseconds. */
  readonly startTimeoutMs: number;
  /** How often a run goes to another worker when its own has ended. Integer, 0 to 10. */
  readonly retries: number;
  /** How long until a worker that has ended is replaced, in milliseconds. */
  readonly respawnDelayMs: number;
  /** The longest that it becomes, in milliseconds; never less than `respawnDelayMs`. */
  readonly maxRespawnDelayMs: number;
}

const DEFAULTS: ResolvedWorkerOptions = Object.freeze({
  instances: 1,
  isolation: 'thread',
  runTimeoutMs: undefined,
  startTimeoutMs: 300_000,
  retries: 1,
  respawnDelayMs: 100,
  maxRespawnDelayMs: 30_000,
});

const AN_HOUR_MS = 3_600_000;

/**
 * What {@link WorkerOptions} may be, field by field; for who takes them together with options of their own.
 */
export const WORKER_OPTION_RULES: ConfigRules<WorkerOptions> = {
  instances: optional(integerBetween(1, 64)),
  isolation: optional(oneOf(WORKER_ISOLATIONS)),
  runTimeoutMs: optional(numberBetween(1, AN_HOUR_MS, 'milliseconds')),
  startTimeoutMs: optional(numberBetween(1, AN_HOUR_MS, 'milliseconds')),
  retries: optional(integerBetween(0, 10)),
  respawnDelayMs: optional(numberBetween(0, 60_000, 'milliseconds')),
  maxRespawnDelayMs: optional(numberBetween(0, AN_HOUR_MS, 'milliseconds')),
};

/** Fields that may be given as text, since environment variables are. */
const NUMERIC_FIELDS: readonly (keyof WorkerOptions)[] = [
  'instances',
  'runTimeoutMs',
  'startTimeoutMs',
  'retries',
  'respawnDelayMs',
  'maxRespawnDelayMs',
];

/** The same options, with numbers where there were strings that hold one, as environment variables do. */
export function withWorkerNumbers<TOptions extends WorkerOptions>(received: TOptions): TOptions {
  return withNumbers(received as Record<string, unknown>, NUMERIC_FIELDS) as TOptions;
}

/** What the options have against each other, where each by itself is in order. */
export function checkWorkerOptions(
  { respawnDelayMs, maxRespawnDelayMs }: WorkerOptions,
  isValid: (field: keyof WorkerOptions) => boolean,
): ConfigFault[] {
  const areGiven = respawnDelayMs !== undefined && maxRespawnDelayMs !== undefined;
  if (!areGiven || !isValid('respawnDelayMs') || !isValid('maxRespawnDelayMs')) return [];
  if (maxRespawnDelayMs >= respawnDelayMs) return [];
  const problem = `received ${maxRespawnDelayMs}, but respawnDelayMs is ${respawnDelayMs}: the longest delay is at least that`;
  return [{ field: 'maxRespawnDelayMs', problem }];
}

/**
 * Decides every field.
 *
 * @param isValid Tells which fields are in order; the others count as not given.
 */
export function resolveWorkerOptions(
  received: WorkerOptions,
  isValid: (field: keyof WorkerOptions) => boolean,
): ResolvedWorkerOptions {
  const resolved: Record<string, unknown> = { ...DEFAULTS };
  for (const field of Object.keys(DEFAULTS) as (keyof WorkerOptions)[]) {
    if (received[field] !== undefined && isValid(field)) resolved[field] = received[field];
  }
  const options = resolved as unknown as ResolvedWorkerOptions;
  const { respawnDelayMs, maxRespawnDelayMs } = options;
  // What was given holds; of the two, the one that was not gives way.
  return Object.freeze(
    received.respawnDelayMs === undefined
      ? { ...options, respawnDelayMs: Math.min(respawnDelayMs, maxRespawnDelayMs) }
      : { ...options, maxRespawnDelayMs: Math.max(respawnDelayMs, maxRespawnDelayMs) },
  );
}
