/**
 * The name that was probably meant: the one that is reached by the fewest changes of a letter, upper or lower case.
 *
 * @returns undefined if that takes changes in more than a third of the longer name's letters.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let leastShare = 1 / 3;
  for (const candidate of known) {
    const share =
      editDistance(name.toLowerCase(), candidate.toLowerCase()) / Math.max(name.length, candidate.length);
    if (share > leastShare || (share === leastShare && nearest !== undefined)) continue;
    nearest = candidate;
    leastShare = share;
  }
  return nearest;
}

/** How many letters have to be added, left out, replaced, or changed places with the next one (Damerau 1964). */
function editDistance(one: string, other: string): number {
  let twoAbove: readonly number[] = [];
  let above: readonly number[] = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 0; row < one.length; row += 1) {
    const current = [row + 1];
    for (let column = 0; column < other.length; column += 1) {
      const replaced = above[column]! + (one[row] === other[column] ? 0 : 1);
      const hasChangedPlaces = one[row] === other[column - 1] && one[row - 1] === other[column];
      const swapped = hasChangedPlaces ? twoAbove[column - 1]! + 1 : Infinity;
      current.push(Math.min(replaced, swapped, above[column + 1]! + 1, current[column]! + 1));
    }
    twoAbove = above;
    above = current;
  }
  return above[other.length]!;
}
