import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { BatchingError } from 'nestjs-batching/core';
import { catchError, type Observable } from 'rxjs';
import { BatchingErrorResponder } from './batching-error.responder.js';
import { TransportErrors } from './transport-errors.js';

/**
 * Turns every `BatchingError` that leaves a handler into an exception of its transport, whether the handler is
 * `@Batched()` or calls a batcher by itself. It stands outside all other interceptors, and before the filters: an
 * app's own filters only meet exceptions that they know.
 */
@Injectable()
export class BatchingErrorInterceptor implements NestInterceptor {
  constructor(
    private readonly responder: BatchingErrorResponder,
    private readonly transports: TransportErrors,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const contextType = context.getType<string>();
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (contextType === 'http') {
          throw this.responder.toHttp(error, context.switchToHttp().getResponse());
        }
        if (contextType === 'graphql') throw this.responder.toHttp(error, undefined);
        throw error instanceof BatchingError ? this.transports.toException(error, contextType) : error;
      }),
    );
  }
}
