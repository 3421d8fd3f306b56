import { DynamicBatcher, QueueFullError } from 'nestjs-batching/core';
import {
  arrivalsAt,
  FakeProcessor,
  playArrivals,
  poissonTimes,
  SeededRandom,
  SimulationClock,
  takeFirst,
} from 'nestjs-batching/testing';

/** 30,000 requests in virtual time; a batch of n takes 20 + n/2 ms, so 32 at a time are 888 a second at most. */
async function simulate(requestsPerSecond: number) {
  const clock = new SimulationClock();
  const model = new FakeProcessor((value: number) => value, { clock, latencyMs: (size) => 20 + size / 2 });
  const batcher = new DynamicBatcher({ maxBatchSize: 32, maxQueueSize: 256 }, model, { clock });
  const latenciesMs: number[] = [];
  let refused = 0;
  const times = poissonTimes({ random: new SeededRandom(1), ratePerSecond: requestsPerSecond });
  const played = playArrivals(clock, takeFirst(arrivalsAt(times), 30_000), ({ atMs }) => {
    batcher.process(atMs).then(
      () => latenciesMs.push(clock.now() - atMs),
      (error: unknown) => (refused += error instanceof QueueFullError ? 1 : Infinity),
    );
  });
  await clock.run();
  await played;
  latenciesMs.sort((one, other) => one - other);
  return { p99Ms: latenciesMs[Math.floor(0.99 * latenciesMs.length)] ?? 0, refused, batcher };
}

describe('the batcher under load', () => {
  it('answers 99 of 100 requests within 80 ms at 600 a second', async () => {
    const { p99Ms, refused } = await simulate(600);

    expect(p99Ms).toBeLessThan(80);
    expect(refused).toBe(0);
  });

  it('refuses what is too much, and serves the rest in bounded time', async () => {
    const { p99Ms, refused, batcher } = await simulate(1_500);

    expect(refused / 30_000).toBeCloseTo(1 - 888 / 1_500, 1);
    expect(p99Ms).toBeLessThan(400);
    expect(batcher.getStatistics().batches.meanSize).toBeGreaterThan(31);
  });
});
