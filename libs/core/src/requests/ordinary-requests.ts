import type { ArrivalRun } from './arrival-runs.js';
import { isError } from '../errors/is-error.js';
import { resultAt } from '../processor/processor-results.js';
import { Rejection, type Settle } from './promised-answer.js';
import { QueuedRequest, type Answer } from './queued-request.js';
import { ORDINARY_TERMS } from './request-terms.js';

/**
 * Requests of which nothing special was said, that ride together: what was sent, and how to answer, side by side. None
 * of them needs to be an object; when one of them has to be dealt with by itself, all become objects.
 */
export class OrdinaryRequests<TRequest, TResponse> {
  /**
   * @param payloads What the callers sent.
   * @param settles How each of them is answered, in the same order.
   * @param arrivals When they came: the first run of them.
   */
  constructor(
    readonly payloads: TRequest[],
    private readonly settles: readonly Settle<Answer<TResponse>>[],
    private readonly arrivals: ArrivalRun | undefined,
  ) {}

  /** How many they are. */
  get size(): number {
    return this.settles.length;
  }

  /** Makes an object of each. */
  toEntries(): QueuedRequest<TRequest, TResponse>[] {
    const entries: QueuedRequest<TRequest, TResponse>[] = [];
    for (let run = this.arrivals; run !== undefined; run = run.following) {
      for (let count = 0; count < run.count; count += 1) {
        const index = entries.length;
        const payload = this.payloads[index] as TRequest;
        const entry = new QueuedRequest<TRequest, TResponse>(payload, ORDINARY_TERMS);
        entry.arrival = run.arrival;
        entry.arrivalNumber = run.firstNumber + count;
        entry.settle = this.settles[index];
        entries.push(entry);
      }
    }
    return entries;
  }

  /** Tells of each time at which some of them came, and how many. */
  forEachArrival(visit: (atMs: number, count: number) => void): void {
    for (let run = this.arrivals; run !== undefined; run = run.following) {
      visit(run.arrival.timeMs, run.count);
    }
  }

  /** Gives each its own result, an `Error` to whose it is; and tells how many of them failed. */
  answer(results: readonly (TResponse | Error)[]): number {
    const { settles } = this;
    let failed = 0;
    for (let index = 0; index < settles.length; index += 1) {
      const result = resultAt(results, index);
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
}
