/**
 * What all that waits in a bucket costs together, and what the most expensive one does. While each costs 1 nothing is
 * added up.
 */
export class WaitingCost {
  private areAllOne = true;
  private knownTotal = 0;
  private largestKnown = 0;
  private isLargestStale = false;

  /**
   * @param size How many wait.
   * @returns What they cost together.
   */
  total(size: number): number {
    return this.areAllOne ? size : this.knownTotal;
  }

  /**
   * The largest cost of all that wait. Told by a look at each, if the largest has left since.
   *
   * @param forEachCost Tells the cost of each.
   */
  largest(size: number, forEachCost: (visit: (cost: number) => void) => void): number {
    if (this.areAllOne) return Math.min(1, size);
    if (this.isLargestStale) {
      this.isLargestStale = false;
      this.largestKnown = 0;
      forEachCost((cost) => (this.largestKnown = Math.max(this.largestKnown, cost)));
    }
    return this.largestKnown;
  }

  /** One more comes to the `size` that wait. Need not be told while `isPlain` and it costs 1. */
  add(cost: number, size: number): void {
    if (this.areAllOne) {
      this.areAllOne = false;
      this.isLargestStale = false;
      this.knownTotal = size;
      this.largestKnown = Math.min(1, size);
    }
    this.knownTotal += cost;
    if (cost > this.largestKnown) this.largestKnown = cost;
  }

  /** One has left, and `sizeLeft` wait still. */
  remove(cost: number, sizeLeft: number): void {
    if (this.areAllOne) return;
    this.knownTotal -= cost;
    if (cost === this.largestKnown) this.isLargestStale = true;
    if (sizeLeft === 0) this.areAllOne = true;
  }

  /** Whether each of them costs 1. */
  get isPlain(): boolean {
    return this.areAllOne;
  }
}
