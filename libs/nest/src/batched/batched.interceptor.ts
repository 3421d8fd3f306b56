import {
  Injectable,
  Optional,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { catchError, concatMap, of, type Observable } from 'rxjs';
import { AnswersUnderWay } from './answers-under-way.js';
import { BatchedCallService } from './batched-call.service.js';
import { BATCHED_METADATA, type BatchedMetadata } from './batched.metadata.js';
import { BatchingErrorResponder } from '../errors/batching-error.responder.js';
import { ClientDisconnect, type HttpResponse } from './client-disconnect.js';
import { leavableAnswer } from './leavable-answer.js';
import { noBatchingModuleError } from '../options/no-batching-module.error.js';
import { toServerTiming } from './server-timing.js';

/** The longest header, in characters: many a proxy refuses an answer with more than 8 kB of them. */
const LONGEST_TIMING = 4096;

/**
 * Batches what a handler returns, or each of the values that it emits. Interceptors run before pipes, so it must not
 * look at the arguments: only what the handler returns has been validated.
 */
@Injectable()
export class BatchedInterceptor implements NestInterceptor {
  private readonly calls: BatchedCallService;
  private readonly errors: BatchingErrorResponder;
  private readonly answers: AnswersUnderWay;

  /** @throws InvalidConfigError if the app has no batching module: Nest itself would name only what that provides. */
  constructor(
    private readonly reflector: Reflector,
    private readonly adapterHost: HttpAdapterHost,
    @Optional() calls?: BatchedCallService,
    @Optional() errors?: BatchingErrorResponder,
    @Optional() answers?: AnswersUnderWay,
  ) {
    if (calls === undefined || errors === undefined || answers === undefined) {
      throw noBatchingModuleError('@Batched()');
    }
    this.calls = calls;
    this.errors = errors;
    this.answers = answers;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const metadata = this.reflector.get<BatchedMetadata>(BATCHED_METADATA, context.getHandler());
    return next.handle().pipe(
      concatMap((returned: unknown) =>
        this.calls.hasAnswered(returned)
          ? of(returned)
          : leavableAnswer((leaving) => this.answer(returned, metadata, context, leaving)),
      ),
      catchError((error: unknown) => {
        // A microservice that is connected to an app has none of its interceptors, unless it inherits them.
        throw context.getType() === 'rpc' ? this.errors.toException(error, context) : error;
      }),
    );
  }

  private answer(
    request: unknown,
    metadata: BatchedMetadata,
    context: ExecutionContext,
    leaving: AbortController,
  ): Promise<unknown> {
    return context.getType() === 'http'
      ? this.answerHttp(request, metadata, context, leaving)
      : this.answers.watch(this.answerMessage(request, metadata, context, leaving));
  }

  private async answerMessage(
    request: unknown,
    metadata: BatchedMetadata,
    context: ExecutionContext,
    leaving: AbortController,
  ): Promise<unknown> {
    return this.calls.bodyOf(metadata, await this.calls.send(request, metadata, context, leaving.signal));
  }

  private async answerHttp(
    request: unknown,
    metadata: BatchedMetadata,
    context: ExecutionContext,
    leaving: AbortController,
  ): Promise<unknown> {
    const response = context.switchToHttp().getResponse<HttpResponse>();
    const client = new ClientDisconnect(response, leaving);
    try {
      const answer = await this.calls.send(request, metadata, context, leaving.signal);
      if (!client.areHeadersSent) this.addServerTiming(response, toServerTiming(answer.batch));
      return this.calls.bodyOf(metadata, answer);
    } finally {
      client.stopWatching();
    }
  }

  /** Behind what the app itself says there, and what was said of the values before. */
  private addServerTiming(response: HttpResponse, timing: string): void {
    const { httpAdapter } = this.adapterHost;
    const others = httpAdapter.getHeader(response, 'Server-Timing') as string | string[] | undefined;
    const all = (others === undefined ? [timing] : [others, timing].flat()).join(', ');
    if (all.length <= LONGEST_TIMING) httpAdapter.setHeader(response, 'Server-Timing', all);
  }
}
