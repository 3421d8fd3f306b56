import { Controller, Get, Post, Body, Res, StreamableFile, type ExecutionContext } from '@nestjs/common';
import type { Response as ExpressResponse } from 'express';
import type { IncomingMessage } from 'node:http';
import { Batched, BatchingModule } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';
import { of, type Observable } from 'rxjs';
import { until } from '../http/until.js';
import { HttpApps, platforms } from './http-apps.js';

const headersOf = (context: ExecutionContext) => context.switchToHttp().getRequest<IncomingMessage>().headers;

/** A function in JavaScript, where no compiler looks at what it returns. */
function unchecked<TOption>(option: () => unknown): () => TOption {
  return option as () => TOption;
}

@Controller()
class OptionsController {
  @Post('sorted')
  @Batched('echo', {
    priority: (context) => Number(headersOf(context)['x-priority'] ?? 1),
    tenant: (context) => headersOf(context)['x-tenant'] as string | undefined,
  })
  sorted(@Body() { text }: { text: string }): string {
    return text;
  }

  @Get('waits')
  @Batched('echo', { timeoutMs: 60_000 })
  waits(): string {
    return 'a';
  }

  @Get('says-nothing')
  @Batched('echo')
  saysNothing(): string {
    return 'a';
  }

  @Get('nothing')
  @Batched('echo')
  nothing(): undefined {
    return undefined;
  }

  @Get('answered')
  @Batched('echo')
  answered(@Res() response: ExpressResponse): unknown {
    return response.status(203).send('an answer');
  }

  @Get('file')
  @Batched('echo')
  file(): StreamableFile {
    return new StreamableFile(Buffer.from('a file'));
  }

  @Get('pieces')
  @Batched('echo')
  async *pieces(): AsyncGenerator<string> {
    await Promise.resolve();
    yield 'one ';
    yield 'two';
  }

  @Get('response')
  @Batched('echo')
  response(): Response {
    return new Response('a body', { status: 203 });
  }

  @Get('many')
  @Batched('echo')
  many(): Observable<string> {
    return of('first', 'second', 'last');
  }

  @Get('wrong/timeoutMs')
  @Batched('echo', { timeoutMs: unchecked(() => 'abc') })
  wrongTimeout(): string {
    return 'a';
  }

  @Get('wrong/tenant')
  @Batched('echo', { tenant: unchecked(() => Promise.reject(new Error('later'))) })
  wrongTenant(): string {
    return 'a';
  }

  @Get('wrong/priority')
  @Batched('echo', { priority: unchecked(() => '1') })
  wrongPriority(): string {
    return 'a';
  }

  @Get('wrong/signal')
  @Batched('echo', { signal: unchecked(() => 3) })
  wrongSignal(): string {
    return 'a';
  }

  @Get('throws')
  @Batched('echo')
  throws(): string {
    throw new RangeError('the handler failed');
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('a call of @Batched on $name', (platform) => {
  const start = async (timeoutHeader?: boolean | string, defaultTimeoutMs?: number) => {
    const processor = new FakeProcessor<string, string>((text) => text);
    const started = await apps.start(
      {
        imports: [
          BatchingModule.forRoot({
            timeoutHeader,
            defaultTimeoutMs,
            maxBatchSize: 1,
            priorityLevels: 3,
            priorityAgingMs: 60_000,
          }),
          BatchingModule.registerBatcher({ name: 'echo', processor }),
        ],
        controllers: [OptionsController],
      },
      platform,
    );
    return { ...started, processor };
  };

  const send = (url: string, text: string, headers: Record<string, string>) =>
    fetch(`${url}/sorted`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ text }),
    });

  it('has the priority and the tenant that its request tells', async () => {
    const { url, processor, batcher } = await start();
    const waiting = [send(url, 'first', {})];
    await until('a batch runs', () => processor.running.length === 1);
    waiting.push(send(url, 'low', { 'x-priority': '2' }));
    await until('1 wait', () => batcher('echo').getStatistics().currentQueueSize === 1);
    waiting.push(send(url, 'high', { 'x-priority': '0', 'x-tenant': 'a' }));
    await until('2 wait', () => batcher('echo').getStatistics().currentQueueSize === 2);
    const order: unknown[] = [];
    for (let batch = 0; batch < 3; batch += 1) {
      await until('a batch runs', () => processor.running.length === 1);
      order.push(...processor.running[0]!.requests);
      processor.running[0]!.succeed();
    }
    expect(order).toEqual(['first', 'high', 'low']);
    await Promise.all(waiting);
  });

