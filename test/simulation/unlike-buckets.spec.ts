import { DynamicBatcher } from 'nestjs-batching/core';
import {
  arrivalsAt,
  mergeArrivals,
  playArrivals,
  poissonTimes,
  SeededRandom,
  SimulationClock,
  type CostCurve,
} from 'nestjs-batching/testing';

const MOST = 32;
const LIMIT_MS = 250;
const MEASURED_FROM_MS = 1500;
const MEASURED_UNTIL_MS = 4500;

const SHORT: CostCurve = { fixedMs: 5, perRequestMs: 0.1 };
const LONG: CostCurve = { fixedMs: 40, perRequestMs: 4 };
const CURVES = { short: SHORT, long: LONG };
type Kind = keyof typeof CURVES;

/**
 * Which share of the requests is answered in time, where callers wait for 250 ms and short and long texts, each in a
 * bucket of their own, ask for as much of the processor's time.
 *
 * @param load Of what the slots can serve in full batches.
 */
async function shareInTime(slots: number, load: number): Promise<number> {
  const clock = new SimulationClock();
  const random = new SeededRandom(7);
  const chance = random.split();
  const batcher = new DynamicBatcher<Kind, Kind>(
    {
      maxBatchSize: MOST,
      maxConcurrentBatches: slots,
      maxQueueSize: 5000,
      bucketOf: (kind) => kind,
      defaultTimeoutMs: LIMIT_MS,
    },
    (kinds) => {
      const timeMs = chance.logNormal(batchMs(kinds[0]!, kinds.length), 0.05);
      return new Promise((resolve) => clock.callAt(clock.now() + timeMs, () => resolve(kinds)));
    },
    { clock },
  );
  let came = 0;
  let inTime = 0;
  const workloads = (['short', 'long'] as const).map(function* (kind) {
    const ratePerSecond = (1000 * load * slots * MOST) / 2 / batchMs(kind, MOST);
    for (const arrival of arrivalsAt(poissonTimes({ random: random.split(), ratePerSecond }))) {
      if (arrival.atMs > MEASURED_UNTIL_MS) return;
      yield { ...arrival, kind };
    }
  });
  void playArrivals(clock, mergeArrivals(workloads), (arrival) => {
    const { atMs, kind } = arrival as typeof arrival & { kind: Kind };
    const counts = atMs >= MEASURED_FROM_MS;
    if (counts) came += 1;
    batcher.process(kind).then(
      () => {
        if (counts && clock.now() - atMs <= LIMIT_MS) inTime += 1;
      },
      () => undefined,
    );
  });
  await clock.run();
  return inTime / came;
}

function batchMs(kind: Kind, size: number): number {
  return CURVES[kind].fixedMs + CURVES[kind].perRequestMs * size;
}

describe('buckets that take very different times', () => {
  // By one S(n) for both it would be 52, 16 and 67 %.
  it.each([
    [1, 1.2, 0.65],
    [1, 2, 0.35],
    [4, 1.2, 0.95],
  ])('are foretold each by its own: %d slots, at a load of %p', async (slots, load, least) => {
    const share = await shareInTime(slots, load);
    expect(share).toBeGreaterThan(least);
  });
});
