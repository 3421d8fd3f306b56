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
  const both = [callsUnder(one), callsUnder(other)];
  if (one.aborted || other.aborted) either.abort(one.aborted ? one.reason : other.reason);
  for (const calls of both) calls.add(either);
  try {
    return await call(either.signal);
  } finally {
    for (const calls of both) calls.delete(either);
  }
}

const known = new WeakMap<AbortSignal, CallsUnder>();

function callsUnder(signal: AbortSignal): CallsUnder {
  const calls = known.get(signal) ?? new CallsUnder(signal);
  known.set(signal, calls);
  return calls;
}

/** The calls that are under way under a signal: one listener for all of them, since Node warns of many. */
class CallsUnder {
  private readonly calls = new Set<AbortController>();

  constructor(private readonly signal: AbortSignal) {}

  add(call: AbortController): void {
    if (this.calls.size === 0) this.signal.addEventListener('abort', this.onAborted);
    this.calls.add(call);
  }

  delete(call: AbortController): void {
    this.calls.delete(call);
    if (this.calls.size === 0) this.signal.removeEventListener('abort', this.onAborted);
  }

  private readonly onAborted = (): void => {
    for (const call of [...this.calls]) call.abort(this.signal.reason);
  };
}
