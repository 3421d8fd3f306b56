import type { ResolvedBatchingConfig } from 'nestjs-batching/core';
import type { ArrivalTraits } from 'nestjs-batching/testing';

/** Whether things go wrong, have gone wrong a moment ago, are well, or come to their end. */
export type Phase = 'safety' | 'recovery' | 'liveness' | 'drain';

/** One call to the batcher; it is also the payload, so a batch tells whose requests it holds. */
export class Call {
  /** Infinity if the caller waits as long as it takes. */
  readonly deadlineAtMs: number;
  readonly tenant: string | undefined;
  readonly priority: number | undefined;
  abortedAtMs: number | undefined = undefined;
  batch: Batch | undefined = undefined;
  settledAtMs: number | undefined = undefined;
  response: unknown = undefined;
  error: Error | undefined = undefined;

  constructor(
    readonly id: number,
    readonly phase: Phase,
    readonly calledAtMs: number,
    { timeoutMs = Infinity, tenant, priority }: ArrivalTraits,
    /** Only requests of one bucket may share a batch. */
    readonly bucket: number,
  ) {
    this.deadlineAtMs = calledAtMs + timeoutMs;
    this.tenant = tenant;
    this.priority = priority;
  }
}

/** One run of the processor. */
export interface Batch {
  readonly id: number;
  readonly calls: readonly Call[];
  readonly startedAtMs: number;
  /** Others that ran when it started. */
  readonly runningBefore: number;
  /** Since when at least one slot had been free when it started. */
  readonly slotFreeSinceMs: number;
  /** What the processor made of it; undefined until it ends, and if it fails as a whole. */
  results: readonly unknown[] | undefined;
}

/** How often each outcome came in each phase. */
export type Outcomes = Readonly<Record<Phase, Map<string, number>>>;

/** What happened so far, as seen from outside: by the callers and by the processor. */
export class Ledger {
  nowMs = 0;
  calls = 0;
  settled = 0;
  batches = 0;
  running = 0;
  /** Calls that are neither settled nor in a batch; a call that is being refused counts until it knows. */
  waiting = 0;
  slotFreeSinceMs = 0;
  drainStartedAtMs = Infinity;
  readonly outcomes: Outcomes = {
    safety: new Map(),
    recovery: new Map(),
    liveness: new Map(),
    drain: new Map(),
  };

  constructor(readonly config: ResolvedBatchingConfig) {}

  called(): void {
    this.calls += 1;
    this.waiting += 1;
  }

  batchStarted(calls: readonly Call[]): Batch {
    this.batches += 1;
    const batch = {
      id: this.batches,
      calls,
      startedAtMs: this.nowMs,
      runningBefore: this.running,
      slotFreeSinceMs: this.slotFreeSinceMs,
      results: undefined,
    };
    this.running += 1;
    return batch;
  }

  /** After the checkers have seen it: from here on its calls do not wait any more. */
  batchTook(batch: Batch): void {
    for (const call of batch.calls) {
      if (call.batch === undefined && call.settledAtMs === undefined) this.waiting -= 1;
      call.batch = batch;
    }
  }

  batchEnded(): void {
    if (this.running >= this.config.maxConcurrentBatches) this.slotFreeSinceMs = this.nowMs;
    this.running -= 1;
  }

  settle(call: Call, outcome: string): void {
    if (call.batch === undefined) this.waiting -= 1;
    call.settledAtMs = this.nowMs;
    this.settled += 1;
    const counts = this.outcomes[call.phase];
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
}
