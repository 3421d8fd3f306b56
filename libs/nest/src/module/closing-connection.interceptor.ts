import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';
import { BatcherRegistry } from '../batchers/batcher.registry.js';

/** A client's connection. The client may send more requests over it before the first is answered (pipelining). */
interface Connection {
  /** How many have come. */
  requests: number;
  /** The number of the one whose answer is the last, counted from 1; decided when the app closes. */
  lastRequest: number | undefined;
}

/** The connection's socket is what all platforms tell alike. */
interface HttpRequest {
  readonly socket?: object;
}

/**
 * While the app closes, tells each client which answer is the last one on the connection. Node's server ends
 * connections without a request when it closes; one that always has the next request under way would keep it, and
 * thus the app, open. What has come by then is answered first: behind that header Node sends nothing.
 */
@Injectable()
export class ClosingConnectionInterceptor implements NestInterceptor {
  private readonly connections = new WeakMap<object, Connection>();

  constructor(
    private readonly registry: BatcherRegistry,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const connection = this.connectionOf(context.switchToHttp().getRequest<HttpRequest>());
    connection.requests += 1;
    const number = connection.requests;
    const closeIfShuttingDown = (): void => {
      if (!this.registry.isShuttingDown) return;
      connection.lastRequest ??= connection.requests;
      if (number < connection.lastRequest) return;
      const { httpAdapter } = this.adapterHost;
      const response: unknown = context.switchToHttp().getResponse();
      // Who writes the response itself, or streams it, may have begun; a header would end it with an error.
      if (!httpAdapter.isHeadersSent(response)) httpAdapter.setHeader(response, 'Connection', 'close');
    };
    return next.handle().pipe(tap({ next: closeIfShuttingDown, error: closeIfShuttingDown }));
  }

  private connectionOf({ socket }: HttpRequest): Connection {
    const known = socket && this.connections.get(socket);
    if (known !== undefined) return known;
    const connection = { requests: 0, lastRequest: undefined };
    if (socket !== undefined) this.connections.set(socket, connection);
    return connection;
  }
}
