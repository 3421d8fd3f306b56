import {
  Catch,
  Controller,
  Get,
  HttpException,
  Inject,
  Module,
  Injectable,
  Optional,
  Param,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type MiddlewareConsumer,
  type NestMiddleware,
  type NestModule,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import {
  Batched,
  BatchingErrorResponder,
  BatchingModule,
  DynamicBatcher,
  InjectBatcher,
} from 'nestjs-batching';
import { get } from '../http/json-client.js';
import { HttpApps, platforms } from './http-apps.js';

/** Asks a batcher that refuses everything. */
@Injectable()
class RefusedGuard implements CanActivate {
  constructor(@InjectBatcher('closed') private readonly closed: DynamicBatcher<string, string>) {}

  async canActivate(): Promise<boolean> {
    return (await this.closed.process('may I?')) === 'yes';
  }
}

/** The same before the guards. */
@Injectable()
class RefusedMiddleware implements NestMiddleware {
  constructor(@InjectBatcher('closed') private readonly closed: DynamicBatcher<string, string>) {}

  async use(_request: unknown, _response: unknown, next: () => void): Promise<void> {
    await this.closed.process('may I?');
    next();
  }
}

/** And after them. */
@Injectable()
class RefusedPipe implements PipeTransform<string, Promise<string>> {
  constructor(@InjectBatcher('closed') private readonly closed: DynamicBatcher<string, string>) {}

  transform(word: string): Promise<string> {
    return this.closed.process(word);
  }
}

@Controller()
class ErrorsController {
  constructor(
    @InjectBatcher('closed') private readonly closed: DynamicBatcher<string, string>,
    @InjectBatcher('failing') private readonly failing: DynamicBatcher<string, string>,
  ) {}

  @Get('refused')
  refused(): Promise<string> {
    return this.closed.process('a');
  }

  @Get('failed')
  failed(): Promise<string> {
    return this.failing.process('a');
  }

  @Get('guarded')
  @UseGuards(RefusedGuard)
  guarded(): string {
    return 'never';
  }

  @Get('stopped')
  stopped(): string {
    return 'never';
  }

  @Get('piped/:word')
  piped(@Param('word', RefusedPipe) word: string): string {
    return word;
  }

  @Get('batched')
  @Batched('closed')
  batched(): string {
    return 'a';
  }

  @Get('broken')
  broken(): string {
    throw new TypeError('no error of the batcher');
  }
}

/**
 * Makes an answer of its own out of everything, as many apps do.
 *
 * @param errors By which it knows the batcher's errors; undefined in an app that was not made for them.
 */
@Catch()
class CatchAllFilter implements ExceptionFilter<unknown> {
  constructor(
    private readonly host: HttpAdapterHost,
    @Optional() @Inject('no token') private readonly errors?: BatchingErrorResponder,
  ) {}

  catch(error: unknown, context: ArgumentsHost): void {
    const exception = this.errors === undefined ? error : this.errors.toException(error, context);
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    const seen = exception instanceof Error ? exception.constructor.name : typeof exception;
    const response: unknown = context.switchToHttp().getResponse();
    this.host.httpAdapter.reply(response, { seen }, status);
  }
}

@Controller()
class FilteredController {
  @Get('filtered')
  @UseGuards(RefusedGuard)
  @UseFilters(CatchAllFilter)
  filtered(): string {
    return 'never';
  }
}

const batchers = [
  BatchingModule.registerBatcher({ name: 'closed', processor: () => [] }),
  BatchingModule.registerBatcher({
    name: 'failing',
    processor: () => {
      throw new Error('out of memory on device 0');
    },
  }),
];

@Module({ imports: batchers, controllers: [ErrorsController, FilteredController] })
class ErrorsModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(RefusedMiddleware).forRoutes('stopped');
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)("the batcher's errors outside of @Batched on $name", (platform) => {
  const start = async (
    filter?: (host: HttpAdapterHost, errors: BatchingErrorResponder) => ExceptionFilter<unknown>,
  ): Promise<Awaited<ReturnType<HttpApps['start']>>> => {
    const started = await apps.start(
      { imports: [ErrorsModule] },
      platform,
      (app) =>
        filter !== undefined &&
        app.useGlobalFilters(filter(app.get(HttpAdapterHost), app.get(BatchingErrorResponder))),
    );
    await started.batcher('closed').close();
    return started;
  };

  it('are mapped where a handler calls a batcher by itself', async () => {
    const { url } = await start();

    const refused = await get(`${url}/refused`);

    expect(refused).toMatchObject({ status: 503, body: { code: 'BATCHER_CLOSED' } });
    expect(refused.headers.get('retry-after')).toBe('1');
  });

  it('hide what went wrong inside there, too', async () => {
    const { url, logger } = await start();

    const failed = await get(`${url}/failed`);

    expect(failed).toMatchObject({ status: 500, body: { code: 'PROCESSING_FAILED' } });
    expect(JSON.stringify(failed.body)).not.toContain('out of memory');
    expect(logger.at('error').join()).toContain('out of memory on device 0');
  });

  it.each(['guarded', 'stopped', 'piped/a'])(
    'are mapped where no handler is reached: GET /%s',
    async (path) => {
      const { url } = await start();

      const refused = await get(`${url}/${path}`);

      expect(refused).toMatchObject({ status: 503, body: { code: 'BATCHER_CLOSED' } });
      expect(refused.headers.get('retry-after')).toBe('1');
    },
  );

  it.each(['refused', 'batched', 'piped/a'])(
    'come as HTTP exceptions to a catch-all filter of the app (GET /%s)',
    async (path) => {
      const { url } = await start((host) => new CatchAllFilter(host));

      const refused = await get(`${url}/${path}`);

      expect(refused).toMatchObject({ status: 503, body: { seen: 'BatchingHttpException' } });
      expect(refused.headers.get('retry-after')).toBe('1');
    },
  );

  it.each(['guarded', 'stopped'])(
    'come as they are to a catch-all filter where no interceptor is reached (GET /%s)',
    async (path) => {
      const { url } = await start((host) => new CatchAllFilter(host));

      expect(await get(`${url}/${path}`)).toMatchObject({
        status: 500,
        body: { seen: 'BatcherClosedError' },
      });
    },
  );

  it.each(['guarded', 'stopped', 'piped/a', 'refused', 'batched'])(
    'are HTTP exceptions wherever they come from to one that asks BatchingErrorResponder (GET /%s)',
    async (path) => {
      const { url } = await start((host, errors) => new CatchAllFilter(host, errors));

      const refused = await get(`${url}/${path}`);

      expect(refused).toMatchObject({ status: 503, body: { seen: 'BatchingHttpException' } });
      expect(refused.headers.get('retry-after')).toBe('1');
    },
  );

  it.each(['guarded', 'stopped', 'piped/a', 'refused', 'batched'])(
    'are HTTP exceptions wherever they come from to a filter that a module provides (GET /%s)',
    async (path) => {
      const { url, batcher } = await apps.start(
        {
          imports: [ErrorsModule],
          providers: [
            {
              provide: APP_FILTER,
              inject: [HttpAdapterHost],
              useFactory: (host: HttpAdapterHost) => new CatchAllFilter(host),
            },
          ],
        },
        platform,
      );
      await batcher('closed').close();

      const refused = await get(`${url}/${path}`);

      expect(refused).toMatchObject({ status: 503, body: { seen: 'BatchingHttpException' } });
      expect(refused.headers.get('retry-after')).toBe('1');
    },
  );

  it.each(['guarded', 'stopped', 'refused'])(
    'come to the filter for HTTP exceptions, not to the one for other errors (GET /%s)',
    async (path) => {
      @Catch(HttpException)
      class HttpFilter extends CatchAllFilter {}
      @Catch(TypeError)
      class TypeErrorFilter implements ExceptionFilter<unknown> {
        catch(): void {
          throw new Error('It was not asked.');
        }
      }
      const { url, batcher } = await apps.start({ imports: [ErrorsModule] }, platform, (app) =>
        app.useGlobalFilters(new HttpFilter(app.get(HttpAdapterHost)), new TypeErrorFilter()),
      );
      await batcher('closed').close();

      expect(await get(`${url}/${path}`)).toMatchObject({
        status: 503,
        body: { seen: 'BatchingHttpException' },
      });
    },
  );

  it('come as they are from a guard to a filter of its handler, which is asked before all others', async () => {
    const { url } = await start();

    expect(await get(`${url}/filtered`)).toMatchObject({ status: 500, body: { seen: 'BatcherClosedError' } });
  });

  it('stay what they are in such a filter if they are of others', async () => {
    const { url } = await start((host, errors) => new CatchAllFilter(host, errors));

    expect(await get(`${url}/broken`)).toMatchObject({ status: 500, body: { seen: 'TypeError' } });
  });

  it('leave the errors of others to the filters of the app', async () => {
    const { url } = await start((host) => new CatchAllFilter(host));

    expect(await get(`${url}/broken`)).toMatchObject({ status: 500, body: { seen: 'TypeError' } });
  });

  it('keep their status behind a catch-all filter that extends the one of Nest', async () => {
    @Catch()
    class LoggingFilter extends BaseExceptionFilter<unknown> {}
    const { url } = await start(({ httpAdapter }) => new LoggingFilter(httpAdapter));

    expect(await get(`${url}/refused`)).toMatchObject({ status: 503, body: { code: 'BATCHER_CLOSED' } });
  });
});
