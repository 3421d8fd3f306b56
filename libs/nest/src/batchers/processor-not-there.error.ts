import { BatchingError } from 'nestjs-batching/core';

/** A request has come before the start of the app has given the batcher its processor. */
export class ProcessorNotThereError extends BatchingError {
  /** Seen from outside it is the same: this instance does not serve, another one may. */
  readonly code = 'BATCHER_CLOSED';
  readonly isRetryable = true;

  /** Says what has to happen first. */
  constructor(batcherName: string) {
    super(
      `Batcher "${batcherName}" has no processor yet: the app has not started. Call app.init() or app.listen() first; ` +
        'code of the app itself sends requests from onApplicationBootstrap on.',
    );
  }
}
