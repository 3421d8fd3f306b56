/** What a caller may say of one request. */
export interface RequestOptions {
  /** Takes the request back. Its place is free at once; the promise rejects with `RequestAbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * How long the caller waits for the answer, in milliseconds from the call. Above 0; what is 0 or less is refused as
   * already late. Default: the batcher's `defaultTimeoutMs`. Of 5 seconds and more it does not matter when in its turn
   * of the event loop the call was made: they count from when the batcher first looked at the clock in it.
   */
  readonly timeoutMs?: number | undefined;
  /** 0 is served first. Integer, 0 to `priorityLevels` − 1. Default 0. */
  readonly priority?: number | undefined;
  /** Whose request it is. Tenants share the batches by their weights, whatever each of them offers. */
  readonly tenant?: string | undefined;
}

/** What a caller says who says nothing. */
export const NO_OPTIONS: RequestOptions = Object.freeze({});
