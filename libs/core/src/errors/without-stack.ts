/**
 * Makes an error that does not say where it was made. Under overload most calls are refused, and to walk the stack
 * for each costs more than the refusal itself; the message says all there is to say.
 */
export function withoutStack<TError extends Error>(create: () => TError): TError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return create();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