  it('is refused if its request tells what there is not', async () => {
    const { url } = await start();
    const refused = await send(url, 'a', { 'x-priority': '7' });
    expect(refused.status).toBe(400);
    expect(await refused.text()).toContain('expected an integer from 0 to 2');
  });

  it.each([
    ['timeoutMs', 'wrongTimeout', '"abc", expected a number of milliseconds, or undefined'],
    ['tenant', 'wrongTenant', 'a promise, expected a string, or undefined'],
    ['priority', 'wrongPriority', '"1", expected a number, or undefined'],
    ['signal', 'wrongSignal', '3, expected an AbortSignal, or undefined'],
  ])(
    'fails by the server’s fault, which its log tells, if the app’s function returns no %s',
    async (option, method, what) => {
      const { url, logger } = await start();
      const failed = await fetch(`${url}/wrong/${option}`);
      expect(failed.status).toBe(500);
      expect(await failed.json()).toEqual({
        statusCode: 500,
        code: 'ADMISSION_FAILED',
        message: 'The request could not be processed.',
      });
      expect(logger.at('error').join()).toContain(
        `@Batched() of OptionsController.${method}: its ${option} returned ${what}.`,
      );
    },
  );

  it('takes no deadline from a header unless that is switched on', async () => {
    const { url, processor } = await start();
    const answer = fetch(`${url}/waits`, { headers: { 'request-timeout': '0.01' } });
    await until('a batch runs', () => processor.running.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    processor.running[0]!.succeed();
    expect((await answer).status).toBe(200);
  });

  it.each([
    [true, 'request-timeout', '0.02'],
    [true, 'request-timeout', '20ms'],
    ['X-Deadline', 'x-deadline', '0.02s'],
  ])(
    'takes its deadline from the header that the app names: %s, %s: %s',
    async (timeoutHeader, header, value) => {
      const { url, processor } = await start(timeoutHeader);
      const answer = await fetch(`${url}/waits`, { headers: { [header]: value } });
      expect(answer.status).toBe(504);
      expect(await answer.text()).toContain('DEADLINE_EXCEEDED');
      processor.running[0]?.succeed();
    },
  );

  it.each([
    ['lengthens', '9', 20],
    ['shortens', '20ms', 9000],
  ])('has the shorter time if its header %s the one of the batcher', async (_, value, defaultTimeoutMs) => {
    const { url, processor } = await start(true, defaultTimeoutMs);
    const answer = await fetch(`${url}/says-nothing`, { headers: { 'request-timeout': value } });
    expect(answer.status).toBe(504);
    expect(await answer.text()).toContain("the request's 20 ms ran out");
    processor.running[0]?.succeed();
  });

  it('is refused if the header is rubbish', async () => {
    const { url } = await start(true);
    const answer = await fetch(`${url}/waits`, { headers: { 'request-timeout': 'soon' } });
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain('expected seconds above 0');
  });

  it('is not batched if the handler has answered by itself', async () => {
    const { url, batcher } = await start();
    expect((await fetch(`${url}/nothing`)).status).toBe(200);
    const answered = await fetch(`${url}/answered`);
    expect([answered.status, await answered.text()]).toEqual([203, 'an answer']);
    expect(await (await fetch(`${url}/file`)).text()).toBe('a file');
    const streamed = await fetch(`${url}/response`);
    expect([streamed.status, await streamed.text()]).toEqual([203, 'a body']);
    expect(await (await fetch(`${url}/pieces`)).text()).toBe('one two');
    expect(batcher('echo').getStatistics().requests.accepted).toBe(0);
  });

  it('is batched once for each value that the handler emits, in their order', async () => {
    const { url, processor } = await start();
    const answer = fetch(`${url}/many`);
    const order: unknown[] = [];
    for (let value = 0; value < 3; value += 1) {
      await until('a batch runs', () => processor.running.length === 1);
      order.push(...processor.running[0]!.requests);
      processor.running[0]!.succeed();
    }
    expect(order).toEqual(['first', 'second', 'last']);
    expect(await (await answer).text()).toBe('last');
  });

  it('fails as any handler does that throws', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/throws`)).status).toBe(500);
  });
});
