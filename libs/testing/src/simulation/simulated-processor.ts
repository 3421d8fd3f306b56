import type { BatchContext, BatchProcessor } from 'nestjs-batching/core';
import { SeededRandom } from './seeded-random.js';
import type { SimulationClock } from './simulation-clock.js';

/** How long a batch of n takes: S(n) = `fixedMs` + `perRequestMs` · n. */
export interface CostCurve {
  /** τ: what a batch takes whatever its size, in milliseconds, 0 or more. */
  readonly fixedMs: number;
  /** α: what each request adds, in milliseconds, 0 or more. */
  readonly perRequestMs: number;
}

/** What goes wrong, and how often. Every rate is a probability from 0 to 1; default 0. */
export interface SimulatedFaults {
  /** Batches that reject when they end. */
  readonly failureRate?: number;
  /** Batches that throw as soon as they are called. */
  readonly throwRate?: number;
  /** Batches that return one result too few. */
  readonly miscountRate?: number;
  /** Batches that take `hangMs` longer than they should. */
  readonly hangRate?: number;
  /** How much longer a batch takes that hangs, in milliseconds. Default 10,000. */
  readonly hangMs?: number;
  /** Requests that get an `Error` of their own in a batch that is otherwise well. */
  readonly spoiledRate?: number;
}

/** Times in which everything is slower, at the same places in every period: a neighbor's job, a hot GPU. */
export interface SlowPhases {
  /** From the start of one slow phase to that of the next, in milliseconds, above 0. */
  readonly everyMs: number;
  /** How long a slow phase lasts, in milliseconds. */
  readonly lastMs: number;
  /** How many times as long a batch takes that starts in one. */
  readonly factor: number;
}

export interface SimulatedProcessorOptions<TRequest, TResponse> extends CostCurve {
  /** What batches take their time of: the clock that the batcher has. */
  readonly clock: SimulationClock;
  /** What a request's result is. */
  readonly respond: (request: TRequest) => TResponse;
  /** Where chance comes from. Default: `SeededRandom` with seed 1. */
  readonly random?: SeededRandom;
  /** The n in S(n). Default: how many requests the batch holds. */
  readonly sizeOf?: (requests: readonly TRequest[], context: BatchContext) => number;
  /** Spread of a batch's time around S(n): the standard deviation of its logarithm. Default 0: none. */
  readonly jitter?: number;
  /** Default: none. */
  readonly slowPhases?: SlowPhases;
  /** Default: none. */
  readonly faults?: SimulatedFaults;
}

/** What a simulated processor throws, rejects with or puts into a result on purpose. */
export class SimulatedFaultError extends Error {
  /** As stacks and logs show it. */
  override readonly name = 'SimulatedFaultError';
}

/**
 * A processor that takes the time of a cost curve, in virtual time, and has the faults that it is told to have.
 * It runs as many batches side by side as it is given; how many that are is the batcher's matter.
 *
 * ```ts
 * const processor = new SimulatedProcessor({ clock, fixedMs: 20, perRequestMs: 0.5, respond: (x: number) => -x });
 * ```
 */
export class SimulatedProcessor<TRequest, TResponse> implements BatchProcessor<TRequest, TResponse> {
  private readonly random: SeededRandom;
  private faults: SimulatedFaults | undefined;
  private slowPhases: SlowPhases | undefined;
  private runningBatches = 0;

  /**
   * Makes a processor that is idle.
   *
   * @param options How long batches take, what they answer, and what goes wrong.
   */
  constructor(private readonly options: SimulatedProcessorOptions<TRequest, TResponse>) {
    this.random = options.random ?? new SeededRandom(1);
    this.faults = options.faults;
    this.slowPhases = options.slowPhases;
  }

  /** Batches that run now. */
  get batchesInFlight(): number {
    return this.runningBatches;
  }

  /** From now on nothing fails, hangs or is slow. Batches that run already end as they were going to. */
  heal(): void {
    this.faults = undefined;
    this.slowPhases = undefined;
  }

  /** Ends after the time of the cost curve, in virtual time, unless it meets with one of the faults. */
  readonly processBatch = (
    requests: readonly TRequest[],
    context: BatchContext,
  ): Promise<readonly (TResponse | Error)[]> => {
    if (this.happens(this.faults?.throwRate))
      throw new SimulatedFaultError('The batch could not be started.');
    const { clock, sizeOf } = this.options;
    const durationMs = this.durationMs(sizeOf?.(requests, context) ?? requests.length);
    const hangMs = this.happens(this.faults?.hangRate) ? (this.faults?.hangMs ?? LONG_HANG_MS) : 0;
    const isFailing = this.happens(this.faults?.failureRate);
    this.runningBatches += 1;
    return new Promise((resolve, reject) => {
      clock.callAt(clock.now() + durationMs + hangMs, () => {
        this.runningBatches -= 1;
        if (isFailing) reject(new SimulatedFaultError('The batch failed.'));
        else resolve(this.respondTo(requests));
      });
    });
  };

  private durationMs(size: number): number {
    const { clock, fixedMs, perRequestMs, jitter = 0 } = this.options;
    const expectedMs = (fixedMs + perRequestMs * size) * slowdownAt(clock.now(), this.slowPhases);
    return jitter === 0 ? expectedMs : this.random.logNormal(expectedMs, jitter);
  }

  private respondTo(requests: readonly TRequest[]): (TResponse | Error)[] {
    const spoiledRate = this.faults?.spoiledRate;
    const results = requests.map((request) =>
      this.happens(spoiledRate)
        ? new SimulatedFaultError('This request is spoiled.')
        : this.options.respond(request),
    );
    if (this.happens(this.faults?.miscountRate)) results.pop();
    return results;
  }

  /** Draws a number only for what can happen at all, so that a healthy processor costs none. */
  private happens(rate: number | undefined): boolean {
    return rate !== undefined && rate > 0 && this.random.chance(rate);
  }
}

const LONG_HANG_MS = 10_000;

function slowdownAt(nowMs: number, phases: SlowPhases | undefined): number {
  if (phases === undefined) return 1;
  return nowMs % phases.everyMs < phases.lastMs ? phases.factor : 1;
}
