import {
  BatchingError,
  DeadlineExceededError,
  DynamicBatcher,
  QueueFullError,
  type BatchContext,
} from 'nestjs-batching/core';
import {
  SimulatedProcessor,
  type ArrivalTraits,
  type SeededRandom,
  type SimulationClock,
} from 'nestjs-batching/testing';
import { Call, describeCall, type Phase } from './call.js';
import type { Checker } from './checker.js';
import { Ledger } from './ledger.js';
import type { LiveConfig } from './live-changes.js';
import type { Scenario } from './scenario.js';

/** A call that was made, and when it is over. */
export interface CallInFlight {
  readonly call: Call;
  /** Resolves when it is settled, however that is. */
  readonly settled: Promise<void>;
  readonly takeBack: () => void;
}

/** The real batcher and a simulated processor, with the checkers looking at every step. */
export class WatchedBatcher {
  readonly ledger: Ledger;
  readonly processor: SimulatedProcessor<Call, number>;
  /** What was found first; whatever follows may only follow from it. */
  firstBroken: string | undefined = undefined;
  private readonly batcher: DynamicBatcher<Call, number>;

  constructor(
    { config, curve, jitter, faults, slowPhases }: Scenario,
    private readonly clock: SimulationClock,
    random: SeededRandom,
    private readonly checkers: readonly Checker[],
  ) {
    this.processor = new SimulatedProcessor({
      ...{ clock, random, faults, slowPhases, jitter },
      ...curve,
      respond: ({ id }) => id,
      sizeOf: (_, { paddedBatchSize }) => paddedBatchSize,
    });
    this.batcher = new DynamicBatcher<Call, number>(
      config,
      (calls, context) => this.runBatch(calls, context),
      { clock },
    );
    this.ledger = new Ledger(this.batcher.config);
  }

  call(phase: Phase, traits: ArrivalTraits, bucket: number, isAbortable = false): CallInFlight {
    const call = this.createCall(phase, traits, bucket);
    const controller = isAbortable ? new AbortController() : undefined;
    const options = controller === undefined ? traits : { ...traits, signal: controller.signal };
    const settled = this.batcher.process(call, options).then(
      (response) => this.succeed(call, response),
      (error: unknown) => this.fail(call, error),
    );
    this.check(
      () => describeCall(call),
      (checker) => checker.called?.(this.ledger),
    );
    return { call, settled, takeBack: () => this.takeBack(call, controller) };
  }

  /** Resolves when all are settled. Only then is it known what became of each. */
  async callMany(phase: Phase, traits: ArrivalTraits, buckets: readonly number[]): Promise<void> {
    const calls = buckets.map((bucket) => this.createCall(phase, traits, bucket));
    try {
      const results = await this.batcher.processMany(calls, traits);
      calls.forEach((call, index) => {
        const result = results[index];
        if (result?.status === 'fulfilled') this.succeed(call, result.value);
        else this.fail(call, result?.reason);
      });
    } catch (error) {
      for (const call of calls) this.fail(call, error);
    }
  }

  reconfigure(changes: Partial<LiveConfig>): void {
    this.ledger.nowMs = this.clock.now();
    // The batcher decides anew before this returns, so what it starts has to be judged by what it was told.
    this.ledger.reconfigured({ ...this.ledger.config, ...changes });
    this.batcher.reconfigure(changes);
  }

  async drain(): Promise<void> {
    this.ledger.drainStartedAtMs = this.clock.now();
    const result = await this.batcher.drain();
    // Those who are rejected at this very moment hear of it first.
    await this.clock.sleep(0);
    this.ledger.nowMs = this.clock.now();
    this.check(
      () => 'drained',
      (checker) => checker.drained?.(result, this.ledger, this.batcher.getStatistics()),
    );
  }

  /** Stops everything: there is something to report. */
  report(broken: string): void {
    this.firstBroken ??= broken;
    this.clock.stop();
  }

  private createCall(phase: Phase, traits: ArrivalTraits, bucket: number): Call {
    const { ledger } = this;
    ledger.nowMs = this.clock.now();
    const call = new Call(ledger.calls + 1, phase, ledger.nowMs, traits, bucket);
    ledger.called(call);
    return call;
  }

  private takeBack(call: Call, controller: AbortController | undefined): void {
    if (call.settledAtMs !== undefined) return;
    this.ledger.nowMs = call.abortedAtMs = this.clock.now();
    controller?.abort();
  }

  private runBatch(calls: readonly Call[], context: BatchContext): Promise<readonly (number | Error)[]> {
    const { ledger } = this;
    ledger.nowMs = this.clock.now();
    const batch = ledger.batchStarted(calls, context.paddedBatchSize);
    this.check(
      () => `batch ${batch.id}`,
      (checker) => checker.batchStarted?.(batch, ledger),
    );
    ledger.batchTook(batch);
    const end = (): void => {
      ledger.nowMs = this.clock.now();
      ledger.batchEnded();
    };
    let results: Promise<readonly (number | Error)[]>;
    try {
      results = this.processor.processBatch(calls, context);
    } catch (error) {
      end();
      throw error;
    }
    return results.then((given) => (batch.results = given)).finally(end);
  }

  private succeed(call: Call, response: number): void {
    call.response = response;
    this.settle(call, 'succeeded');
  }

  private fail(call: Call, error: unknown): void {
    call.error = error instanceof Error ? error : new Error('received what is no error', { cause: error });
    this.settle(call, error instanceof BatchingError ? outcomeOf(error) : 'SPOILED');
  }

  private settle(call: Call, outcome: string): void {
    this.ledger.nowMs = this.clock.now();
    this.check(
      () => `${describeCall(call)}, ${outcome}`,
      (checker) => checker.settling?.(call, this.ledger),
    );
    this.ledger.settle(call, outcome);
  }

  private check(occasion: () => string, look: (checker: Checker) => string | undefined): void {
    for (const checker of this.checkers) {
      const broken = look(checker);
      if (broken !== undefined) {
        this.report(`Broken: ${checker.title}. At ${this.ledger.nowMs} ms, ${occasion()}: ${broken}.`);
      }
    }
  }
}

/** What says more than the code by itself is told apart. */
function outcomeOf(error: BatchingError): string {
  if (error instanceof QueueFullError) return `${error.code} (${error.reason})`;
  if (error instanceof DeadlineExceededError) return `${error.code} (${error.phase})`;
  return error.code;
}
