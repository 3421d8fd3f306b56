import { HttpException, Injectable, Logger, type ArgumentsHost } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { BatchingError, InvalidRequestError } from 'nestjs-batching/core';
import { BatchingHttpException } from './batching-http.exception.js';
import { isServerFault } from './error-for-caller.js';
import { TransportErrors } from './transport-errors.js';

/**
 * Turns the batcher's errors into the exceptions that a client may see, and logs those that are the server's own fault.
 * What leaves a handler goes through it by itself. Inject it where a batcher is asked before any handler is reached
 * (guards, middleware), or in a filter that catches everything:
 *
 * ```ts
 * @Catch()
 * export class AllErrorsFilter extends BaseExceptionFilter<unknown> {
 *   constructor({ httpAdapter }: HttpAdapterHost, private readonly batching: BatchingErrorResponder) {
 *     super(httpAdapter);
 *   }
 *
 *   override catch(error: unknown, host: ArgumentsHost): void {
 *     super.catch(this.batching.toException(error, host), host);
 *   }
 * }
 * ```
 */
@Injectable()
export class BatchingErrorResponder {
  private readonly logger = new Logger('Batching');
  /** One error may fail many requests of a batch; it is logged once. */
  private readonly logged = new WeakSet<Error>();

  /** Made by Nest. @internal */
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    private readonly transports: TransportErrors,
  ) {}

  /**
   * The exception of the transport that the call has come by: a `BatchingHttpException` for HTTP and GraphQL, an
   * `RpcException`, a `WsException`. An error that is not the batcher's is returned as it is, and so is an exception of
   * that transport which `validateRequest` has thrown.
   *
   * @param host Where it happened. An HTTP response gets `Retry-After` where that helps, unless it has begun.
   */
  toException(error: unknown, host: ArgumentsHost): unknown {
    if (!(error instanceof BatchingError)) return error;
    const contextType = host.getType<string>();
    if (error instanceof InvalidRequestError && this.isException(error.cause, contextType))
      return error.cause;
    if (contextType === 'http') return this.toHttp(error, host.switchToHttp().getResponse());
    this.logServerFault(error);
    if (contextType === 'graphql') return new BatchingHttpException(error, 'graphql');
    return this.transports.toException(error, contextType);
  }

  private isException(cause: unknown, contextType: string): boolean {
    return contextType === 'http' || contextType === 'graphql'
      ? cause instanceof HttpException
      : this.transports.isException(cause, contextType);
  }

  private toHttp(error: BatchingError, response: unknown): BatchingHttpException {
    const exception = new BatchingHttpException(error);
    const { httpAdapter } = this.adapterHost;
    this.logServerFault(error);
    if (exception.retryAfterSeconds !== undefined && !httpAdapter.isHeadersSent(response)) {
      httpAdapter.setHeader(response, 'Retry-After', String(exception.retryAfterSeconds));
    }
    return exception;
  }

  private logServerFault(error: BatchingError): void {
    if (!isServerFault(error) || this.logged.has(error)) return;
    this.logged.add(error);
    this.logger.error(error.message, stackOf(error));
  }
}

/** Where it comes from; anything may have been thrown there, also what does not tell. */
function stackOf(error: BatchingError): string | undefined {
  try {
    return error.cause instanceof Error ? error.cause.stack : error.stack;
  } catch {
    return error.stack;
  }
}
