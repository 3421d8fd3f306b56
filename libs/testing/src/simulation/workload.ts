import { poissonTimes } from './arrival-times.js';
import type { SeededRandom } from './seeded-random.js';
import type { SimulationClock } from './simulation-clock.js';

/** One request of a workload. It can be handed to a batcher's `process` as the options of the call. */
export interface Arrival {
  /** When it comes, in milliseconds on the clock's scale. */
  readonly atMs: number;
  /** Whose request it is. Default: nobody's in particular. */
  readonly tenant?: string;
  /** How urgent it is, 0 the most. Default: the batcher's. */
  readonly priority?: number;
  /** How long its caller waits, in milliseconds from its arrival. Default: the batcher's. */
  readonly timeoutMs?: number;
}

/** What is said of an arrival besides its time. */
export type ArrivalTraits = Omit<Arrival, 'atMs'>;

/**
 * Turns times into arrivals.
 *
 * @param describe What else is said of the next arrival; asked once for each, in order. Default: nothing.
 */
export function* arrivalsAt(
  times: Iterable<number>,
  describe: () => ArrivalTraits = () => NO_TRAITS,
): Generator<Arrival> {
  for (const atMs of times) yield { atMs, ...describe() };
}

/** The first `count` of a sequence that may be endless. */
export function* takeFirst<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let left = count;
  if (left <= 0) return;
  for (const item of items) {
    yield item;
    left -= 1;
    if (left === 0) return;
  }
}

/** Several workloads as one, in order of time. */
export function* mergeArrivals(workloads: readonly Iterable<Arrival>[]): Generator<Arrival> {
  const sources = workloads.map((workload) => workload[Symbol.iterator]());
  const heads = sources.map((source) => source.next());
  for (;;) {
    let earliest = -1;
    let earliestAtMs = Infinity;
    heads.forEach((head, index) => {
      if (head.done !== true && head.value.atMs < earliestAtMs) {
        earliest = index;
        earliestAtMs = head.value.atMs;
      }
    });
    const head = heads[earliest];
    const source = sources[earliest];
    if (head === undefined || source === undefined || head.done === true) return;
    yield head.value;
    heads[earliest] = source.next();
  }
}

/** Several tenants of equal share, of which the first offers a multiple of it. Poisson, endless. */
export function floodByOneTenant({
  random,
  tenants,
  ratePerSecond,
  floodFactor,
}: {
  readonly random: SeededRandom;
  /** Names of the tenants, at least one; the first one floods. */
  readonly tenants: readonly string[];
  /** What each of the others offers, in requests a second; above 0. */
  readonly ratePerSecond: number;
  /** How many times as much the first one offers. */
  readonly floodFactor: number;
}): Generator<Arrival> {
  return mergeArrivals(
    tenants.map((tenant, index) => {
      const traits = { tenant };
      const rate = index === 0 ? ratePerSecond * floodFactor : ratePerSecond;
      return arrivalsAt(poissonTimes({ random: random.split(), ratePerSecond: rate }), () => traits);
    }),
  );
}

/**
 * Draws priorities: 0 as often as the first share says, 1 as often as the second, and so on.
 *
 * @param shares Relative; they need not add up to 1.
 */
export function priorityMix(random: SeededRandom, shares: readonly number[]): () => number {
  const total = shares.reduce((sum, share) => sum + share, 0);
  return () => {
    let left = random.next() * total;
    const priority = shares.findIndex((share) => (left -= share) < 0);
    return priority === -1 ? shares.length - 1 : priority;
  };
}

/**
 * Lets a workload happen: calls `onArrival` for each request at its time, and resolves after the last one. It
 * looks one arrival ahead, so a workload may be endless and is never held in memory.
 */
export function playArrivals<
  Item extends {
    /** When it comes, in milliseconds on the clock's scale. */
    readonly atMs: number;
  },
>(clock: SimulationClock, arrivals: Iterable<Item>, onArrival: (arrival: Item) => void): Promise<void> {
  const source = arrivals[Symbol.iterator]();
  return new Promise((resolve) => {
    let next = source.next();
    const alarm = clock.createAlarm(() => {
      if (next.done === true) return;
      const arrival = next.value;
      next = source.next();
      // Set first: what comes at the same time as this one must not fall behind what this one causes.
      setAlarm();
      onArrival(arrival);
    });
    const setAlarm = (): void => {
      if (next.done === true) resolve();
      else alarm.set(next.value.atMs);
    };
    setAlarm();
  });
}

const NO_TRAITS: ArrivalTraits = Object.freeze({});
