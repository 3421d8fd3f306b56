import { EventEmitter } from 'node:events';
import type { ExecutionContext } from '@nestjs/common';
import type { HttpAdapterHost, Reflector } from '@nestjs/core';
import { from, lastValueFrom } from 'rxjs';
import { AnswersUnderWay } from './answers-under-way.js';
import type { BatchedCallService } from './batched-call.service.js';
import { BatchedInterceptor } from './batched.interceptor.js';
import type { BatchingErrorResponder } from '../errors/batching-error.responder.js';

const BATCH = { batchId: 7, batchSize: 3, queueTimeMs: 1, processingTimeMs: 2, dispatchReason: 'full' };
const TIMING = 'queue;dur=1.0, processing;dur=2.0, batch;desc="3", batch-id;desc="7"';

type Headers = Readonly<Record<string, string>>;

/** What a handler's values are answered with over HTTP, and the headers; the response may have begun. */
async function answerOver(
  headersSent: boolean,
  values: readonly string[] = ['a'],
): Promise<{ answer: unknown; headers: Headers }> {
  const headers: Record<string, string> = {};
  const httpAdapter = {
    getHeader: (_response: unknown, name: string) => headers[name],
    setHeader: (_response: unknown, name: string, value: string) => (headers[name] = value),
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
    new AnswersUnderWay(),
  );
  const answered = interceptor.intercept(context as unknown as ExecutionContext, {
    handle: () => from(values),
  });
  return { answer: await lastValueFrom(answered), headers };
}

describe('BatchedInterceptor', () => {
  it('tells in Server-Timing of the batch', async () => {
    expect(await answerOver(false)).toEqual({ answer: 'A', headers: { 'Server-Timing': TIMING } });
  });

  it('tells in Server-Timing of the batches of many values, as long as a client can read it', async () => {
    const few = (await answerOver(false, ['a', 'b'])).headers['Server-Timing'];
    const many = (await answerOver(false, Array<string>(500).fill('a'))).headers['Server-Timing'];
    expect(few).toBe(`${TIMING}, ${TIMING}`);
    expect(many?.startsWith(`${few}, `)).toBe(true);
    expect(many?.length).toBeLessThan(4100);
  });

  it('leaves the headers alone of a response that has begun: they are sent', async () => {
    expect(await answerOver(true)).toEqual({ answer: 'A', headers: {} });
  });
});
