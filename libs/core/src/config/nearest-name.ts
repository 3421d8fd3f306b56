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

/** How many letters have to be added, left out or replaced (Levenshtein 1965). */
function editDistance(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (let column = 0; column < other.length; column++) {
      const replaced = above[column]! + (letter === other[column] ? 0 : 1);
      current.push(Math.min(replaced, above[column + 1]! + 1, current[column]! + 1));
    }
    above = current;
  }
  return above[other.length]!;
}
