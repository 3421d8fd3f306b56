import type { ArrivalTraits } from 'nestjs-batching/testing';
import type { Batch } from './batch.js';

/** Whether things go wrong, have gone wrong a moment ago, are well, or come to their end. */
export type Phase = 'safety' | 'recovery' | 'liveness' | 'drain';

/** Costs are integers from 1 to this one. */
export const COSTLIEST = 8;

/** How much waited when a call came, itself not included. */
export interface FoundWaiting {
  readonly all: number;
  readonly ofItsTenant: number;
}

/** One call to the batcher; it is also the payload, so a batch tells whose requests it holds. */
export class Call {
  /** Infinity if the caller waits as long as it takes. */
  readonly deadlineAtMs: number;
  readonly tenant: string | undefined;
  readonly priority: number;
  /** What it takes of a batch's budget, where there is one; drawn by its number. */
  readonly cost: number;
  found: FoundWaiting = { all: 0, ofItsTenant: 0 };
  abortedAtMs: number | undefined = undefined;
  batch: Batch | undefined = undefined;
  settledAtMs: number | undefined = undefined;
  response: unknown = undefined;
  error: Error | undefined = undefined;

  constructor(
    readonly id: number,
    readonly phase: Phase,
    readonly calledAtMs: number,
    { timeoutMs = Infinity, tenant, priority = 0 }: ArrivalTraits,
    /** Only requests of one bucket may share a batch. */
    readonly bucket: number,
  ) {
    this.deadlineAtMs = calledAtMs + timeoutMs;
    this.tenant = tenant;
    this.priority = priority;
    this.cost = 1 + ((Math.imul(id, GOLDEN_RATIO) >>> 0) % COSTLIEST);
  }
}

/** Multiplied with consecutive integers it spreads them evenly (2³² divided by the golden ratio). */
const GOLDEN_RATIO = 0x9e3779b1;

export function describeCall({
  id,
  phase,
  calledAtMs,
  deadlineAtMs,
  abortedAtMs,
  batch,
  ...call
}: Call): string {
  return (
    `call ${id} (${phase}, priority ${call.priority}, tenant ${call.tenant ?? 'none'}, bucket ${call.bucket}, ` +
    `cost ${call.cost}, called at ${calledAtMs}, deadline ${deadlineAtMs}, ` +
    `aborted ${abortedAtMs ?? 'never'}, batch ${batch?.id ?? 'none'})`
  );
}
