import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { BatchingError } from 'nestjs-batching/core';
import { BatchingErrorResponder } from './batching-error.responder.js';

/** For the batcher's errors of guards, which run before any interceptor. */
@Catch(BatchingError)
export class BatchingExceptionFilter extends BaseExceptionFilter<unknown> {
  constructor(
    { httpAdapter }: HttpAdapterHost,
    private readonly responder: BatchingErrorResponder,
  ) {
    super(httpAdapter);
  }

  override catch(error: BatchingError, host: ArgumentsHost): void {
    // Other transports have rules of their own for what an exception may be.
    if (host.getType() !== 'http') throw error;
    super.catch(this.responder.toHttp(error, host.switchToHttp().getResponse()), host);
  }
}
