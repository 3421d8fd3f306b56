import type {
  BatchContext,
  Clock,
  DispatchReason,
  DrainResult,
  QueueStatistics,
  ResolvedBatchingConfig,
} from 'nestjs-batching/core';

/** What was said of a call. */
export interface CallTraits {
  readonly timeoutMs: number;
  readonly priority: number;
  readonly tenant: string | undefined;
  /** 1, and without bucket or key, where the batcher is not told to look at them. */
  readonly cost: number;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly isInvalid: boolean;
}

/** How things were when a call came. */
export interface CallCircumstances {
  readonly config: ResolvedBatchingConfig;
  readonly wasAborted: boolean;
  /** Whether the batcher drained or was closed. */
  readonly wasDraining: boolean;
  /** How many places were taken, and how many of them by the call's own tenant. */
  readonly placesTaken: number;
  readonly tenantPlacesTaken: number;
  /** How many waited in the places of others. */
  readonly followersWaiting: number;
  /** Whose place it would have to take, if all were taken. */
  readonly displaceable: Call | undefined;
  /** Whether a batch had ended well, so that the batcher knew how long one takes. */
  readonly hadLearned: boolean;
}

/** One request, and what became of it. */
export interface Call extends CallTraits {
  readonly id: number;
  readonly calledAtMs: number;
  /** Infinity if it waits as long as it takes. */
  readonly deadlineAtMs: number;
  readonly controller: AbortController | undefined;
  readonly circumstances: CallCircumstances;
  /** With whom it was sent at once, itself included; undefined if it was sent alone. */
  readonly group: Group | undefined;
  /** In whose place it waits, if not in its own. */
  readonly leader: Call | undefined;
  /** Who waits in its place besides itself. */
  readonly followers: Call[];
  /** Whether the batcher counts it as accepted. */
  isAccepted: boolean;
  abortedAtMs: number | undefined;
  /** When it had to give up its place to one of higher priority. */
  displacedAtMs: number | undefined;
  /** When it was told, before its deadline, that it would miss it. */
  droppedAtMs: number | undefined;
  /** The batch that took it; only for those with a place of their own. */
  batch: Batch | undefined;
  settledAtMs: number | undefined;
  response: string | undefined;
  error: unknown;
}

/** One call of `processMany`. */
export interface Group {
  readonly calls: readonly Call[];
  settledAtMs: number | undefined;
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
  /** Those whose places ride. */
  readonly calls: readonly Call[];
  readonly config: ResolvedBatchingConfig;
  readonly reason: DispatchReason | undefined;
  readonly startedAtMs: number;
  /** The places in which somebody waited when it started, oldest first, its own included. */
  readonly waitingBefore: readonly Call[];
  readonly runningBefore: number;
  readonly wasExpedited: boolean;
  /** Since when there has been a free slot for it, under the rules as they are. */
  readonly couldRunSinceMs: number;
  readonly context: BatchContext;
  /** The signal, if the processor has asked for it from the start. */
  readonly signal: AbortSignal | undefined;
  ending: Ending | undefined;
  endedAtMs: number | undefined;
  /** At its end: whether the signal was aborted, and whether all callers had left. */
  atEnd: { readonly isAborted: boolean; readonly haveAllLeft: boolean } | undefined;
  /** Whether it has been looked at since everything that belongs to its start has happened. */
  isReviewed: boolean;
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
  couldRunSinceMs = 0;

  constructor(
    private readonly clock: Pick<Clock, 'now'>,
    private readonly configNow: () => ResolvedBatchingConfig,
    readonly statisticsNow: () => QueueStatistics,
    readonly stateNow: () => string,
  ) {}

  get nowMs(): number {
    return this.clock.now();
  }

  get config(): ResolvedBatchingConfig {
    return this.configNow();
  }

  /** The places in which somebody waits now, oldest first. */
  get waiting(): Call[] {
    return this.calls.filter(
      (call) =>
        call.isAccepted && call.leader === undefined && call.batch === undefined && this.isNeeded(call),
    );
  }

  /** Those who wait for an answer in the place of another. */
  get followersWaiting(): Call[] {
    return this.calls.filter(
      (call) =>
        call.isAccepted &&
        call.leader?.batch?.ending === undefined &&
        call.leader !== undefined &&
        !this.hasLeft(call),
    );
  }

  get running(): Batch[] {
    return this.batches.filter((batch) => batch.ending === undefined);
  }

  /** Whether a call waits no more, other than because it was answered. */
  hasLeft(call: Call): boolean {
    return (
      call.abortedAtMs !== undefined ||
      call.displacedAtMs !== undefined ||
      call.droppedAtMs !== undefined ||
      call.deadlineAtMs <= this.nowMs ||
      this.closeAtMs <= this.nowMs
    );
  }

  /** Whether somebody waits in a place. */
  isNeeded(place: Call): boolean {
    return callersOf(place).some((caller) => !this.hasLeft(caller));
  }

  /** When the first came of those who still wait in these places; Infinity if nobody does. */
  waitingSinceMs(places: readonly Call[]): number {
    const waiting = places.flatMap(callersOf).filter((caller) => !this.hasLeft(caller));
    return Math.min(Infinity, ...waiting.map(({ calledAtMs }) => calledAtMs));
  }

  /** The place that a call of this key can share. */
  findShareable(key: string | undefined): Call | undefined {
    if (key === undefined) return undefined;
    return this.calls.find(
      (call) =>
        call.isAccepted &&
        call.leader === undefined &&
        call.key === key &&
        call.batch?.ending === undefined &&
        this.isNeeded(call),
    );
  }
}

/** All that wait in one place. */
export const callersOf = (place: Call): readonly Call[] => [place, ...place.followers];

/** The place that a call waits in. */
export const placeOf = (call: Call): Call => call.leader ?? call;
