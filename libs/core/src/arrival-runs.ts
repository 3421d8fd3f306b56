import type { Arrival } from './arrival.js';

/** Requests that came one after the other, at the same time. */
export interface ArrivalRun {
  readonly arrival: Arrival;
  /** The arrival number of its first request: the how-manieth that is of all that ever came. */
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
    this.append({ arrival, firstNumber: number, count: 1, following: undefined });
  }

  /** Takes so many from the front, of which there must be as many. */
  take(count: number): ArrivalRuns {
    const taken = new ArrivalRuns();
    let left = count;
    while (left > 0) {
      const run = this.first!;
      if (run.count > left) {
        const { arrival, firstNumber } = run;
        taken.append({ arrival, firstNumber, count: left, following: undefined });
        run.firstNumber += left;
        run.count -= left;
        return taken;
      }
      left -= run.count;
      this.first = run.following;
      if (this.first === undefined) this.last = undefined;
      run.following = undefined;
      taken.append(run);
    }
    return taken;
  }

  private append(run: ArrivalRun): void {
    if (this.last === undefined) this.first = run;
    else this.last.following = run;
    this.last = run;
  }
}
