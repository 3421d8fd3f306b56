import { Inject, Injectable, Optional } from '@nestjs/common';
import type { HealthIndicatorResult } from '@nestjs/terminus';
import {
  batcherNameOf,
  BatcherRegistry,
  BatcherService,
  DEFAULT_BATCHER_NAME,
  noBatchingModuleError,
  type BatcherReference,
  type ProcessorHealth,
  type QueueStatistics,
} from 'nestjs-batching';
import { findFaults } from './batcher-condition.js';
import { BATCHING_HEALTH_DEFAULTS } from './batching-health.module-definition.js';
import type { HealthThresholds, ResolvedHealthThresholds } from './health-thresholds.js';
import { HEALTH_INDICATORS, toIndicatorResult, type HealthIndicators } from './indicator-result.js';
import { workersOf } from './processor-details.js';
import { resolveHealthThresholds } from './resolve-health-thresholds.js';
import { WorkerRestarts } from './worker-restarts.js';

/**
 * Tells terminus how a batcher fares: `up`; `degraded`, if it serves and somebody should look; `down`, if it should get
 * no requests. What makes it so is said by `HealthThresholds`.
 *
 * ```ts
 * @Get('ready')
 * @HealthCheck()
 * ready() {
 *   return this.health.check([() => this.batchers.check('digits', { oldestWaitMs: { degraded: 500 } })]);
 * }
 * ```
 */
@Injectable()
export class BatcherHealthIndicator {
  private readonly defaults: ResolvedHealthThresholds;
  private readonly batchers: BatcherService;
  private readonly registry: BatcherRegistry;
  private readonly restarts = new Map<string, WorkerRestarts>();

  /**
   * Made by Nest.
   *
   * @throws InvalidConfigError that lists every fault of the defaults, or if the app has no batching module: Nest
   *   itself would name only what that provides.
   * @internal
   */
  constructor(
    @Inject(HEALTH_INDICATORS) private readonly indicators: HealthIndicators,
    @Optional() batchers?: BatcherService,
    @Optional() registry?: BatcherRegistry,
    @Optional() @Inject(BATCHING_HEALTH_DEFAULTS) defaults?: HealthThresholds,
  ) {
    if (batchers === undefined || registry === undefined) throw noBatchingModuleError('BatchingHealthModule');
    this.batchers = batchers;
    this.registry = registry;
    this.defaults = resolveHealthThresholds('BatchingHealthModule.forRoot()', defaults ?? {});
  }

  /**
   * How the batcher fares, with the reasons in `message` unless it is up, the figures of the queue, and what the
   * processor tells.
   *
   * @param batcher The batcher's name, which is also the key in the answer, or its processor's class. Default: the
   *   default batcher.
   * @param thresholds What is left out comes from `BatchingHealthModule.forRoot`, then from `READINESS_THRESHOLDS`.
   * @throws InvalidConfigError if there is no such batcher, or a threshold is wrong.
   */
  check(
    batcher: BatcherReference = DEFAULT_BATCHER_NAME,
    thresholds: HealthThresholds = {},
  ): HealthIndicatorResult {
    const name = batcherNameOf(batcher, 'BatcherHealthIndicator.check()');
    return this.checkAgainst(name, this.resolve(thresholds));
  }

  /** Every batcher of the app, for `health.check(indicator.checkAll())`. */
  checkAll(thresholds: HealthThresholds = {}): (() => HealthIndicatorResult)[] {
    const resolved = this.resolve(thresholds);
    return this.batchers.names.map((name) => () => this.checkAgainst(name, resolved));
  }

  private resolve(thresholds: HealthThresholds): ResolvedHealthThresholds {
    return resolveHealthThresholds('BatcherHealthIndicator.check()', this.defaults, thresholds);
  }

  private checkAgainst(name: string, thresholds: ResolvedHealthThresholds): HealthIndicatorResult {
    const batcher = this.batchers.get(name);
    const processor = batcher.getProcessorHealth();
    const statistics = batcher.getStatistics();
    const faults = findFaults(
      {
        isShuttingDown: this.registry.isShuttingDown || batcher.state !== 'open',
        statistics,
        processor,
        workerRestarts: this.countRestarts(name, processor, thresholds.workerRestartsWithinMs),
      },
      thresholds,
    );
    const message = faults.map(({ reason }) => reason).join('; ');
    return toIndicatorResult(this.indicators.check(name), faults[0]?.level ?? 'up', {
      ...describe(statistics, processor),
      ...(faults.length === 0 ? {} : { message }),
    });
  }

  private countRestarts(name: string, { details }: ProcessorHealth, withinMs: number): number {
    const nowMs = this.registry.clock.now();
    const restarts = this.restarts.get(name) ?? new WorkerRestarts();
    this.restarts.set(name, restarts);
    restarts.observe(workersOf(details)?.restarts ?? 0, nowMs);
    return restarts.since(nowMs - withinMs);
  }
}

function describe(
  { currentQueueSize, maxQueueSize, oldestWaitMs, batchesInFlight, progress }: QueueStatistics,
  { details = {} }: ProcessorHealth,
): Record<string, unknown> {
  // Terminus keeps the word "status" for itself.
  const { status, ...others } = details;
  return {
    queue: { size: currentQueueSize, maxSize: maxQueueSize, oldestWaitMs: Math.round(oldestWaitMs) },
    batchesInFlight,
    consecutiveFailedBatches: progress.consecutiveFailedBatches,
    ...(progress.lastSuccessAgoMs === undefined
      ? {}
      : { lastSuccessAgoMs: Math.round(progress.lastSuccessAgoMs) }),
    ...others,
    ...(status === undefined ? {} : { processorStatus: status }),
  };
}
