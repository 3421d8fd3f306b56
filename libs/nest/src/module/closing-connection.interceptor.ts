import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { tap, type Observable } from 'rxjs';
import { BatcherRegistry } from '../batchers/batcher.registry.js';

/**
 * While the app closes, tells each client that its answer was the last one on the connection. Node's server
 * ends connections without a request when it closes; one that always has the next request under way would keep
 * it, and thus the app, open.
 */
@Injectable()
export class ClosingConnectionInterceptor implements NestInterceptor {
  constructor(
    private readonly registry: BatcherRegistry,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const closeIfShuttingDown = (): void => {
      if (!this.registry.isShuttingDown) return;
      const { httpAdapter } = this.adapterHost;
      const response: unknown = context.switchToHttp().getResponse();
      // Who writes the response itself, or streams it, may have begun; a header would end it with an error.
      if (!httpAdapter.isHeadersSent(response)) httpAdapter.setHeader(response, 'Connection', 'close');
    };
    return next.handle().pipe(tap({ next: closeIfShuttingDown, error: closeIfShuttingDown }));
  }
}
