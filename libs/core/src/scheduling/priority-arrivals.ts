import { ArrivalRate } from './arrival-rate.js';

/** Learns how many requests come that will overtake one of a lower priority. */
export class PriorityArrivals {
  /** How many were accepted of each priority but the first, which has all the others. */
  private readonly accepted: number[] = [];
  private readonly higher: ArrivalRate[] = [];

  /** A request that is not of the first priority has been given a place. */
  noteAccepted(priority: number): void {
    this.accepted[priority] = (this.accepted[priority] ?? 0) + 1;
  }

  /**
   * How many requests of higher priorities come per millisecond. Watched from the first time that somebody asks for
   * this priority.
   *
   * @param placesTaken How many requests of all priorities were accepted.
   */
  higherPerMs(priority: number, placesTaken: number, nowMs: number): number {
    let total = placesTaken;
    for (let lower = priority; lower < this.accepted.length; lower += 1) total -= this.accepted[lower] ?? 0;
    const rate = (this.higher[priority] ??= new ArrivalRate());
    rate.observe(total, nowMs);
    return rate.requestsPerMs;
  }
}
