import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { ApplicationConfig, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { BatchingError } from 'nestjs-batching/core';
import { throwError } from 'rxjs';
import { BatchingErrorResponder } from './batching-error.responder.js';
import { bodyOf } from './transport-errors.js';

/** Where Nest keeps what `@Catch()` says. */
const CAUGHT_CLASSES = '__filterCatchExceptions__';

/**
 * For the batcher's errors of guards and middleware, which run before any interceptor. The app's own filters for
 * everything, which Nest asks after this one, get the exception that they would get from a handler.
 */
@Catch(BatchingError)
export class BatchingExceptionFilter extends BaseExceptionFilter<unknown> {
  constructor(
    { httpAdapter }: HttpAdapterHost,
    private readonly responder: BatchingErrorResponder,
    private readonly app: ApplicationConfig,
  ) {
    super(httpAdapter);
  }

  override catch(error: BatchingError, host: ArgumentsHost): unknown {
    const exception = this.responder.toException(error, host);
    const filter = this.filterOfApp(exception);
    if (filter !== undefined) return filter.catch(exception, host) as unknown;
    const contextType = host.getType<string>();
    if (contextType === 'http') return super.catch(exception, host);
    // A microservice sends what the stream fails with.
    if (contextType === 'rpc')
      return throwError(() => (hasBody(exception) ? exception.getError() : bodyOf(error)));
    throw exception;
  }

  /** The one that Nest would ask first for this exception: what came last comes first. */
  private filterOfApp(exception: unknown): ExceptionFilter | undefined {
    const others = this.app.getGlobalFilters().filter((filter) => filter !== this);
    return others.reverse().find((filter) => {
      const classes = (Reflect.getMetadata(CAUGHT_CLASSES, filter.constructor) ??
        []) as (new () => unknown)[];
      return classes.length === 0 || classes.some((caught) => exception instanceof caught);
    });
  }
}

/** Whether it is an `RpcException`; its package need not be installed. */
function hasBody(exception: unknown): exception is { getError(): unknown } {
  return exception instanceof Error && 'getError' in exception && typeof exception.getError === 'function';
}
