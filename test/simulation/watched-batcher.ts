import { BatchingError, DynamicBatcher } from 'nestjs-batching/core';
import {
  SimulatedProcessor,
  type ArrivalTraits,
  type SeededRandom,
  type SimulationClock,
} from 'nestjs-batching/testing';
import { describeCall, type Checker } from './checkers.js';
import { Call, Ledger, type Phase } from './ledger.js';
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
    });
    this.batcher = new DynamicBatcher<Call, number>(
      config,
      (calls, context) => this.runBatch(calls, () => this.processor.processBatch(calls, context)),
      { clock },
    );
    this.ledger = new Ledger(this.batcher.config);
  }

  call(phase: Phase, traits: ArrivalTraits, bucket: number, isAbortable = false): CallInFlight {
    const { ledger } = this;
    ledger.nowMs = this.clock.now();
    const call = new Call(ledger.calls + 1, phase, ledger.nowMs, traits, bucket);
    const controller = isAbortable ? new AbortController() : undefined;
    ledger.called();
    const options = controller === undefined ? traits : { ...traits, signal: controller.signal };
    const settled = this.batcher.process(call, options).then(
      (response) => {
        call.response = response;
        this.settle(call, 'succeeded');
      },
      (error: unknown) => {
        call.error =
          error instanceof Error ? error : new Error('received what is no error', { cause: error });
        this.settle(call, error instanceof BatchingError ? error.code : 'SPOILED');
      },
    );
    this.check(
      () => describeCall(call),
      (checker) => checker.called?.(ledger),
    );
    return { call, settled, takeBack: () => this.takeBack(call, controller) };
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

  private takeBack(call: Call, controller: AbortController | undefined): void {
    if (call.settledAtMs !== undefined) return;
    this.ledger.nowMs = call.abortedAtMs = this.clock.now();
    controller?.abort();
  }

  private runBatch(
    calls: readonly Call[],
    process: () => Promise<readonly (number | Error)[]>,
  ): Promise<readonly (number | Error)[]> {
    const { ledger } = this;
    ledger.nowMs = this.clock.now();
    const batch = ledger.batchStarted(calls);
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
      results = process();
    } catch (error) {
      end();
      throw error;
    }
    return results.then((given) => (batch.results = given)).finally(end);
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
