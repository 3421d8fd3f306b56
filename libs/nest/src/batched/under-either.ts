/**
 * Calls a function with a signal that is aborted when either of two is. `AbortSignal.any` would do the same, but in
 * Node 20 a signal that outlives the calls keeps a trace of every one of them.
 */
export async function underEither<TResult>(
  one: AbortSignal,
  other: AbortSignal,
  call: (signal: AbortSignal) => Promise<TResult>,
): Promise<TResult> {
  const either = new AbortController();
  const abort = (): void => either.abort(one.aborted ? one.reason : other.reason);
  if (one.aborted || other.aborted) abort();
  one.addEventListener('abort', abort);
  other.addEventListener('abort', abort);
  try {
    return await call(either.signal);
  } finally {
    one.removeEventListener('abort', abort);
    other.removeEventListener('abort', abort);
  }
}
