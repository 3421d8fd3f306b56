/** What the language throws where code uses a value as what it is not; nobody throws these to refuse a request. */
const NAMES: readonly unknown[] = ['TypeError', 'ReferenceError'];

/**
 * Whether what was thrown is the fault of the code that threw it. Told by its name: where code runs in a context of its
 * own, as under a test runner, its classes are others.
 */
export function isProgrammingError(thrown: unknown): boolean {
  try {
    return typeof thrown === 'object' && thrown !== null && 'name' in thrown && NAMES.includes(thrown.name);
  } catch {
    return false;
  }
}
