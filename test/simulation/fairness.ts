import { DynamicBatcher, type BatchingConfig } from 'nestjs-batching/core';
import {
  mergeArrivals,
  playArrivals,
  poissonTimes,
  SeededRandom,
  SimulatedProcessor,
  SimulationClock,
  type Arrival,
  type ArrivalTraits,
} from 'nestjs-batching/testing';

/** S(n) = 20 + 0.5·n ms: at most 64 / 52 ms, which is 1231 requests a second. */
export const CURVE = { fixedMs: 20, perRequestMs: 0.5 };
export const MAX_BATCH_SIZE = 64;
export const FULL_BATCH_MS = CURVE.fixedMs + CURVE.perRequestMs * MAX_BATCH_SIZE;
export const CAPACITY_PER_SECOND = (1000 * MAX_BATCH_SIZE) / FULL_BATCH_MS;

/** What one group of callers asks for; they come independently of each other. */
export interface CallerGroup extends ArrivalTraits {
  readonly name: string;
  readonly ratePerSecond: number;
}

/** What became of a group's requests. */
export interface GroupResult {
  /** From call to answer, in milliseconds; from shortest to longest. */
  readonly latenciesMs: readonly number[];
  readonly refused: number;
}

interface Asked extends Arrival {
  readonly group: string;
}

/** Lets the groups call one batcher with one slot for a while, and tells how each fared. Always the same way. */
export async function simulateGroups(
  config: BatchingConfig<{ readonly group: string }>,
  groups: readonly CallerGroup[],
  durationMs: number,
): Promise<ReadonlyMap<string, GroupResult>> {
  const clock = new SimulationClock();
  const random = new SeededRandom(5);
  const processor = new SimulatedProcessor<Asked, undefined>({ clock, ...CURVE, respond: () => undefined });
  const limits = { maxBatchSize: MAX_BATCH_SIZE, maxConcurrentBatches: 1 };
  const batcher = new DynamicBatcher<Asked, undefined>([limits, config], processor, { clock });
  const results = new Map(groups.map(({ name }) => [name, { latenciesMs: [] as number[], refused: 0 }]));
  const arrivals = mergeArrivals(groups.map((group) => arrivalsOf(group, random.split(), durationMs)));
  void playArrivals(clock, arrivals as Iterable<Asked>, (asked) => {
    const result = results.get(asked.group);
    if (result === undefined) return;
    batcher.process(asked, asked).then(
      () => result.latenciesMs.push(clock.now() - asked.atMs),
      () => (result.refused += 1),
    );
  });
  await clock.run();
  for (const { latenciesMs } of results.values()) latenciesMs.sort((one, other) => one - other);
  return results;
}

export function p99Of({ latenciesMs }: GroupResult): number {
  return latenciesMs[Math.ceil(0.99 * latenciesMs.length) - 1] ?? NaN;
}

export function longestOf({ latenciesMs }: GroupResult): number {
  return latenciesMs.at(-1) ?? NaN;
}

function* arrivalsOf(
  { name, ratePerSecond, ...traits }: CallerGroup,
  random: SeededRandom,
  untilMs: number,
): Generator<Asked> {
  for (const atMs of poissonTimes({ random, ratePerSecond })) {
    if (atMs > untilMs) return;
    yield { atMs, group: name, ...traits };
  }
}
