import type { BatchingConfig, ResolvedBatchingConfig } from 'nestjs-batching/core';
import {
  arrivalsAt,
  burstyTimes,
  diurnalTimes,
  floodByOneTenant,
  heavyTailTimes,
  poissonTimes,
  priorityMix,
  type Arrival,
  type ArrivalTraits,
  type CostCurve,
  type SeededRandom,
  type SimulatedFaults,
  type SlowPhases,
} from 'nestjs-batching/testing';
import type { Call } from './call.js';
import type { LiveConfig } from './live-changes.js';
import { pick } from './pick.js';
import { drawFeatures } from './scheduling-features.js';

/** Everything that a seed decides. */
export interface Scenario {
  readonly config: BatchingConfig<Call> &
    LiveConfig &
    Pick<ResolvedBatchingConfig, 'maxBatchSize' | 'priorityLevels'>;
  readonly curve: CostCurve;
  readonly jitter: number;
  readonly faults: SimulatedFaults;
  readonly slowPhases: SlowPhases;
  /** Name of the workload, to show. */
  readonly workload: string;
  /** Offered load as a share of capacity, to show. */
  readonly load: number;
  readonly arrivals: Iterable<Arrival>;
  readonly bucketCount: number;
  /** How often the configuration is changed while things go wrong, as a probability for each request. */
  readonly changeRate: number;
  /** How often a caller takes its request back, as a probability. */
  readonly abortRate: number;
  /** How many callers there are when all is well again; each waits for its answer before it asks again. */
  readonly patientCallers: number;
  /** How long a patient caller thinks before it asks again, on average, in milliseconds. */
  readonly meanThinkMs: number;
  /** Deadline of a patient caller: generous for a batcher that works. */
  readonly patientTimeoutMs: number;
  /** How long a batcher may take to notice that all is well again, in milliseconds. */
  readonly recoveryMs: number;
}

const TENANTS: readonly [string, ...string[]] = ['flooder', 'amy', 'ben', 'cleo'];

/** Draws configuration, processor, faults and workload, so that every limit is met in some seeds. */
export function drawScenario(random: SeededRandom): Scenario {
  const limits = drawConfig(random);
  const features = drawFeatures(random, limits, TENANTS);
  const config = { ...features.config, ...limits };
  const { maxBatchSize, maxQueueSize } = config;
  const curve = {
    fixedMs: pick(random, [0, 1, 2, 20]),
    perRequestMs: pick(random, [0.05, 0.5, 1]),
  };
  const fullBatchMs = curve.fixedMs + curve.perRequestMs * maxBatchSize;
  const load = pick(random, [0.1, 0.4, 0.8, 1, 1.5, 3]);
  const ratePerSecond = (load * 1000 * config.maxConcurrentBatches * maxBatchSize) / fullBatchMs;
  const timeoutMs = pick(random, [undefined, 1.5 * fullBatchMs, 4 * fullBatchMs, 50 * fullBatchMs]);
  const priorityOf = priorityMix(random.split(), [1, 2, 3]);
  const hasTenants = random.chance(0.5);
  const describe = (): ArrivalTraits => ({
    priority: priorityOf(),
    ...(timeoutMs === undefined || random.chance(0.2) ? {} : { timeoutMs }),
    ...(hasTenants ? { tenant: pick(random, TENANTS) } : {}),
  });
  const [workload, arrivals] = drawArrivals(random, ratePerSecond, describe);
  const mostInSlots = config.maxConcurrentBatches * maxBatchSize;
  const patientCallers = Math.ceil(Math.min(maxQueueSize / 2, 2 * mostInSlots));
  return {
    config,
    curve,
    jitter: pick(random, [0, 0.1, 0.5]),
    faults: drawFaults(random, fullBatchMs),
    slowPhases: { everyMs: 200 * fullBatchMs, lastMs: 30 * fullBatchMs, factor: pick(random, [1, 3, 10]) },
    workload,
    load,
    arrivals,
    bucketCount: features.bucketCount,
    changeRate: pick(random, [0, 0, 0.002]),
    abortRate: pick(random, [0, 0.02, 0.2]),
    patientCallers,
    meanThinkMs: 4 * fullBatchMs,
    patientTimeoutMs: 20 * fullBatchMs * Math.ceil(patientCallers / maxBatchSize) + 1000,
    recoveryMs: 50 * fullBatchMs,
  };
}

function drawConfig(random: SeededRandom) {
  const maxBatchSize = pick(random, [1, 4, 8, 32, 64]);
  return {
    maxBatchSize,
    maxQueueSize: maxBatchSize * pick(random, [1, 4, 64]),
    maxConcurrentBatches: pick(random, [1, 2, 4]),
    maxWaitTimeMs: pick(random, [0, 2, 5, 20]),
    timeoutStrategy: pick(random, ['adaptive', 'adaptive', 'dispatch-partial', 'wait-for-full']),
    preferredBatchSize: pick(random, [undefined, undefined, Math.ceil(maxBatchSize / 2)]),
    drainTimeoutMs: pick(random, [0, 20, 10_000]),
  };
}

function drawFaults(random: SeededRandom, fullBatchMs: number): SimulatedFaults {
  return {
    failureRate: pick(random, [0, 0.02]),
    throwRate: pick(random, [0, 0.01]),
    miscountRate: pick(random, [0, 0.01]),
    spoiledRate: pick(random, [0, 0.01, 0.2]),
    hangRate: pick(random, [0, 0.002]),
    hangMs: 50 * fullBatchMs,
  };
}

function drawArrivals(
  random: SeededRandom,
  ratePerSecond: number,
  describe: () => ArrivalTraits,
): [workload: string, arrivals: Iterable<Arrival>] {
  const stream = random.split();
  switch (pick(random, ['poisson', 'bursty', 'diurnal', 'heavy tail', 'flood'])) {
    case 'bursty': {
      const times = burstyTimes({
        random: stream,
        ratePerSecond: 4 * ratePerSecond,
        meanOnMs: 200,
        meanOffMs: 600,
      });
      return ['bursty', arrivalsAt(times, describe)];
    }
    case 'diurnal': {
      const times = diurnalTimes({ random: stream, ratePerSecond, swing: 0.9, periodMs: 20_000 });
      return ['diurnal', arrivalsAt(times, describe)];
    }
    case 'heavy tail':
      return ['heavy tail', arrivalsAt(heavyTailTimes({ random: stream, ratePerSecond }), describe)];
    case 'flood': {
      const floodFactor = 10;
      const share = ratePerSecond / (floodFactor + TENANTS.length - 1);
      const flood = { random: stream, tenants: TENANTS, ratePerSecond: share, floodFactor };
      return ['flood', describeAll(floodByOneTenant(flood), describe)];
    }
    default:
      return ['poisson', arrivalsAt(poissonTimes({ random: stream, ratePerSecond }), describe)];
  }
}

/** What an arrival says of itself counts; the rest is drawn. */
function* describeAll(arrivals: Iterable<Arrival>, describe: () => ArrivalTraits): Generator<Arrival> {
  for (const arrival of arrivals) yield { ...describe(), ...arrival };
}
