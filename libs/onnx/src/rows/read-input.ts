/** What stands in a row under the name of an input, also what a class gives by a getter. */
export function readInput(row: Readonly<Record<string, unknown>>, name: string): unknown {
  return name in Object.prototype && isOfEveryObject(row, name) ? undefined : row[name];
}

/** Whether the row has the member only as every object does: `constructor`, `toString`. Nobody has sent that. */
function isOfEveryObject(row: object, name: string): boolean {
  let owner: object | null = row;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = prototypeOf(owner);
  // By where it stands: another realm has another Object.
  return owner !== row && owner !== null && prototypeOf(owner) === null;
}

function prototypeOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
