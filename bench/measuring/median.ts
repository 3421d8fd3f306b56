/** The value in the middle; of an even number of values, the mean of the two. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** The median of what one took as a multiple of the other in the same turn. */
export function medianRatio(values: readonly number[], ofOther: readonly number[]): number {
  return median(values.map((value, turn) => value / (ofOther[turn] ?? NaN)));
}
