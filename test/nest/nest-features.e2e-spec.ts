import {
  ClassSerializerInterceptor,
  Controller,
  Get,
  HttpCode,
  Injectable,
  Param,
  ParseIntPipe,
  UseGuards,
  UseInterceptors,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Exclude } from 'class-transformer';
import { Batched, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';
import { get } from '../http/json-client.js';
import { HttpApps, platforms } from './http-apps.js';

class Doubled {
  @Exclude()
  readonly secret = 'not for callers';

  constructor(readonly value: number) {}
}

@BatchProcessor('double')
class DoubleProcessor implements BatchProcessorHost<number, Doubled> {
  processBatch(numbers: readonly number[]): Doubled[] {
    return numbers.map((number) => new Doubled(2 * number));
  }
}

@Injectable()
class OddGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { params } = context.switchToHttp().getRequest<{ params: { number: string } }>();
    return Number(params.number) % 2 === 1 || Number.isNaN(Number(params.number));
  }
}

@Controller({ path: 'numbers', version: '2' })
@UseInterceptors(ClassSerializerInterceptor)
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

  it('prefix, version, pipe, status code, and the serializer of classes', async () => {
    const answer = await get(`${await start()}/3`);
    expect(answer).toMatchObject({ status: 202, body: { value: 6 } });
    expect(JSON.stringify(answer)).not.toContain('not for callers');
  });

  it('a guard and a pipe refuse before anything is batched', async () => {
    const url = await start();
    expect((await get(`${url}/4`)).status).toBe(403);
    expect((await get(`${url}/three`)).status).toBe(400);
  });
});
