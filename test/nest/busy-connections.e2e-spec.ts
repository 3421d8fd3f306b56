import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, NotFoundException, Param } from '@nestjs/common';
import { Batched, BatchingModule, DynamicBatcher, InjectBatcher } from 'nestjs-batching';
import { until } from '../http/until.js';
import { HttpApps, platforms } from './http-apps.js';

/** Long enough that every connection has a request under way at almost any time, also when the server closes. */
const TAKES_MS = 20;

@Controller()
class EchoController {
  constructor(@InjectBatcher('echo') private readonly echo: DynamicBatcher<string, string>) {}

  @Get('injected')
  async injected(): Promise<string> {
    return this.echo.process('a');
  }

  @Get('batched/:text')
  @Batched('echo')
  batched(@Param('text') text: string): string {
    return text;
  }

  @Get('missing')
  async missing(): Promise<never> {
    await sleep(TAKES_MS);
    throw new NotFoundException();
  }
}

/** Sends one request after the other on the same connection until that is closed. */
async function sendUntilClosed(url: string, onAnswer: () => void): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (;;) {
    const sent = request(url, { agent });
    const failed = once(sent, 'error').then(() => undefined);
    sent.end();
    const response = await Promise.race([
      new Promise<IncomingMessage>((resolve) => sent.once('response', resolve)),
      failed,
    ]);
    if (response === undefined) break;
    response.resume();
    await once(response, 'end');
    onAnswer();
  }
  agent.destroy();
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('app.close() on $name', (platform) => {
  it.each(['injected', 'missing'])(
    'ends although a client sends its next request on the connection at once (GET /%s)',
    async (path) => {
      const { app, url } = await apps.start(
        {
          imports: [
            BatchingModule.registerBatcher({
              name: 'echo',
              processor: (texts: readonly string[]) => sleep(TAKES_MS, texts),
            }),
          ],
          controllers: [EchoController],
        },
        platform,
      );
      let closed: Promise<void> | undefined;
      let seen = 0;
      const clients = Array.from({ length: 4 }, () =>
        sendUntilClosed(`${url}/${path}`, () => {
          seen += 1;
          if (seen === 40) closed = app.close();
        }),
      );

      await Promise.all(clients);

      expect(seen).toBeGreaterThanOrEqual(40);
      await closed;
    },
  );

  it('answers all that a client has sent ahead on its connection, and says of the last that it is that', async () => {
    const { app, url, batcher } = await apps.start(
      {
        imports: [
          BatchingModule.registerBatcher({
            name: 'echo',
            maxBatchSize: 1,
            processor: (texts: readonly string[]) => sleep(TAKES_MS, texts),
          }),
        ],
        controllers: [EchoController],
      },
      platform,
    );
    const client = connect(Number(new URL(url).port), '127.0.0.1');
    const received = text(client);
    for (const sent of ['first', 'second', 'third'])
      client.write(`GET /batched/${sent} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await until('all are accepted', () => batcher('echo').getStatistics().requests.accepted === 3);

    await app.close();

    const answers = (await received).split('HTTP/1.1 200 OK').slice(1);
    expect(answers.map((answer) => answer.split('\r\n').at(-1))).toEqual(['first', 'second', 'third']);
    expect(answers.map((answer) => /^connection: close\r$/im.test(answer))).toEqual([false, false, true]);
  });
});
