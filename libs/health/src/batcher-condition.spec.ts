import { DynamicBatcher, type ProcessorHealth, type QueueStatistics } from 'nestjs-batching/core';
import { findFaults, type HealthFinding } from './batcher-condition.js';
import type { HealthThresholds } from './health-thresholds.js';
import { resolveHealthThresholds } from './resolve-health-thresholds.js';

interface Situation {
  readonly waiting?: number;
  readonly oldestWaitMs?: number;
  readonly progress?: Partial<QueueStatistics['progress']>;
  readonly processor?: ProcessorHealth;
  readonly workerRestarts?: number;
  readonly isShuttingDown?: boolean;
}

/** What is found of a batcher with room for 100 requests. */
function find(situation: Situation, thresholds: HealthThresholds = {}): HealthFinding[] {
  const { waiting = 0, oldestWaitMs = 0, progress = {}, workerRestarts = 0 } = situation;
  const { processor = { isReady: true }, isShuttingDown = false } = situation;
  const idle = new DynamicBatcher({ maxBatchSize: 1, maxQueueSize: 100 }, () => []).getStatistics();
  const statistics = {
    ...idle,
    currentQueueSize: waiting,
    isQueueFull: waiting === 100,
    oldestWaitMs,
    progress: { ...idle.progress, ...progress },
  };
  const view = { isShuttingDown, statistics, processor, workerRestarts };
  return findFaults(view, resolveHealthThresholds('a test', thresholds));
}

const withWorkers = (live: number): ProcessorHealth => ({
  isReady: true,
  details: { workers: { live, workers: 4, restarts: 7, quarantined: 0 } },
});

const onCpu: ProcessorHealth = {
  isReady: true,
  details: { executionProvider: 'cpu', failedExecutionProviders: [{ name: 'cuda', reason: 'no library' }] },
};

describe('findFaults', () => {
  it('finds nothing in an idle batcher, however long its last success is past', () => {
    expect(find({ progress: { lastSuccessAgoMs: 86_400_000 } })).toEqual([]);
  });

  it.each<[string, Situation, HealthThresholds, HealthFinding]>([
    ['a closing app', { isShuttingDown: true }, {}, { level: 'down', reason: 'shutting down' }],
    [
      'a processor that is not ready, in its own words',
      { processor: { isReady: false, reason: 'the worker has ended' } },
      {},
      { level: 'down', reason: 'the worker has ended' },
    ],
    [
      'a processor that is not ready and does not say why',
      { processor: { isReady: false } },
      { notReady: 'degraded' },
      { level: 'degraded', reason: 'the processor is not ready' },
    ],
    [
      'a queue that is nearly full',
      { waiting: 80 },
      {},
      { level: 'degraded', reason: '80 of 100 places in the queue are taken' },
    ],
    ['a full queue', { waiting: 100 }, {}, { level: 'down', reason: 'the queue is full: 100 requests wait' }],
    [
      'a long wait',
      { oldestWaitMs: 500.4 },
      { oldestWaitMs: { degraded: 500, down: 501 } },
      { level: 'degraded', reason: 'the oldest request has waited for 500 ms' },
    ],
    [
      'batches that fail one after the other',
      { progress: { consecutiveFailedBatches: 3, lastFailureAgoMs: 0 } },
      {},
      { level: 'degraded', reason: 'the last 3 batches failed' },
    ],
    [
      'very many such batches',
      { progress: { consecutiveFailedBatches: 10, lastFailureAgoMs: 29_999 } },
      {},
      { level: 'down', reason: 'the last 10 batches failed' },
    ],
    [
      'very many such batches some time ago: requests may try again, or it would be down for ever',
      { progress: { consecutiveFailedBatches: 10, lastFailureAgoMs: 30_000 } },
      {},
      { level: 'degraded', reason: 'the last 10 batches failed' },
    ],
    [
      'work without a success',
      { progress: { busyWithoutSuccessMs: 45_000 } },
      { busyWithoutSuccessMs: { down: 45_000 } },
      {
        level: 'down',
        reason: 'requests have been under way for 45000 ms, and no batch succeeded',
      },
    ],
    [
      'restarts of workers',
      { processor: withWorkers(4), workerRestarts: 3 },
      { workerRestartsWithinMs: 60_000 },
      { level: 'degraded', reason: 'workers were restarted 3 times within 60000 ms' },
    ],
    [
      'a worker that is missing',
      { processor: withWorkers(3) },
      {},
      { level: 'degraded', reason: '3 of 4 workers are alive' },
    ],
    [
      'a model on the CPU that should be elsewhere',
      { processor: onCpu },
      {},
      { level: 'degraded', reason: 'the model runs on the CPU, since these do not work: cuda (no library)' },
    ],
  ])('finds %s', (_, situation, thresholds, found) => {
    expect(find(situation, thresholds)).toEqual([found]);
  });

  it.each<[string, Situation]>([
    ['79 of 100 places', { waiting: 79 }],
    ['two failed batches', { progress: { consecutiveFailedBatches: 2, lastFailureAgoMs: 0 } }],
    ['29 seconds without a success', { progress: { busyWithoutSuccessMs: 29_999 } }],
    ['two restarts', { processor: withWorkers(4), workerRestarts: 2 }],
    [
      'a model that was only ever meant for the CPU',
      { processor: { isReady: true, details: { executionProvider: 'cpu', failedExecutionProviders: [] } } },
    ],
    [
      'a model that runs elsewhere than on the CPU, though not where it should first',
      {
        processor: {
          isReady: true,
          details: { executionProvider: 'cuda', failedExecutionProviders: [{ name: 'tensorrt' }] },
        },
      },
    ],
    ['details of which it knows nothing', { processor: { isReady: true, details: { workers: 'many' } } }],
  ])('finds nothing wrong with %s', (_, situation) => {
    expect(find(situation)).toEqual([]);
  });

  it('counts nothing that is switched off', () => {
    const worst: Situation = {
      waiting: 100,
      oldestWaitMs: 1e6,
      isShuttingDown: true,
      progress: { consecutiveFailedBatches: 99, busyWithoutSuccessMs: 1e6, lastFailureAgoMs: 0 },
      workerRestarts: 99,
      processor: {
        isReady: false,
        details: { ...onCpu.details, workers: { live: 0, workers: 4, restarts: 99 } },
      },
    };
    const off: HealthThresholds = {
      notReady: false,
      shuttingDown: false,
      queueFillRatio: false,
      oldestWaitMs: false,
      consecutiveFailedBatches: false,
      busyWithoutSuccessMs: false,
      workerRestarts: false,
      missingWorkers: false,
      cpuFallback: false,
    };
    expect(find(worst)).toHaveLength(8);
    expect(find(worst, off)).toEqual([]);
  });

  it('lists what is down before what is degraded', () => {
    expect(find({ processor: onCpu, waiting: 100 }).map(({ level }) => level)).toEqual(['down', 'degraded']);
  });
});
