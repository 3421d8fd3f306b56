import type {
  BatchContext,
  DrainResult,
  QueueStatistics,
  ResolvedBatchingConfig,
} from 'nestjs-batching/core';

/** One call of `process`, and what became of it. */
export interface Call {
  readonly id: number;
  readonly calledAtMs: number;
  /** Infinity if it waits as long as it takes. */
  readonly deadlineAtMs: number;
  readonly timeoutMs: number;
  readonly isInvalid: boolean;
  readonly controller: AbortController | undefined;
  readonly wasAbortedBefore: boolean;
  /** How many requests waited when it came. */
  readonly waitingBefore: number;
  /** Whether the batcher drained or was closed when it came. */
  readonly wasDrainingBefore: boolean;
  /** Whether the batcher counts it as accepted. */
  isAccepted: boolean;
  abortedAtMs: number | undefined;
  batch: Batch | undefined;
  settledAtMs: number | undefined;
  response: string | undefined;
  error: unknown;
}

/** How the workload has ended a batch. */
export type Ending =
  | { readonly type: 'success' }
  /** One result is an Error. */
  | { readonly type: 'spoiled'; readonly call: Call; readonly error: Error }
  | { readonly type: 'miscounted' }
  | { readonly type: 'failure'; readonly error: Error };

/** One call of the processor. */
export interface Batch {
  readonly id: number;
  readonly calls: readonly Call[];
  readonly startedAtMs: number;
  /** Who waited when it started, oldest first, itself included. */
  readonly waitingBefore: readonly Call[];
  readonly runningBefore: number;
  readonly wasExpedited: boolean;
  /** Since when there has been a free slot for it. */
  readonly slotFreeSinceMs: number;
  readonly context: BatchContext;
  /** The signal, if the processor has asked for it from the start. */
  readonly signal: AbortSignal | undefined;
  ending: Ending | undefined;
  endedAtMs: number | undefined;
  /** At its end: whether the signal was aborted, and whether all callers had left. */
  atEnd: { readonly isAborted: boolean; readonly haveAllLeft: boolean } | undefined;
}

/** What the outside world knows of a batcher: what it has asked for and what it has seen. */
export class Journal {
  readonly calls: Call[] = [];
  readonly batches: Batch[] = [];
  isExpedited = false;
  /** When the batcher has to be closed at the latest. */
  closeAtMs = Infinity;
  isDraining = false;
  drainResult: DrainResult | undefined = undefined;
  slotFreeSinceMs = 0;
  nowMs = 0;

  constructor(
    readonly config: ResolvedBatchingConfig,
    readonly statisticsNow: () => QueueStatistics,
    readonly stateNow: () => string,
  ) {}

  /** Who waits now, oldest first. */
  get waiting(): Call[] {
    return this.calls.filter((call) => call.isAccepted && call.batch === undefined && !this.hasLeft(call));
  }

  get running(): Batch[] {
    return this.batches.filter((batch) => batch.ending === undefined);
  }

  /** Whether nobody waits for the call any more, other than because it was answered. */
  hasLeft(call: Call): boolean {
    return call.abortedAtMs !== undefined || call.deadlineAtMs <= this.nowMs || this.closeAtMs <= this.nowMs;
  }
}
