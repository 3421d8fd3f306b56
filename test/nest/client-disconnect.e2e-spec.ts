import { jest } from '@jest/globals';
import { Controller, Get, Req } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Batched, BatchingModule } from 'nestjs-batching';
import { once } from 'node:events';
import { connect, constants, type Http2ServerRequest } from 'node:http2';

import { sendAndMayLeave } from '../http/leaving-client.js';
import { until } from '../http/until.js';
import { HeldRequests } from './held-requests.js';
import { HttpApps, platforms } from './http-apps.js';

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('a client that disconnects on $name', (platform) => {
  it('frees its place while the slot is busy, and never reaches the processor', async () => {
    const held = await HeldRequests.start(apps, platform, { maxBatchSize: 2, maxQueueSize: 2 });
    const first = await held.occupySlot();
    const client = sendAndMayLeave(`${held.httpApp.url}/orders`, { text: 'leaving' });
    await until('the client that will leave waits', () => held.waiting === 1);
    const staying = await held.queueUp('staying');
    expect((await held.send('refused')).status).toBe(503);

    await client.leave();
    await until('its place is free', () => held.waiting === 1);
    const newcomer = await held.queueUp('newcomer');
    held.processor.running[0]?.succeed();
    await held.untilRunning(2);
    held.processor.running[0]?.succeed();

    const answers = await Promise.all([...first, ...staying, ...newcomer]);
    expect(answers.map(({ body }) => body.text)).toEqual(['first', 'staying', 'newcomer']);
    const texts = held.processor.requestsByBatch.flat().map(({ text }) => text);
    expect(texts).toEqual(['first', 'staying', 'newcomer']);
  });

  it('is counted as aborted, its batch is told that nobody waits, and nothing is logged', async () => {
    const held = await HeldRequests.start(apps, platform);
    const client = sendAndMayLeave(`${held.httpApp.url}/orders`, { text: 'leaving' });
    await held.untilRunning(1);
    const [batch] = held.processor.running;
    expect(held.aborted).toBe(0);
    expect(batch?.context.signal.aborted).toBe(false);

    await client.leave();
    await until('the request counts as aborted', () => held.aborted === 1);

    expect(batch?.context.signal.aborted).toBe(true);
    batch?.succeed();
    expect(held.httpApp.logger.at('error')).toEqual([]);
  });

  it('leaves its neighbors in a running batch their answers', async () => {
    const held = await HeldRequests.start(apps, platform);
    const first = await held.occupySlot();
    const client = sendAndMayLeave(`${held.httpApp.url}/orders`, { text: 'leaving' });
    await until('the client that will leave waits', () => held.waiting === 1);
    const staying = await held.queueUp('staying');
    held.processor.running[0]?.succeed();
    await held.untilRunning(2);

    await client.leave();
    await until('the request counts as aborted', () => held.aborted === 1);
    expect(held.processor.running[0]?.context.signal.aborted).toBe(false);
    held.processor.running[0]?.succeed();

    const answers = await Promise.all([...first, ...staying]);
    expect(answers.map(({ body }) => body.text)).toEqual(['first', 'staying']);
  });
});

describe('a client that leaves over HTTP/2', () => {
  let hasBegun = false;

  @Controller()
  class PreparingController {
    @Get()
    @Batched('words')
    async prepare(@Req() { raw }: { raw: Http2ServerRequest }): Promise<string> {
      hasBegun = true;
      await once(raw.stream, 'close');
      return 'a word';
    }
  }

  it('while the handler prepares the request, never reaches the processor', async () => {
    const processBatch = jest.fn((words: readonly string[]) => [...words]);
    const { url, batcher } = await apps.start(
      {
        imports: [BatchingModule.registerBatcher({ name: 'words', processor: processBatch })],
        controllers: [PreparingController],
      },
      { name: 'HTTP/2', createAdapter: () => new FastifyAdapter({ http2: true }) },
    );
    const session = connect(url);
    const request = session.request({ ':path': '/' });
    await until('the handler prepares', () => hasBegun);
    request.close(constants.NGHTTP2_CANCEL);
    session.close();

    await until('the request is refused', () => batcher('words').getStatistics().refused['ABORTED'] === 1);
    expect(processBatch).not.toHaveBeenCalled();
  });
});
