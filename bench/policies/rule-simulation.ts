import type { CostCurve } from 'nestjs-batching/testing';
import type { MeasurementRecorder } from './measurement.js';
import type { BatchingRule, RuleSetting, Server } from './rule.js';

/** How many who have left the front of the line are kept before it is cut. */
const LONGEST_TRAIL = 1024;

interface FormedBatch {
  readonly arrivedAtMs: readonly number[];
  readonly formedAtMs: number;
  startedAtMs: number;
  endsAtMs: number;
}

/**
 * Slots that serve batches by a rule, in virtual time. Three things can happen next: a request comes, a batch
 * ends, or the time comes that the rule asked for; the earliest does.
 */
export class RuleSimulation implements Server {
  nowMs = 0;
  readonly maxBatchSize: number;
  private readonly slots: number;
  private readonly maxWaiting: number;
  /** When those came who wait, the oldest first, from `head` on. */
  private line: number[] = [];
  private head = 0;
  private wakesAtMs = Infinity;
  private readonly running: FormedBatch[] = [];
  /** Batches that were formed before a slot was free for them. */
  private readonly closed: FormedBatch[] = [];
  private requestsInClosed = 0;

  constructor(
    private readonly rule: BatchingRule,
    { slots, maxBatchSize }: Pick<RuleSetting, 'slots' | 'maxBatchSize'>,
    private readonly curve: CostCurve,
    maxQueueSize: number,
    private readonly recorder: MeasurementRecorder,
  ) {
    this.slots = slots;
    this.maxBatchSize = maxBatchSize;
    this.maxWaiting = Math.min(maxQueueSize, rule.maxWaiting ?? Infinity);
  }

  /** Lets all of them come, and everything happen that follows. */
  play(arrivalTimesMs: Iterable<number>): void {
    const arrivals = arrivalTimesMs[Symbol.iterator]();
    let arrival = arrivals.next();
    for (;;) {
      const arrivesAtMs = arrival.done === true ? Infinity : arrival.value;
      const ending = this.nextToEnd();
      const endsAtMs = ending?.endsAtMs ?? Infinity;
      this.nowMs = Math.min(arrivesAtMs, endsAtMs, this.wakesAtMs);
      if (this.nowMs === Infinity) return;
      if (ending !== undefined && endsAtMs === this.nowMs) {
        this.end(ending);
      } else if (arrivesAtMs === this.nowMs) {
        this.arrive();
        arrival = arrivals.next();
      } else {
        this.wakesAtMs = Infinity;
      }
      this.rule.act(this);
    }
  }

  get waitingCount(): number {
    return this.line.length - this.head;
  }

  get oldestArrivedAtMs(): number {
    return this.line[this.head] ?? Infinity;
  }

  get newestArrivedAtMs(): number {
    return this.waitingCount === 0 ? Infinity : (this.line.at(-1) ?? Infinity);
  }

  get freeSlots(): number {
    return this.slots - this.running.length;
  }

  get batchesInFlight(): number {
    return this.running.length + this.closed.length;
  }

  run(count: number): void {
    const batch = {
      arrivedAtMs: this.take(count),
      formedAtMs: this.nowMs,
      startedAtMs: Infinity,
      endsAtMs: Infinity,
    };
    this.closed.push(batch);
    this.requestsInClosed += batch.arrivedAtMs.length;
    this.startClosed();
  }

  dropOldest(): void {
    for (const arrivedAtMs of this.take(1)) this.recorder.notAnswered(arrivedAtMs);
  }

  wakeAt(atMs: number): void {
    this.wakesAtMs = atMs;
  }

  private arrive(): void {
    if (this.waitingCount + this.requestsInClosed >= this.maxWaiting) this.recorder.notAnswered(this.nowMs);
    else this.line.push(this.nowMs);
  }

  private end(batch: FormedBatch): void {
    this.running.splice(this.running.indexOf(batch), 1);
    for (const arrivedAtMs of batch.arrivedAtMs) this.recorder.answered(arrivedAtMs, this.nowMs);
    this.rule.learn?.({
      size: batch.arrivedAtMs.length,
      durationMs: this.nowMs - batch.startedAtMs,
      oldestWaitMs: batch.formedAtMs - (batch.arrivedAtMs[0] ?? 0),
      newestWaitMs: batch.formedAtMs - (batch.arrivedAtMs.at(-1) ?? 0),
      ageMs: this.nowMs - (batch.arrivedAtMs[0] ?? 0),
    });
    this.startClosed();
  }

  private startClosed(): void {
    while (this.freeSlots > 0) {
      const batch = this.closed.shift();
      if (batch === undefined) return;
      const size = batch.arrivedAtMs.length;
      this.requestsInClosed -= size;
      batch.startedAtMs = this.nowMs;
      batch.endsAtMs = this.nowMs + this.curve.fixedMs + this.curve.perRequestMs * size;
      this.running.push(batch);
      this.recorder.batchStarted(size, this.nowMs);
    }
  }

  private nextToEnd(): FormedBatch | undefined {
    let next: FormedBatch | undefined;
    for (const batch of this.running) {
      if (next === undefined || batch.endsAtMs < next.endsAtMs) next = batch;
    }
    return next;
  }

  private take(count: number): number[] {
    const taken = this.line.slice(this.head, this.head + count);
    this.head += taken.length;
    if (this.head > LONGEST_TRAIL) {
      this.line = this.line.slice(this.head);
      this.head = 0;
    }
    return taken;
  }
}
