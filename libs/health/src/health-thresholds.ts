/** How bad it is. A batcher that is degraded serves, and somebody should look; one that is down gets no requests. */
export type HealthLevel = 'degraded' | 'down';

/** From which value on a figure makes the batcher degraded, and from which on down. One left out is never reached. */
export interface HealthLevels {
  /** From this value on degraded. */
  readonly degraded?: number;
  /** From this value on down. */
  readonly down?: number;
}

/**
 * When a batcher counts as degraded or down. `false`: never for this. Each field is taken or left as a whole: of
 * `{ down: 5 }` nothing is ever degraded, whatever the default says.
 */
export interface HealthThresholds {
  /** The processor says that it cannot run a batch now. Default `down`. */
  readonly notReady?: HealthLevel | false;
  /** The app has begun to close, or the batcher has been closed. Default `down`. */
  readonly shuttingDown?: HealthLevel | false;
  /** Share of the queue that is taken, above 0 and at most 1. Default: degraded from 0.8, down from 1. */
  readonly queueFillRatio?: HealthLevels | false;
  /** How long the oldest waiting request has waited, in milliseconds, above 0. Default `false`. */
  readonly oldestWaitMs?: HealthLevels | false;
  /** Batches that failed as a whole since the last success, from 1. Default: degraded from 3, down from 10. */
  readonly consecutiveFailedBatches?: HealthLevels | false;
  /**
   * How long after its last failed batch a batcher is down for `consecutiveFailedBatches`, in milliseconds from 0.
   * After that it is degraded: only if requests come again can it show that it is well. Default 30,000.
   */
  readonly failuresKeepDownForMs?: number;
  /**
   * How long requests have been waiting or running without a batch succeeding, in milliseconds, above 0. An idle
   * batcher is well. Default: degraded from 30,000.
   */
  readonly busyWithoutSuccessMs?: HealthLevels | false;
  /** Restarts of the processor's workers within `workerRestartsWithinMs`, from 1. Default: degraded from 3. */
  readonly workerRestarts?: HealthLevels | false;
  /** For how long a restart counts, in milliseconds, above 0 and at most a day. Default 600,000. */
  readonly workerRestartsWithinMs?: number;
  /** Workers that the processor should have and that are not alive, from 1. Default: degraded from 1. */
  readonly missingWorkers?: HealthLevels | false;
  /** The model runs on the CPU because what was to run it does not work here. Default `degraded`. */
  readonly cpuFallback?: HealthLevel | false;
}

/** A class that makes thresholds, for `BatchingHealthModule.forRootAsync({ useClass })`. */
export interface HealthThresholdsFactory {
  /** Called once, when the app starts. */
  createHealthThresholds(): HealthThresholds | Promise<HealthThresholds>;
}

/** Every field decided. */
export type ResolvedHealthThresholds = Required<HealthThresholds>;

/** For a readiness probe: whether requests are welcome. What counts unless told otherwise. */
export const READINESS_THRESHOLDS: ResolvedHealthThresholds = Object.freeze({
  notReady: 'down',
  shuttingDown: 'down',
  queueFillRatio: { degraded: 0.8, down: 1 },
  oldestWaitMs: false,
  consecutiveFailedBatches: { degraded: 3, down: 10 },
  failuresKeepDownForMs: 30_000,
  busyWithoutSuccessMs: { degraded: 30_000 },
  workerRestarts: { degraded: 3 },
  workerRestartsWithinMs: 600_000,
  missingWorkers: { degraded: 1 },
  cpuFallback: 'degraded',
});

const NOTHING_COUNTS: ResolvedHealthThresholds = Object.freeze({
  ...READINESS_THRESHOLDS,
  notReady: false,
  shuttingDown: false,
  queueFillRatio: false,
  consecutiveFailedBatches: false,
  busyWithoutSuccessMs: false,
  workerRestarts: false,
  missingWorkers: false,
  cpuFallback: false,
});

/**
 * For a liveness probe, whose failure restarts the process: down only if there has been work for two minutes and
 * nothing succeeded. Load, a shutdown or a worker that is being replaced are no reason to restart.
 */
export const LIVENESS_THRESHOLDS: ResolvedHealthThresholds = Object.freeze({
  ...NOTHING_COUNTS,
  busyWithoutSuccessMs: { down: 120_000 },
});

/** For a startup probe: down until the processor is ready. */
export const STARTUP_THRESHOLDS: ResolvedHealthThresholds = Object.freeze({
  ...NOTHING_COUNTS,
  notReady: 'down',
});
