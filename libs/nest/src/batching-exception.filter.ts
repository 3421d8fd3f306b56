import { Catch, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { BatchingError } from 'nestjs-batching/core';
import { throwError, type Observable } from 'rxjs';
import { BatchingErrorResponder } from './batching-error.responder.js';
import { bodyOf } from './transport-errors.js';

/** For the batcher's errors of guards and middleware, which run before any interceptor. */
@Catch(BatchingError)
export class BatchingExceptionFilter extends BaseExceptionFilter<unknown> {
  constructor(
    { httpAdapter }: HttpAdapterHost,
    private readonly responder: BatchingErrorResponder,
  ) {
    super(httpAdapter);
  }

  override catch(error: BatchingError, host: ArgumentsHost): void | Observable<never> {
    const exception = this.responder.toException(error, host);
    const contextType = host.getType<string>();
    if (contextType === 'http') return super.catch(exception, host);
    // A microservice sends what the stream fails with.
    if (contextType === 'rpc') return throwError(() => bodyOf(error));
    throw exception;
  }
}
