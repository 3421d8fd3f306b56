/** What every error of the batcher has in common; `catch` it to tell ours from anybody else's. */
export abstract class BatchingError extends Error {
  /** Names the kind of error: the same in every version and over every transport. */
  abstract readonly code: string;

  /** Whether the same request may succeed when it is sent again. */
  abstract readonly isRetryable: boolean;

  /** After how many milliseconds a retry is worth it, where that can be told. */
  readonly retryAfterMs?: number | undefined;

  /**
   * Gives the error the name of its class, which logs show.
   *
   * @param message What came, what is allowed, and what to do, in sentences.
   * @param options What the error was caused by, if anything.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
