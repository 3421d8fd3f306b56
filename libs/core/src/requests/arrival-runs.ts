import type { Arrival } from './arrival.js';

/** Requests that came one after the other, at the same time. */
export interface ArrivalRun {
  readonly arrival: Arrival;
  /** The number of its first request among all that ever came, from 1. */
  firstNumber: number;
  /** How many requests it holds. */
  count: number;
  /** Those that came next. */
  following: ArrivalRun | undefined;
}

/** When requests in a line came: told once for all that came at the same time. */
export class ArrivalRuns {
  first: ArrivalRun | undefined = undefined;
  private last: ArrivalRun | undefined = undefined;

  /** One more comes, at the end of the line. */
  add(arrival: Arrival, number: number): void {
    const { last } = this;
    if (last?.arrival === arrival && last.firstNumber + last.count === number) {
      last.count += 1;
      return;
    }
    const run = { arrival, firstNumber: number, count: 1, following: undefined };
    if (last === undefined) this.first = run;
    else last.following = run;
    this.last = run;
  }

  /** Takes `count` from the front; there must be as many. Tells the first run of them; undefined if none. */
  take(count: number): ArrivalRun | undefined {
    const { first } = this;
    if (first === undefined || count === 0) return undefined;
    if (first.count > count) return splitOff(first, count);
    let last = first;
    let left = count - first.count;
    while (left > 0) {
      const next = last.following!;
      this.first = next;
      if (next.count > left) {
        last.following = splitOff(next, left);
        return first;
      }
      left -= next.count;
      last = next;
    }
    this.first = last.following;
    if (this.first === undefined) this.last = undefined;
    last.following = undefined;
    return first;
  }
}

/** Makes a run of the first `count` of one, which keeps the others. */
function splitOff(run: ArrivalRun, count: number): ArrivalRun {
  const { arrival, firstNumber } = run;
  run.firstNumber += count;
  run.count -= count;
  return { arrival, firstNumber, count, following: undefined };
}
