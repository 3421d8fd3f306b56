/** The server as a batching rule sees it, and what the rule may do to it. */
export interface Server {
  readonly nowMs: number;
  /** Most requests in one batch. */
  readonly maxBatchSize: number;
  /** Requests that wait and are in no batch yet. */
  readonly waitingCount: number;
  /** When the first of them came, in milliseconds; Infinity if none waits. */
  readonly oldestArrivedAtMs: number;
  /** When the last of them came, in milliseconds; Infinity if none waits. */
  readonly newestArrivedAtMs: number;
  /** Batches that could start now. */
  readonly freeSlots: number;
  /** Batches that were formed and have not ended, whether they run already or not. */
  readonly batchesInFlight: number;

  /** Forms a batch of the oldest `count`. If no slot is free it waits for one, as it is. */
  run(count: number): void;
  /** Gives up the request that has waited longest. */
  dropOldest(): void;
  /** Has `act` called at this time, in place of any earlier wish. */
  wakeAt(atMs: number): void;
}

/** What a rule learns of a batch when it has ended. */
export interface EndedBatch {
  readonly size: number;
  /** How long it ran, in milliseconds. */
  readonly durationMs: number;
  /** How long its oldest request had waited when it was formed, in milliseconds. */
  readonly oldestWaitMs: number;
  /** How long its newest request had waited when it was formed, in milliseconds. */
  readonly newestWaitMs: number;
  /** From the arrival of its oldest request to its end, in milliseconds. */
  readonly ageMs: number;
}

/** Decides when a batch is formed, of how many, and who is given up. Written from what is published of it. */
export interface BatchingRule {
  /** Called when a request has come, a batch has ended or the time has come that the rule asked for. */
  act(server: Server): void;
  /** Called before `act` when a batch has ended. */
  learn?(batch: EndedBatch): void;
  /** Most requests that may wait, if the rule itself says so; one more is refused. */
  readonly maxWaiting?: number;
}

/** What every rule is set up with. */
export interface RuleSetting {
  readonly slots: number;
  readonly maxBatchSize: number;
  /** How long callers wait, in milliseconds; Infinity: as long as it takes. */
  readonly limitMs: number;
  /** How long the oldest request may wait for company, for rules that have such a window, in milliseconds. */
  readonly windowMs: number;
  /** S(`maxBatchSize`), for settings that an operator derives from the processor's speed, in milliseconds. */
  readonly fullBatchMs: number;
}
