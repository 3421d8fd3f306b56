import type { BatchContext } from 'nestjs-batching/core';
import { SeededRandom } from './seeded-random.js';
import {
  SimulatedFaultError,
  SimulatedProcessor,
  type SimulatedProcessorOptions,
} from './simulated-processor.js';
import { SimulationClock } from './simulation-clock.js';

const CONTEXT: BatchContext = {
  batchId: 1,
  batchSize: 2,
  paddedBatchSize: 2,
  signal: new AbortController().signal,
};

function create(options: Partial<SimulatedProcessorOptions<number, number>> = {}) {
  const clock = new SimulationClock();
  const processor = new SimulatedProcessor<number, number>({
    clock,
    fixedMs: 20,
    perRequestMs: 0.5,
    respond: (request) => -request,
    ...options,
  });
  return { clock, processor };
}

/** How a batch of two ends, and when. */
async function outcomeOf(options: Partial<SimulatedProcessorOptions<number, number>>) {
  const { clock, processor } = create(options);
  const ended = processor.processBatch([1, 2], CONTEXT).then(
    (results) => ({ results, atMs: clock.now() }),
    (error: unknown) => ({ error, atMs: clock.now() }),
  );
  await clock.run();
  return ended;
}

describe('SimulatedProcessor', () => {
  it('answers each request after the time of its cost curve', async () => {
    await expect(outcomeOf({})).resolves.toEqual({ results: [-1, -2], atMs: 21 });
  });

  it('counts what it is told to count', async () => {
    await expect(outcomeOf({ sizeOf: () => 64 })).resolves.toMatchObject({ atMs: 52 });
  });

  it('runs as many batches side by side as it is given', async () => {
    const { clock, processor } = create();
    void processor.processBatch([1], CONTEXT);
    void processor.processBatch([2], CONTEXT);
    expect(processor.batchesInFlight).toBe(2);
    await clock.run();
    expect(processor.batchesInFlight).toBe(0);
    expect(clock.now()).toBe(20.5);
  });

  it('fails as a whole when it ends', async () => {
    const outcome = await outcomeOf({ faults: { failureRate: 1 } });
    expect(outcome).toEqual({ error: expect.any(SimulatedFaultError) as unknown, atMs: 21 });
  });

  it('throws as soon as it is called', () => {
    const { processor } = create({ faults: { throwRate: 1 } });
    expect(() => processor.processBatch([1], CONTEXT)).toThrow(SimulatedFaultError);
  });

  it('returns one result too few', async () => {
    await expect(outcomeOf({ faults: { miscountRate: 1 } })).resolves.toMatchObject({ results: [-1] });
  });

  it('hangs', async () => {
    await expect(outcomeOf({ faults: { hangRate: 1, hangMs: 100 } })).resolves.toMatchObject({ atMs: 121 });
  });

  it('spoils as many requests as it is told to, and no others', async () => {
    const { clock, processor } = create({ faults: { spoiledRate: 0.25 } });
    const ended = processor.processBatch(
      Array.from({ length: 4000 }, (_, index) => index),
      CONTEXT,
    );
    await clock.run();
    const spoiled = (await ended).filter((result) => result instanceof SimulatedFaultError).length;
    expect(spoiled / 4000).toBeCloseTo(0.25, 1);
  });

  it('varies around its cost curve', async () => {
    const { clock, processor } = create({ jitter: 0.2, random: new SeededRandom(5) });
    const durations: number[] = [];
    for (let count = 0; count < 2000; count += 1) {
      const startedAtMs = clock.now();
      void processor.processBatch([1, 2], CONTEXT);
      await clock.run();
      durations.push(clock.now() - startedAtMs);
    }
    const mean = durations.reduce((sum, durationMs) => sum + durationMs, 0) / durations.length;
    expect(mean).toBeGreaterThan(20.5);
    expect(mean).toBeLessThan(21.5);
    expect(Math.max(...durations)).toBeGreaterThan(25);
  });

  it('is slow in its slow phases only', async () => {
    const slowPhases = { everyMs: 1000, lastMs: 100, factor: 3 };
    await expect(outcomeOf({ slowPhases })).resolves.toMatchObject({ atMs: 63 });
    const { clock, processor } = create({ slowPhases });
    clock.callAt(100, () => void processor.processBatch([1, 2], CONTEXT));
    await clock.run();
    expect(clock.now()).toBe(121);
  });

  it('is well again when it is healed', async () => {
    const { clock, processor } = create({
      faults: { failureRate: 1, spoiledRate: 1 },
      slowPhases: { everyMs: 10, lastMs: 10, factor: 9 },
    });
    processor.heal();
    const ended = processor.processBatch([1, 2], CONTEXT);
    await clock.run();
    await expect(ended).resolves.toEqual([-1, -2]);
    expect(clock.now()).toBe(21);
  });
});
