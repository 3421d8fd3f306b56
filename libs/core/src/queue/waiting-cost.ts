import { IndexedHeap, type HeapEntry } from './indexed-heap.js';

/**
 * What all that waits in a bucket costs together, and what the most expensive one does. While each costs 1 nothing is
 * added up; and only when the most expensive one has left, and somebody asks for the next, are all costs kept in order.
 */
export class WaitingCost {
  private areAllOne = true;
  private knownTotal = 0;
  /** The largest cost that came since there was last nobody: nobody costs more. */
  private largestKnown = 0;
  /** How many of them cost that; 0 if the largest has to be looked for. */
  private countOfLargest = 0;
  /** All costs, from the first time that the largest had to be looked for. */
  private inOrder: CostsInOrder | undefined = undefined;

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
   * The largest cost of all that wait. The first time that the largest has left it is told by a look at each; after
   * that every one that comes or goes takes O(log n) for it.
   *
   * @param forEachCost Tells the cost of each.
   */
  largest(size: number, forEachCost: (visit: (cost: number) => void) => void): number {
    if (this.areAllOne) return Math.min(1, size);
    if (this.inOrder === undefined && this.countOfLargest === 0) {
      const inOrder = new CostsInOrder();
      forEachCost((cost) => inOrder.add(cost));
      this.inOrder = inOrder;
    }
    return this.inOrder === undefined ? this.largestKnown : this.inOrder.largest;
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
    if (this.inOrder !== undefined) this.inOrder.add(cost);
    else this.noteLargest(cost);
  }

  /** One has left, and `sizeLeft` wait still. */
  remove(cost: number, sizeLeft: number): void {
    if (this.areAllOne) return;
    this.knownTotal -= cost;
    if (this.inOrder !== undefined) this.inOrder.remove(cost);
    else if (cost === this.largestKnown) this.countOfLargest -= 1;
    if (sizeLeft === 0) {
      this.areAllOne = true;
      this.inOrder = undefined;
    }
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

/** Costs, each with how many have it, the largest first. */
class CostsInOrder {
  private readonly counts = new Map<number, CountedCost>();
  private readonly heap = new IndexedHeap<CountedCost>();

  get largest(): number {
    return this.heap.first?.cost ?? 0;
  }

  add(cost: number): void {
    const known = this.counts.get(cost);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const counted = new CountedCost(cost);
    this.counts.set(cost, counted);
    this.heap.add(counted);
  }

  remove(cost: number): void {
    const counted = this.counts.get(cost);
    if (counted === undefined) return;
    counted.count -= 1;
    if (counted.count > 0) return;
    this.counts.delete(cost);
    this.heap.remove(counted);
  }
}

class CountedCost implements HeapEntry {
  readonly heapKey: number;
  readonly heapTie = 0;
  heapIndex = -1;
  count = 1;

  constructor(readonly cost: number) {
    this.heapKey = -cost;
  }
}
