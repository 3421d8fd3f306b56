/** What every error of the batcher has in common; `catch` it to tell ours from anybody else's. */
export abstract class BatchingError extends Error {
  /** Names the kind of error: the same in every version and over every transport. */
  abstract readonly code: string;

  /** Whether the same request may succeed when it is sent again. */
  abstract readonly isRetryable: boolean;

  /** After how many milliseconds a retry is worth it, where that can be told. */
  readonly retryAfterMs?: number | undefined;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}
