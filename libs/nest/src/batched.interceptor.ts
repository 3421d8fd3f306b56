import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { mergeMap, type Observable } from 'rxjs';
import { BATCHED_METADATA, type BatchedMetadata } from './batched.metadata.js';
import { BatcherService } from './batcher.service.js';
import { ClientDisconnect, type HttpResponse } from './client-disconnect.js';
import { toServerTiming } from './server-timing.js';

/**
 * Batches what a handler returns. Interceptors run before pipes, so it must not look at the arguments: only
 * what the handler returns has been validated.
 */
@Injectable()
export class BatchedInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly batchers: BatcherService,
    private readonly adapterHost: HttpAdapterHost,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const metadata = this.reflector.get<BatchedMetadata>(BATCHED_METADATA, context.getHandler());
    const response = context.switchToHttp().getResponse<HttpResponse>();
    return next.handle().pipe(mergeMap((request: unknown) => this.answer(request, metadata, response)));
  }

  private async answer(
    request: unknown,
    { batcherName, timeoutMs, toBody }: BatchedMetadata,
    response: HttpResponse,
  ): Promise<unknown> {
    const client = new ClientDisconnect(response);
    try {
      const batcher = this.batchers.get(batcherName);
      const answer = await batcher.processWithInfo(request, { signal: client.signal, timeoutMs });
      this.adapterHost.httpAdapter.setHeader(response, 'Server-Timing', toServerTiming(answer.batch));
      return toBody === undefined ? answer.response : toBody(answer.response as never, answer.batch);
    } finally {
      client.stopWatching();
    }
  }
}
