import { takeFirst, playArrivals, SeededRandom, SimulationClock } from 'nestjs-batching/testing';
import { createCheckers } from './checkers.js';
import type { Phase } from './call.js';
import type { Outcomes } from './ledger.js';
import { drawChange, undoChanges } from './live-changes.js';
import { drawScenario, type Scenario } from './scenario.js';
import { WatchedBatcher } from './watched-batcher.js';

/** Of all requests, so many come while things go wrong; the others when all is well again. */
const SAFETY_SHARE = 0.7;
const LAST_CALLS = 100;
const CALLS_BETWEEN_PROGRESS = 10_000;
/** If so many full batches could have run and nobody was answered, nobody will be. */
const LONGEST_SILENCE_BATCHES = 1000;

/** What a simulation came to. */
export interface SimulationReport {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly calls: number;
  readonly batches: number;
  readonly virtualMs: number;
  readonly outcomes: Outcomes;
}

/** A checker found a promise broken. It says which, by which seed, and how to see it again. */
export class BrokenPromiseError extends Error {
  override readonly name = 'BrokenPromiseError';
}

/**
 * Lets the real batcher live through a scenario in virtual time, and has everything checked as it happens:
 *
 * 1. Safety: requests come whatever the load, and the processor fails, hangs, miscounts and slows down. What
 *    is promised must hold all the time.
 * 2. Liveness: nothing goes wrong any more, and callers are so few that the queue cannot overflow. After a
 *    time to recover, every single one must get its result.
 * 3. Drain, with calls still waiting.
 *
 * The same seed and number of requests always give the same run.
 *
 * @throws BrokenPromiseError
 */
export async function simulate(
  seed: number,
  requests: number,
  onProgress: (calls: number) => void = () => undefined,
): Promise<SimulationReport> {
  const life = new SimulatedLife(seed, requests, onProgress);
  const broken = await life.live();
  if (broken === undefined) return life.report();
  const command = `npm run simulate -- --seed ${seed} --requests ${requests}`;
  throw new BrokenPromiseError(
    `${broken}\n${JSON.stringify(life.scenario.config)}\nSee it again: ${command}`,
  );
}

class SimulatedLife {
  readonly scenario: Scenario;
  private readonly random: SeededRandom;
  private readonly clock = new SimulationClock();
  private readonly watched: WatchedBatcher;
  private readonly fullBatchMs: number;

  constructor(
    private readonly seed: number,
    private readonly requests: number,
    private readonly onProgress: (calls: number) => void,
  ) {
    this.random = new SeededRandom(seed);
    this.scenario = drawScenario(this.random);
    this.watched = new WatchedBatcher(this.scenario, this.clock, this.random.split(), createCheckers());
    const { curve, config } = this.scenario;
    this.fullBatchMs = curve.fixedMs + curve.perRequestMs * config.maxBatchSize;
  }

  /** @returns what was found broken, if anything was. */
  async live(): Promise<string | undefined> {
    let isOver = false;
    void this.phases().then(() => (isOver = true));
    try {
      await this.clock.run();
    } catch (error) {
      this.watched.report(`Broken: time goes on. ${String(error)}`);
    }
    if (this.watched.firstBroken !== undefined) return this.watched.firstBroken;
    // Nothing is left to happen, so who still waits waits for ever.
    const { calls, settled } = this.watched.ledger;
    return isOver ? undefined : `Broken: everything comes to its end. ${calls - settled} calls never settle.`;
  }

  report(): SimulationReport {
    const { calls, batches, outcomes } = this.watched.ledger;
    return {
      seed: this.seed,
      scenario: this.scenario,
      calls,
      batches,
      virtualMs: this.clock.now(),
      outcomes,
    };
  }

  private async phases(): Promise<void> {
    await this.safety(Math.ceil(SAFETY_SHARE * this.requests));
    this.watched.processor.heal();
    await this.liveness(this.requests - this.watched.ledger.calls);
    for (let count = 0; count < LAST_CALLS; count += 1) {
      this.watched.call('drain', {}, this.drawBucket());
      // One at a time, so that who is refused knows before the next one comes.
      await this.clock.sleep(0);
    }
    await this.watched.drain();
  }

  private async safety(requests: number): Promise<void> {
    const { arrivals, abortRate, changeRate, config } = this.scenario;
    await playArrivals(this.clock, takeFirst(arrivals, requests), (arrival) => {
      if (this.random.chance(changeRate)) this.watched.reconfigure(drawChange(this.random, config));
      const isAbortable = this.random.chance(abortRate);
      const { takeBack } = this.watched.call('safety', arrival, this.drawBucket(), isAbortable);
      if (isAbortable) {
        const afterMs = this.random.exponential(2 * this.fullBatchMs);
        this.clock.callAt(this.clock.now() + afterMs, takeBack);
      }
      this.showProgress();
    });
    await this.untilAllSettled();
    this.watched.reconfigure(undoChanges(config));
  }

  private async liveness(requests: number): Promise<void> {
    const { patientCallers, meanThinkMs, recoveryMs, config } = this.scenario;
    // All of them together do not fill the queue.
    const mostAtOnce = Math.max(1, Math.floor(config.maxQueueSize / patientCallers));
    const wellFromMs = this.clock.now() + recoveryMs;
    let left = requests;
    const callAgainAndAgain = async (): Promise<void> => {
      while (left > 0) {
        await this.clock.sleep(this.random.exponential(meanThinkMs));
        const phase = this.clock.now() < wellFromMs ? 'recovery' : 'liveness';
        const count = phase === 'liveness' ? 1 + this.random.integer(Math.min(3, mostAtOnce)) : 1;
        if (phase === 'liveness') left -= count;
        await this.callPatiently(phase, count);
        this.showProgress();
      }
    };
    await Promise.all(Array.from({ length: patientCallers }, callAgainAndAgain));
  }

  private async callPatiently(phase: Phase, count: number): Promise<void> {
    const { patientTimeoutMs: timeoutMs, config } = this.scenario;
    const traits = { timeoutMs, priority: this.random.integer(config.priorityLevels) };
    if (count === 1) {
      await this.watched.call(phase, traits, this.drawBucket()).settled;
    } else {
      const buckets = Array.from({ length: count }, () => this.drawBucket());
      await this.watched.callMany(phase, traits, buckets);
    }
  }

  /** Waits for them as long as anything moves. */
  private async untilAllSettled(): Promise<void> {
    const { ledger } = this.watched;
    let silentBatches = 0;
    while (ledger.settled < ledger.calls) {
      const settledBefore = ledger.settled;
      await this.clock.sleep(this.fullBatchMs);
      silentBatches = ledger.settled === settledBefore ? silentBatches + 1 : 0;
      if (silentBatches > LONGEST_SILENCE_BATCHES) {
        this.watched.report(`Broken: who waits gets on. At ${this.clock.now()} ms nothing moves any more.`);
        return;
      }
    }
  }

  private drawBucket(): number {
    return this.random.integer(this.scenario.bucketCount);
  }

  private showProgress(): void {
    const { calls } = this.watched.ledger;
    if (calls % CALLS_BETWEEN_PROGRESS === 0) this.onProgress(calls);
  }
}
