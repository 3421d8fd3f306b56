import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { BatcherClosedError } from 'nestjs-batching/core';
import type { BatchingErrorResponder } from './batching-error.responder.js';
import { BatchingExceptionFilter } from './batching-exception.filter.js';
import { BatchingHttpException } from './batching-http.exception.js';

class NamedFilter implements ExceptionFilter {
  constructor(private readonly name: string) {}

  catch(exception: unknown): string {
    return `${this.name} caught a ${(exception as Error).constructor.name}`;
  }
}

@Catch()
class EverythingFilter extends NamedFilter {}

@Catch(HttpException)
class HttpFilter extends NamedFilter {}

@Catch(TypeError)
class TypeErrorFilter extends NamedFilter {}

/** What the app's filters make of a batcher's error, in the order in which the app was given them. */
function catchWith(...filters: readonly ExceptionFilter[]): unknown {
  const responder = { toException: (error: BatcherClosedError) => new BatchingHttpException(error) };
  const app = { getGlobalFilters: () => filters };
  const filter = new BatchingExceptionFilter(
    { httpAdapter: {} } as HttpAdapterHost,
    responder as unknown as BatchingErrorResponder,
    app as unknown as ApplicationConfig,
  );
  return filter.catch(new BatcherClosedError('letters', 'it is closed.'), {} as ArgumentsHost);
}

describe('BatchingExceptionFilter', () => {
  it('asks the filter of the app that came last, as Nest does', () => {
    const answer = catchWith(new HttpFilter('the first'), new EverythingFilter('the last'));
    expect(answer).toBe('the last caught a BatchingHttpException');
  });

  it('passes over filters for other exceptions', () => {
    const answer = catchWith(new HttpFilter('the first'), new TypeErrorFilter('the last'));
    expect(answer).toBe('the first caught a BatchingHttpException');
  });
});
