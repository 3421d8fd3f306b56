/** A call, as far as its service may want to know of it. */
export interface CallContext {
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** A call that a worker has been sent. Its signal is made only for a service that asks: most do not. */
export class ServedCall implements CallContext {
  /** Whether nobody waits for the answer any more. */
  isAborted = false;
  private controller: AbortController | undefined;

  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.isAborted) this.controller.abort();
    return this.controller.signal;
  }

  abort(): void {
    this.isAborted = true;
    this.controller?.abort();
  }
}
