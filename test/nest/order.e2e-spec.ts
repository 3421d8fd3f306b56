import {
  Body,
  Controller,
  ForbiddenException,
  Injectable,
  Post,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { Batched, BatchingModule } from 'nestjs-batching';
import { tap, type Observable } from 'rxjs';
import { post } from '../http/json-client.js';
import { HttpApps, platforms } from './http-apps.js';

/** What happened, in its order. */
const events: string[] = [];

@Injectable()
class NamedGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    events.push('guard');
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (headers['x-name'] === undefined) throw new ForbiddenException('who are you?');
    return true;
  }
}

@Injectable()
class OuterInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    events.push('outer interceptor, before');
    return next.handle().pipe(tap((answer) => events.push(`outer interceptor, after: ${String(answer)}`)));
  }
}

@Injectable()
class InnerInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    events.push('inner interceptor, before');
    return next.handle().pipe(tap((answer) => events.push(`inner interceptor, after: ${String(answer)}`)));
  }
}

@Injectable()
class TrimPipe implements PipeTransform<{ text: string }, { text: string }> {
  transform(body: { text: string }): { text: string } {
    events.push('pipe');
    return { text: body.text.trim() };
  }
}

@Controller()
class OrderController {
  @Post('order')
  @UseGuards(NamedGuard)
  @UsePipes(TrimPipe)
  // Nest puts the decorator that is nearest to the method outermost.
  @UseInterceptors(InnerInterceptor)
  @Batched('upper')
  @UseInterceptors(OuterInterceptor)
  order(@Body() { text }: { text: string }): string {
    events.push('handler');
    return text;
  }
}

const upper = BatchingModule.registerBatcher({
  name: 'upper',
  processor: (texts: readonly string[]) => {
    events.push(`batch of ${texts.join()}`);
    return texts.map((text) => text.toUpperCase());
  },
});

const apps = new HttpApps();
beforeEach(() => events.splice(0));
afterEach(() => apps.closeAll());

describe.each(platforms)('@Batched among guards, interceptors and pipes on $name', (platform) => {
  it('batches last of all, and hands the result to the interceptors around it', async () => {
    const { url } = await apps.start({ imports: [upper], controllers: [OrderController] }, platform);

    const answer = await post(`${url}/order`, { text: ' hi ' }, { headers: { 'x-name': 'Ann' } });

    expect(answer.body).toBe('HI');
    expect(events).toEqual([
      'guard',
      'outer interceptor, before',
      'inner interceptor, before',
      'pipe',
      'handler',
      'inner interceptor, after: hi',
      'batch of hi',
      'outer interceptor, after: HI',
    ]);
  });

  it('queues nothing of whom a guard turns away', async () => {
    const { url, batcher } = await apps.start({ imports: [upper], controllers: [OrderController] }, platform);

    const answer = await post(`${url}/order`, { text: 'hi' });

    expect(answer).toMatchObject({ status: 403, body: { message: 'who are you?' } });
    expect(events).toEqual(['guard']);
    expect(batcher('upper').getStatistics().requests.accepted).toBe(0);
  });
});
