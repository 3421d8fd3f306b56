import { EventEmitter } from 'node:events';
import type { ExecutionContext } from '@nestjs/common';
import type { HttpAdapterHost, Reflector } from '@nestjs/core';
import { firstValueFrom, of } from 'rxjs';
import type { BatchedCallService } from './batched-call.service.js';
import { BatchedInterceptor } from './batched.interceptor.js';
import type { BatchingErrorResponder } from '../errors/batching-error.responder.js';

const BATCH = { batchId: 7, batchSize: 3, queueTimeMs: 1, processingTimeMs: 2, dispatchReason: 'full' };

/** The answer of a handler over HTTP that has begun to answer by itself or not, and the headers that are set. */
async function answerOver(headersSent: boolean): Promise<{ answer: unknown; headers: string[] }> {
  const headers: string[] = [];
  const httpAdapter = {
    getHeader: () => undefined,
    setHeader: (_response: unknown, name: string) => headers.push(name),
  };
  const response = Object.assign(new EventEmitter(), { closed: false, headersSent });
  const calls = {
    hasAnswered: () => false,
    send: (request: string) => Promise.resolve({ response: request.toUpperCase(), batch: BATCH }),
    bodyOf: (_: unknown, answer: { response: string }) => answer.response,
  };
  const context = {
    getType: () => 'http',
    getHandler: () => undefined,
    switchToHttp: () => ({ getResponse: () => response }),
  };
  const interceptor = new BatchedInterceptor(
    { get: () => ({}) } as unknown as Reflector,
    { httpAdapter } as unknown as HttpAdapterHost,
    calls as unknown as BatchedCallService,
    {} as BatchingErrorResponder,
  );
  const answered = interceptor.intercept(context as unknown as ExecutionContext, { handle: () => of('a') });
  return { answer: await firstValueFrom(answered), headers };
}

describe('BatchedInterceptor', () => {
  it('tells in Server-Timing of the batch', async () => {
    expect(await answerOver(false)).toEqual({ answer: 'A', headers: ['Server-Timing'] });
  });

  it('leaves the headers alone of a response that has begun: they are sent', async () => {
    expect(await answerOver(true)).toEqual({ answer: 'A', headers: [] });
  });
});
