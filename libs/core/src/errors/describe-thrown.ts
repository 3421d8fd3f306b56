/** The most letters of an object that is told by its fields. */
const LONGEST_TEXT = 500;

/**
 * What was thrown, in words. Anything may be thrown, also what cannot be turned into text; an object without a message,
 * as some drivers throw it, is told by its fields.
 */
export function describeThrown(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return String(thrown.message);
    const text = String(thrown);
    return text === '[object Object]' ? JSON.stringify(thrown).slice(0, LONGEST_TEXT) : text;
  } catch {
    return `it threw a value of type ${typeof thrown}`;
  }
}
