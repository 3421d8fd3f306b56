import type { ProcessorHealth, QueueStatistics } from 'nestjs-batching/core';
import type { HealthLevel, HealthLevels, ResolvedHealthThresholds } from './health-thresholds.js';
import { cpuFallbackOf, workersOf } from './processor-details.js';

/** What is known of a batcher when its health is asked for. */
export interface BatcherView {
  readonly isShuttingDown: boolean;
  readonly statistics: QueueStatistics;
  readonly processor: ProcessorHealth;
  /** Restarts of workers within `workerRestartsWithinMs`. */
  readonly workerRestarts: number;
}

/** One thing that is not as it should be. */
export interface HealthFinding {
  readonly level: HealthLevel;
  /** For the operator; without a capital, since several may stand in a row. */
  readonly reason: string;
}

/** Everything that is not as it should be, the worst first. Nothing: the batcher is up. */
export function findFaults(view: BatcherView, thresholds: ResolvedHealthThresholds): HealthFinding[] {
  const found = [
    ...findInState(view, thresholds),
    ...findInQueue(view, thresholds),
    ...findInProgress(view, thresholds),
    ...findInWorkers(view, thresholds),
  ];
  const of = (wanted: HealthLevel): HealthFinding[] => found.filter(({ level }) => level === wanted);
  return [...of('down'), ...of('degraded')];
}

function findInState(
  { isShuttingDown, processor }: BatcherView,
  { shuttingDown, notReady, cpuFallback }: ResolvedHealthThresholds,
): HealthFinding[] {
  const failedProviders = cpuFallbackOf(processor.details);
  return [
    ...finding(isShuttingDown && shuttingDown, 'shutting down'),
    ...finding(!processor.isReady && notReady, processor.reason ?? 'the processor is not ready'),
    ...finding(
      failedProviders !== undefined && cpuFallback,
      `the model runs on the CPU, since these do not work: ${failedProviders?.join(', ')}`,
    ),
  ];
}

function findInQueue(
  { statistics }: BatcherView,
  { queueFillRatio, oldestWaitMs }: ResolvedHealthThresholds,
): HealthFinding[] {
  const { currentQueueSize, maxQueueSize, isQueueFull } = statistics;
  return [
    ...finding(
      levelAt(currentQueueSize / maxQueueSize, queueFillRatio),
      isQueueFull
        ? `the queue is full: ${currentQueueSize} requests wait`
        : `${currentQueueSize} of ${maxQueueSize} places in the queue are taken`,
    ),
    ...finding(
      levelAt(statistics.oldestWaitMs, oldestWaitMs),
      `the oldest request has waited for ${Math.round(statistics.oldestWaitMs)} ms`,
    ),
  ];
}

function findInProgress(
  { statistics: { progress } }: BatcherView,
  thresholds: ResolvedHealthThresholds,
): HealthFinding[] {
  const { consecutiveFailedBatches, lastFailureAgoMs = Infinity, busyWithoutSuccessMs } = progress;
  const level = levelAt(consecutiveFailedBatches, thresholds.consecutiveFailedBatches);
  const isWorthATry = lastFailureAgoMs >= thresholds.failuresKeepDownForMs;
  return [
    ...finding(
      level === 'down' && isWorthATry ? 'degraded' : level,
      `the last ${consecutiveFailedBatches} batches failed`,
    ),
    ...finding(
      levelAt(busyWithoutSuccessMs, thresholds.busyWithoutSuccessMs),
      `requests have been under way for ${Math.round(busyWithoutSuccessMs)} ms, and no batch succeeded`,
    ),
  ];
}

function findInWorkers(
  { processor, workerRestarts }: BatcherView,
  thresholds: ResolvedHealthThresholds,
): HealthFinding[] {
  const workers = workersOf(processor.details);
  if (workers === undefined) return [];
  const { live } = workers;
  return [
    ...finding(
      levelAt(workerRestarts, thresholds.workerRestarts),
      `workers were restarted ${workerRestarts} times within ${thresholds.workerRestartsWithinMs} ms`,
    ),
    ...finding(
      levelAt(workers.workers - live, thresholds.missingWorkers),
      `${live} of ${workers.workers} workers are alive`,
    ),
  ];
}

function levelAt(value: number, levels: HealthLevels | false): HealthLevel | false {
  if (levels === false) return false;
  if (value >= (levels.down ?? Infinity)) return 'down';
  return value >= (levels.degraded ?? Infinity) && 'degraded';
}

function finding(level: HealthLevel | false, reason: string): HealthFinding[] {
  return level === false ? [] : [{ level, reason }];
}
