/** The most entries of a list that a message names. */
const MOST_ENTRIES = 8;
/** The most characters of a name that a message repeats. */
const LONGEST_NAME = 80;

/** A list for a message, which no caller shall be able to make as long as what they send. */
export function listSome<TEntry>(entries: readonly TEntry[], describe: (entry: TEntry) => string): string {
  // `from` also shows the holes of a sparse list, which `map` would pass over.
  const shown = Array.from(entries.slice(0, MOST_ENTRIES), describe).join(', ');
  return entries.length > MOST_ENTRIES ? `${shown}, … (${entries.length} in all)` : shown;
}

/** A name for a message, cut where it is too long for one. */
export function cutName(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
}
