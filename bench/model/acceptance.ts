import type { BatchOverhead } from './batch-overhead.js';
import type { EventLoopDelay } from './event-loop-delay.js';
import type { SweepPoint } from './sweep.js';

/** What is promised, and what was measured. */
export interface Verdict {
  readonly promise: string;
  readonly measured: string;
  readonly isKept: boolean;
}

const LEAST_SHARE = 0.95;
const FROM_BATCH_SIZE = 32;
const MOST_OVERHEAD_US = 150;
const ROUND_TRIP_US = 90;
const MOST_DELAY_MS = 5;

/** Holds what was measured against what is promised, each by its worst figure. */
export function judge(
  points: readonly SweepPoint[],
  overheads: readonly BatchOverhead[],
  delays: readonly EventLoopDelay[],
): readonly Verdict[] {
  return [...judgeThroughput(points), ...overheads.map(judgeOverhead), ...delays.map(judgeDelay)];
}

/** Each number of instances by itself: two of them leave a machine with two cores none for the main thread. */
function judgeThroughput(points: readonly SweepPoint[]): Verdict[] {
  const large = points.filter(({ batchSize }) => batchSize >= FROM_BATCH_SIZE);
  return [...new Set(large.map(nameOf))].map((name) => {
    const worst = large
      .filter((point) => nameOf(point) === name)
      .reduce((one, other) => (other.ratio < one.ratio ? other : one));
    return {
      promise: `${name}: from batches of ${FROM_BATCH_SIZE} on, ${100 * LEAST_SHARE} % of the bare loop`,
      measured: `${(100 * worst.ratio).toFixed(1)} % (batches of ${worst.batchSize})`,
      isKept: worst.ratio >= LEAST_SHARE,
    };
  });
}

function nameOf({ model, instances }: SweepPoint): string {
  return `${model}, ${instances} instance${instances === 1 ? '' : 's'}`;
}

/** On a machine whose messages are slower than the promise's, in proportion. */
function judgeOverhead({ batchSize, overheadUs, roundTripUs }: BatchOverhead): Verdict {
  const allowedUs = MOST_OVERHEAD_US * Math.max(1, roundTripUs / ROUND_TRIP_US);
  return {
    promise: `a batch of ${batchSize} costs ${MOST_OVERHEAD_US} µs besides its run, where a message to a worker and back costs ${ROUND_TRIP_US} µs`,
    measured: `${overheadUs} µs, where a message costs ${roundTripUs} µs`,
    isKept: overheadUs <= allowedUs,
  };
}

function judgeDelay(delay: EventLoopDelay): Verdict {
  const { model, runMs, idleP99Ms, throughModelP99Ms, onMainThreadP99Ms } = delay;
  return {
    promise: `${model}: the event loop's delay has a p99 of ${MOST_DELAY_MS} ms while the model is saturated`,
    measured: `${throughModelP99Ms} ms; ${idleP99Ms} ms with nothing to do; ${onMainThreadP99Ms} ms with the model on the main thread, where a run takes ${runMs} ms`,
    isKept: throughModelP99Ms <= MOST_DELAY_MS,
  };
}
