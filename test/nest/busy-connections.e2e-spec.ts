import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get, NotFoundException } from '@nestjs/common';
import { BatchingModule, DynamicBatcher, InjectBatcher } from 'nestjs-batching';
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
});
