import { DeadlineExceededError, QueueFullError } from 'nestjs-batching/core';
import { BatchingHttpException } from './batching-http.exception.js';

const error = new QueueFullError('digits', 8, 250);

describe('BatchingHttpException', () => {
  it('tells an HTTP client its status, its code and when to try again', () => {
    const exception = new BatchingHttpException(error);
    expect(exception.getStatus()).toBe(503);
    expect(exception.getResponse()).toEqual({
      statusCode: 503,
      code: 'QUEUE_FULL',
      message: error.message,
      retryAfterMs: 250,
    });
    expect(exception.retryAfterSeconds).toBe(1);
  });

  it('tells nobody to try again who would be too late alone in a batch, too', () => {
    const told = (timeoutMs: number, retryAfterMs?: number): number | undefined => {
      const forecast = { expectedMs: 20, retryAfterMs };
      return new BatchingHttpException(new DeadlineExceededError('digits', 'admission', timeoutMs, forecast))
        .retryAfterSeconds;
    };
    expect([told(5), told(5, 2500)]).toEqual([undefined, 3]);
    const noTimeLeft = new DeadlineExceededError('digits', 'admission', 0);
    expect(new BatchingHttpException(noTimeLeft).retryAfterSeconds).toBe(1);
  });

  it('has no statusCode for GraphQL, by which Apollo’s driver would replace the code', () => {
    const exception = new BatchingHttpException(error, 'graphql');
    expect(exception.getResponse()).toEqual({
      code: 'QUEUE_FULL',
      message: error.message,
      retryAfterMs: 250,
    });
    expect(exception.extensions).toEqual({ code: 'QUEUE_FULL', isRetryable: true, retryAfterMs: 250 });
    expect(exception.message).toBe(error.message);
  });
});
