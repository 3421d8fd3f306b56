/**
 * How many of `size` come before the one at a position, as if they stood evenly spaced from the first position to the
 * last, both of which are taken; an estimate.
 */
export function countSpacedBefore(position: number, first: number, last: number, size: number): number {
  if (position === first) return 0;
  return Math.floor(((size - 1) * (position - first)) / (last - first));
}
