import {
  Controller,
  Get,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  UseGuards,
  UseInterceptors,
  VersioningType,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { Batched, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';
import { get } from '../http/json-client.js';
import { HttpApps, platforms } from './http-apps.js';

@BatchProcessor('double')
class DoubleProcessor implements BatchProcessorHost<number, { value: number; secret: string }> {
  processBatch(numbers: readonly number[]): { value: number; secret: string }[] {
    return numbers.map((number) => ({ value: 2 * number, secret: 'not for callers' }));
  }
}

@Injectable()
class OddGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { params } = context.switchToHttp().getRequest<{ params: { number: string } }>();
    return Number(params.number) % 2 === 1 || Number.isNaN(Number(params.number));
  }
}

/** Leaves out what is not for callers, as `ClassSerializerInterceptor` does. */
@Injectable()
class SerializerInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler<{ value: number }>): Observable<unknown> {
    return next.handle().pipe(map(({ value }) => ({ value })));
  }
}

@Controller({ path: 'numbers', version: '2' })
@UseInterceptors(SerializerInterceptor)
class NumbersController {
  @Get(':number')
  @HttpCode(202)
  @UseGuards(OddGuard)
  @Batched(DoubleProcessor)
  double(@Param('number', ParseIntPipe) number: number): number {
    return number;
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('what Nest offers goes on working with @Batched on $name', (platform) => {
  const start = async (): Promise<string> => {
    const { url } = await apps.start(
      { imports: [BatchingModule.forRoot()], providers: [DoubleProcessor], controllers: [NumbersController] },
      platform,
      (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type: VersioningType.URI });
      },
    );
    return `${url}/api/v2/numbers`;
  };

  it('prefix, version, pipe, status code, and an interceptor that shapes the response', async () => {
    expect(await get(`${await start()}/3`)).toMatchObject({ status: 202, body: { value: 6 } });
    expect(JSON.stringify(await get(`${await start()}/3`))).not.toContain('not for callers');
  });

  it('a guard and a pipe refuse before anything is batched', async () => {
    const url = await start();
    expect((await get(`${url}/4`)).status).toBe(403);
    expect((await get(`${url}/three`)).status).toBe(400);
  });
});
