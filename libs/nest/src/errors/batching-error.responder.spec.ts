import type { ArgumentsHost } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { BatchProcessingError, QueueFullError } from 'nestjs-batching/core';
import { BatchingErrorResponder } from './batching-error.responder.js';
import { BatchingHttpException } from './batching-http.exception.js';
import { TransportErrors } from './transport-errors.js';

/** A responder, and a call over HTTP whose response has begun or not. */
function setUp(isHeadersSent: boolean) {
  const headers: [string, string][] = [];
  const httpAdapter = {
    isHeadersSent: () => isHeadersSent,
    setHeader: (_response: unknown, name: string, value: string) => headers.push([name, value]),
  };
  const host = { getType: () => 'http', switchToHttp: () => ({ getResponse: () => ({}) }) };
  const responder = new BatchingErrorResponder(
    { httpAdapter } as unknown as HttpAdapterHost,
    new TransportErrors({ rpc: undefined, ws: undefined }),
  );
  return { headers, toException: (error: unknown) => responder.toException(error, host as ArgumentsHost) };
}

describe('BatchingErrorResponder', () => {
  const error = new QueueFullError('letters', 8, 1500);

  it('says when to try again in a header', () => {
    const { headers, toException } = setUp(false);
    expect(toException(error)).toBeInstanceOf(BatchingHttpException);
    expect(headers).toEqual([['Retry-After', '2']]);
  });

  it('leaves the headers alone of a response that has begun: they are sent', () => {
    const { headers, toException } = setUp(true);
    expect(toException(error)).toBeInstanceOf(BatchingHttpException);
    expect(headers).toEqual([]);
  });

  it('answers also where what was thrown does not tell where it comes from', () => {
    const thrown = Object.defineProperty(new Error('no luck'), 'stack', {
      get: () => {
        throw new Error('never tells');
      },
    });
    expect(setUp(false).toException(new BatchProcessingError('letters', 1, 2, thrown))).toBeInstanceOf(
      BatchingHttpException,
    );
  });

  it('gives back as it is what is no error of the batcher', () => {
    const other = new TypeError('no error of the batcher');
    expect(setUp(false).toException(other)).toBe(other);
  });
});
