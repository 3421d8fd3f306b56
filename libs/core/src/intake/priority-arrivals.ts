import { ArrivalRate } from '../learned/arrival-rate.js';

/** Learns how many requests come that will overtake one of a lower priority. */
export class PriorityArrivals {
  /** How many places were taken by each priority but the first, which has all the others. */
  private readonly taken: number[] = [0];
  private readonly higher: ArrivalRate[] = [];
  /** Whether anybody has asked. Before that nothing need be counted: what matters is how the numbers grow. */
  isWatched = false;

  /**
   * A request that is not of the first priority has taken a place; not one that shares another's. Need not be told
   * before it `isWatched`.
   */
  notePlaceTaken(priority: number): void {
    this.taken[priority] = (this.taken[priority] ?? 0) + 1;
  }

  /**
   * How many requests of higher priorities come per millisecond. Watched from the first time that somebody asks for
   * this priority.
   *
   * @param placesTaken How many places were taken in all.
   */
  higherPerMs(priority: number, placesTaken: number, nowMs: number): number {
    this.isWatched = true;
    let total = placesTaken;
    for (let lower = priority; lower < this.taken.length; lower += 1) total -= this.taken[lower] ?? 0;
    const rate = (this.higher[priority] ??= new ArrivalRate());
    rate.observe(total, nowMs);
    return rate.requestsPerMs;
  }
}
