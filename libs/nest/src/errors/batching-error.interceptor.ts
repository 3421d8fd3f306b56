import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { BatchingErrorResponder } from './batching-error.responder.js';

/**
 * Turns every `BatchingError` that leaves a handler into an exception of its transport, whether the handler is
 * `@Batched()` or calls a batcher by itself. It comes before the filters: an app's own filters only meet exceptions
 * that they know. Interceptors of methods, controllers and `app.useGlobalInterceptors()` stand inside of it and meet
 * the `BatchingError`; one that the root module provides by `APP_INTERCEPTOR` stands outside and meets the exception.
 */
@Injectable()
export class BatchingErrorInterceptor implements NestInterceptor {
  constructor(private readonly responder: BatchingErrorResponder) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        throw this.responder.toException(error, context);
      }),
    );
  }
}
