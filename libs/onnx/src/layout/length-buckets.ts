/**
 * Sorts lengths into buckets within which padding stays below a share: the longest row of a bucket is at most
 * 1 / (1 - share) times as long as its shortest. The buckets' ends thus grow geometrically, so that there are few.
 */
export class LengthBuckets {
  /** The longest length of each bucket, as far as lengths have come. */
  private readonly ends: number[] = [];

  /** @param maxPaddingShare 0, each length for itself, to 1, all lengths together. */
  constructor(private readonly maxPaddingShare: number) {}

  /** The number of the bucket; longer rows have higher numbers. */
  indexOf(length: number): number {
    if (this.maxPaddingShare >= 1) return 0;
    if (this.maxPaddingShare <= 0) return length;
    let longest = this.ends.at(-1) ?? 0;
    while (longest < length) {
      const shortest = longest + 1;
      longest = Math.max(shortest, Math.floor(shortest / (1 - this.maxPaddingShare)));
      this.ends.push(longest);
    }
    return this.find(length);
  }

  private find(length: number): number {
    let [low, high] = [0, this.ends.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.ends[middle] ?? Infinity) < length) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
