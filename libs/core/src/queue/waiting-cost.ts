/**
 * What all that waits in a bucket costs together, and what the most expensive one does. While each costs 1 nothing is
 * added up.
 */
export class WaitingCost {
  private areAllOne = true;
  private knownTotal = 0;
  private largestKnown = 0;
  /** How many of them cost as much as the largest; 0 if that has to be looked for. */
  private countOfLargest = 0;

  /** Whether each of them costs 1. */
  get isPlain(): boolean {
    return this.areAllOne;
  }

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
    if (this.countOfLargest === 0) {
      this.largestKnown = 0;
      forEachCost((cost) => this.noteLargest(cost));
    }
    return this.largestKnown;
  }

  /** One more comes to the `size` that wait. Need not be told while `isPlain` and it costs 1. */
  add(cost: number, size: number): void {
    if (this.areAllOne) {
      this.areAllOne = false;
      this.knownTotal = size;
      this.largestKnown = Math.min(1, size);
      this.countOfLargest = size;
    }
    this.knownTotal += cost;
    // Whether one that is as large as the last known is among the largest is not known while those have to be looked for.
    if (this.countOfLargest > 0 || cost > this.largestKnown || size === 0) this.noteLargest(cost);
  }

  /** One has left, and `sizeLeft` wait still. */
  remove(cost: number, sizeLeft: number): void {
    if (this.areAllOne) return;
    this.knownTotal -= cost;
    if (cost === this.largestKnown && this.countOfLargest > 0) this.countOfLargest -= 1;
    if (sizeLeft === 0) this.areAllOne = true;
  }

  private noteLargest(cost: number): void {
    if (cost > this.largestKnown) {
      this.largestKnown = cost;
      this.countOfLargest = 1;
    } else if (cost === this.largestKnown) {
      this.countOfLargest += 1;
    }
  }
}
