import type { ResolvedBatchingConfig } from 'nestjs-batching/core';
import type { Batch } from './batch.js';
import type { Call, Phase } from './call.js';

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
  readonly waiting = new Set<Call>();
  /** The call that came last. */
  latest: Call | undefined = undefined;
  slotFreeSinceMs = 0;
  reconfiguredAtMs = 0;
  waitingWhenReconfigured = 0;
  drainStartedAtMs = Infinity;
  readonly outcomes: Outcomes = {
    safety: new Map(),
    recovery: new Map(),
    liveness: new Map(),
    drain: new Map(),
  };
  private readonly waitingByTenant = new Map<string | undefined, number>();

  constructor(public config: ResolvedBatchingConfig) {}

  waitingOf(tenant: string | undefined): number {
    return this.waitingByTenant.get(tenant) ?? 0;
  }

  called(call: Call): void {
    this.calls += 1;
    call.found = { all: this.waiting.size, ofItsTenant: this.waitingOf(call.tenant) };
    this.waiting.add(call);
    this.countTenant(call, 1);
    this.latest = call;
  }

  batchStarted(calls: readonly Call[], paddedSize: number): Batch {
    this.batches += 1;
    const batch: Batch = {
      id: this.batches,
      calls,
      paddedSize,
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
      this.noLongerWaits(call);
      call.batch = batch;
    }
  }

  batchEnded(): void {
    if (this.running >= this.config.maxConcurrentBatches) this.slotFreeSinceMs = this.nowMs;
    this.running -= 1;
  }

  reconfigured(config: ResolvedBatchingConfig): void {
    if (this.running >= this.config.maxConcurrentBatches) this.slotFreeSinceMs = this.nowMs;
    this.reconfiguredAtMs = this.nowMs;
    this.waitingWhenReconfigured = this.waiting.size;
    this.config = config;
  }

  settle(call: Call, outcome: string): void {
    this.noLongerWaits(call);
    call.settledAtMs = this.nowMs;
    this.settled += 1;
    const counts = this.outcomes[call.phase];
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }

  private noLongerWaits(call: Call): void {
    if (this.waiting.delete(call)) this.countTenant(call, -1);
  }

  private countTenant({ tenant }: Call, change: number): void {
    this.waitingByTenant.set(tenant, this.waitingOf(tenant) + change);
  }
}
