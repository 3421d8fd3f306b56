import { isError } from './is-error.js';

/** The most letters of an object that is told by its fields. */
const LONGEST_TEXT = 500;

/**
 * What was thrown, in words: an error's message, also of one of another realm, or that of an object that has one.
 * Anything may be thrown, also what cannot be turned into text; an object without a message, as some drivers throw it,
 * is told by its fields.
 */
export function describeThrown(thrown: unknown): string {
  try {
    if (isError(thrown)) return String(thrown.message);
    if (hasMessage(thrown)) return thrown.message;
    const text = String(thrown);
    return text === '[object Object]' ? JSON.stringify(thrown).slice(0, LONGEST_TEXT) : text;
  } catch {
    return `it threw a value of type ${typeof thrown}`;
  }
}

function hasMessage(thrown: unknown): thrown is { readonly message: string } {
  return (
    typeof thrown === 'object' &&
    thrown !== null &&
    'message' in thrown &&
    typeof thrown.message === 'string' &&
    thrown.message !== ''
  );
}
