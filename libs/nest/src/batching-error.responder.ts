import { Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BatchingError } from 'nestjs-batching/core';
import { BatchingHttpException } from './batching-http.exception.js';

/** Turns the batcher's errors into what an HTTP client gets, and logs those that are the server's own fault. */
@Injectable()
export class BatchingErrorResponder {
  private readonly logger = new Logger('Batching');
  /** One error may fail many requests of a batch; it is logged once. */
  private readonly logged = new WeakSet<Error>();

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * Sets `Retry-After` where it helps, if there is a response to set it on. An error that is not the batcher's is returned as it is.
   */
  toHttp(error: unknown, response: unknown): unknown {
    if (!(error instanceof BatchingError)) return error;
    const exception = new BatchingHttpException(error);
    if (exception.getStatus() === 500) this.log(error);
    if (exception.retryAfterSeconds !== undefined && response !== undefined) {
      this.adapterHost.httpAdapter.setHeader(response, 'Retry-After', String(exception.retryAfterSeconds));
    }
    return exception;
  }

  private log(error: BatchingError): void {
    if (this.logged.has(error)) return;
    this.logged.add(error);
    this.logger.error(error.message, error.cause instanceof Error ? error.cause.stack : error.stack);
  }
}
