import { poissonTimes, SeededRandom } from 'nestjs-batching/testing';
import type { Contestant } from './contestants.js';
import { capacityPerSecond, fullBatchMs, MAX_BATCH_SIZE, WINDOW_MS, type Cell } from './grid.js';
import { MeasurementRecorder, type Measurement } from './measurement.js';

/** How long to look. Rules that learn need to have learned, and rare loads need enough requests for a p99. */
export interface Effort {
  readonly warmUpMs: number;
  /** For so long requests go on coming when measuring is over, so that the last ones have it no easier. */
  readonly coolDownMs: number;
  readonly leastMeasuredMs: number;
  readonly leastRequests: number;
}

export const FULL_EFFORT: Effort = {
  warmUpMs: 11_000,
  leastMeasuredMs: 8000,
  leastRequests: 20_000,
  coolDownMs: 500,
};
export const QUICK_EFFORT: Effort = {
  warmUpMs: 6000,
  leastMeasuredMs: 2000,
  leastRequests: 3000,
  coolDownMs: 500,
};

/** Lets one contestant serve Poisson arrivals. The same seed means the same requests for every contestant. */
export async function runPoint(
  contestant: Contestant,
  cell: Cell,
  ratePerSecond: number,
  seed: number,
  effort: Effort,
): Promise<Measurement> {
  const { curve, slots, limitMs } = cell;
  const measuredMs = Math.max(effort.leastMeasuredMs, (1000 * effort.leastRequests) / ratePerSecond);
  const untilMs = effort.warmUpMs + measuredMs;
  const recorder = new MeasurementRecorder({ fromMs: effort.warmUpMs, untilMs, limitMs });
  const setting = {
    slots,
    limitMs,
    maxBatchSize: MAX_BATCH_SIZE,
    windowMs: WINDOW_MS,
    fullBatchMs: fullBatchMs(curve),
  };
  const times = poissonTimes({ random: new SeededRandom(seed), ratePerSecond });
  const arrivals = timesUntil(untilMs + effort.coolDownMs, times);
  await contestant.serve(setting, curve, arrivals, recorder);
  return recorder.summarize();
}

/** Offered load as requests a second. */
export function rateAt(cell: Cell, load: number): number {
  return load * capacityPerSecond(cell);
}

function* timesUntil(untilMs: number, timesMs: Iterable<number>): Generator<number> {
  for (const atMs of timesMs) {
    if (atMs >= untilMs) return;
    yield atMs;
  }
}
