import { ORDINARY_TERMS } from './request-terms.js';
import type { Arrival } from './arrival.js';
import { isError } from './is-error.js';
import { Rejection, type Settle } from './promised-answer.js';
import { QueuedRequest, type Answer } from './queued-request.js';
import type { OrdinaryGroup } from './queue/ordinary-line.js';

/** Those that came one after the other at the same time. */
interface ArrivalRun {
  readonly arrival: Arrival;
  /** The place of its first one in the group, and the arrival number of that. */
  readonly from: number;
  readonly firstNumber: number;
}

/**
 * Requests of which nothing special was said, side by side in columns: what was sent, and how to answer. They wait and
 * ride together, so none of them needs to be an object. When one of them has to be dealt with by itself, all become
 * objects.
 */
export class OrdinaryRequests<TRequest, TResponse> implements OrdinaryGroup<
  QueuedRequest<TRequest, TResponse>
> {
  /** What the callers sent. */
  readonly payloads: TRequest[] = [];
  private readonly settles: Settle<Answer<TResponse>>[] = [];
  private readonly runs: ArrivalRun[] = [];
  private latestArrival: Arrival | undefined = undefined;
  private nextNumber = 0;

  /** How many they are. */
  get size(): number {
    return this.payloads.length;
  }

  /**
   * Adds one more, and makes the promise of its answer.
   *
   * The compiler sees through a function that is written where the promise is made, and makes none.
   */
  add(payload: TRequest, arrival: Arrival, arrivalNumber: number): Promise<Answer<TResponse>> {
    this.noteArrival(arrival, arrivalNumber);
    this.payloads.push(payload);
    return new Promise((resolve) => {
      this.settles.push(resolve);
    });
  }

  takeFrom(other: this, from: number, to: number): void {
    for (let index = from; index < to; index += 1) {
      this.noteArrival(other.runOf(index).arrival, other.arrivalNumberOf(index));
      this.payloads.push(other.payloads[index] as TRequest);
      this.settles.push(other.settles[index]!);
      other.forget(index);
    }
  }

  arrivedAtMs(index: number): number {
    return this.runOf(index).arrival.timeMs;
  }

  arrivalNumberOf(index: number): number {
    const { firstNumber, from } = this.runOf(index);
    return firstNumber + index - from;
  }

  toEntries(from = 0): QueuedRequest<TRequest, TResponse>[] {
    const entries: QueuedRequest<TRequest, TResponse>[] = [];
    for (let index = from; index < this.size; index += 1) {
      const { arrival } = this.runOf(index);
      const entry = new QueuedRequest<TRequest, TResponse>(
        this.payloads[index] as TRequest,
        ORDINARY_TERMS,
        arrival,
        undefined,
      );
      entry.arrivalNumber = this.arrivalNumberOf(index);
      entry.settle = this.settles[index];
      entries.push(entry);
    }
    return entries;
  }

  /** Tells of each time at which some of them came, and how many. */
  forEachArrival(visit: (atMs: number, count: number) => void): void {
    const { runs } = this;
    for (let index = 0; index < runs.length; index += 1) {
      const { arrival, from } = runs[index]!;
      const to = index + 1 < runs.length ? runs[index + 1]!.from : this.size;
      visit(arrival.timeMs, to - from);
    }
  }

  /** Gives each its own result, an `Error` to whose it is; and tells how many of them failed. */
  answer(results: readonly (TResponse | Error)[]): number {
    const { settles } = this;
    let failed = 0;
    for (let index = 0; index < settles.length; index += 1) {
      const result = results[index]!;
      const settle = settles[index]!;
      if (isError(result)) {
        failed += 1;
        settle(new Rejection(result));
      } else {
        settle(result);
      }
    }
    return failed;
  }

  /** Gives all of them the same error. */
  reject(error: unknown): void {
    for (const settle of this.settles) settle(new Rejection(error));
  }

  /** What is kept for nothing may be large. */
  private forget(index: number): void {
    this.payloads[index] = undefined as TRequest;
    this.settles[index] = nobodyWaits;
  }

  private noteArrival(arrival: Arrival, arrivalNumber: number): void {
    if (arrival !== this.latestArrival || arrivalNumber !== this.nextNumber) {
      this.runs.push({ arrival, from: this.size, firstNumber: arrivalNumber });
      this.latestArrival = arrival;
    }
    this.nextNumber = arrivalNumber + 1;
  }

  /** Most groups have one or two runs. */
  private runOf(index: number): ArrivalRun {
    const { runs } = this;
    let last = runs.length - 1;
    while (last > 0 && runs[last]!.from > index) last -= 1;
    return runs[last]!;
  }
}

function nobodyWaits(): void {
  // Its answer goes by another group.
}
