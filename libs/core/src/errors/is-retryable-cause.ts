/**
 * Whether what was thrown says of itself that another try may succeed. Anything may be thrown, also what tells nothing.
 */
export function isRetryableCause(cause: unknown): boolean {
  try {
    return (
      typeof cause === 'object' && cause !== null && 'isRetryable' in cause && cause.isRetryable === true
    );
  } catch {
    return false;
  }
}
