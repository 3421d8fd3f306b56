/**
 * Whether it is an error, also one of another realm: of `vm`, or of Node itself where tests run in a realm of their
 * own, as Jest has it.
 */
export function isError(value: unknown): value is Error {
  if (typeof value !== 'object' || value === null) return false;
  try {
    if (value instanceof Error) return true;
    // Few objects have a stack, so few are asked what they are.
    return 'stack' in value && tagOf(value) === '[object Error]';
  } catch {
    // A proxy may refuse to tell.
    return false;
  }
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}
