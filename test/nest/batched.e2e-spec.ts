import { Body, Controller, Header, HttpCode, Injectable, Post, type PipeTransform } from '@nestjs/common';
import { BadRequestException } from '@nestjs/common';
import { Batched, BatchingModule, type BatchInfo } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';
import { post } from '../http/json-client.js';
import { readServerTiming } from '../http/server-timing.js';
import { until } from '../http/until.js';
import { HttpApps, platforms } from './http-apps.js';

/** Validates and transforms, as a ValidationPipe does. */
@Injectable()
class AmountPipe implements PipeTransform<{ amount?: unknown }, number> {
  transform({ amount }: { amount?: unknown }): number {
    const parsed = typeof amount === 'string' ? Number(amount) : NaN;
    if (Number.isNaN(parsed)) throw new BadRequestException('expected an amount');
    return parsed;
  }
}

@Controller()
class AmountsController {
  @Post('double')
  @Batched('double')
  double(@Body(AmountPipe) amount: number): number {
    return amount;
  }

  @Post('double-later')
  @Batched('double')
  async doubleLater(@Body(AmountPipe) amount: number): Promise<number> {
    await Promise.resolve();
    return amount;
  }

  @Post('timed')
  @Header('Server-Timing', 'database;dur=3')
  @Batched('double')
  timed(@Body(AmountPipe) amount: number): number {
    return amount;
  }

  @Post('told')
  @HttpCode(202)
  @Batched('double', {
    toBody: (doubled: number, { batchSize }: BatchInfo) => ({ doubled, together: batchSize }),
  })
  told(@Body(AmountPipe) amount: number): number {
    return amount;
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('@Batched on $name', (platform) => {
  const start = async (): Promise<{
    url: string;
    processor: FakeProcessor<number, number>;
    waiting: () => number;
  }> => {
    const processor = new FakeProcessor((amount: number) => 2 * amount);
    const { url, batcher } = await apps.start(
      {
        imports: [BatchingModule.registerBatcher({ name: 'double', processor, maxBatchSize: 32 })],
        controllers: [AmountsController],
      },
      platform,
    );
    return { url, processor, waiting: () => batcher('double').getStatistics().currentQueueSize };
  };

  it('batches what the handler returns, after pipes have validated and transformed', async () => {
    const { url, processor } = await start();

    const answer = post(`${url}/double`, { amount: '21' });
    await until('the batch runs', () => processor.running.length === 1);
    expect(processor.requestsByBatch).toEqual([[21]]);
    processor.running[0]?.succeed();

    expect(await answer).toMatchObject({ status: 201, body: 42 });
  });

  it('never queues what a pipe refuses', async () => {
    const { url, processor } = await start();

    const answer = await post(`${url}/double`, { amount: 21 });

    expect(answer).toMatchObject({ status: 400, body: { message: 'expected an amount' } });
    expect(answer.headers.get('server-timing')).toBeNull();
    expect(processor.batches).toEqual([]);
  });

  it('waits for a handler that returns a promise', async () => {
    const { url, processor } = await start();

    const answer = post(`${url}/double-later`, { amount: '4' });
    await until('the batch runs', () => processor.running.length === 1);
    processor.running[0]?.succeed();

    expect((await answer).body).toBe(8);
  });

  it('gives concurrent requests their own answers out of few batches', async () => {
    const { url, processor, waiting } = await start();
    const send = (amount: number): ReturnType<typeof post> => post(`${url}/double`, { amount: `${amount}` });

    const answers = [send(0)];
    await until('the slot is busy', () => processor.running.length === 1);
    for (let amount = 1; amount <= 70; amount += 1) answers.push(send(amount));
    await until('all others wait', () => waiting() === 70);
    for (let batch = 0; batch < 4; batch += 1) {
      await until(`batch ${batch + 1} runs`, () => processor.batches.length === batch + 1);
      processor.running[0]?.succeed();
    }

    const received = await Promise.all(answers);
    expect(received.map(({ body }) => body)).toEqual(received.map((_, amount) => 2 * amount));
    expect(processor.requestsByBatch.map(({ length }) => length)).toEqual([1, 32, 32, 6]);
  });

  it('leaves in Server-Timing what the app says there', async () => {
    const { url, processor } = await start();
    const answered = post(`${url}/timed`, { amount: '1' });
    await until('it runs', () => processor.running.length === 1);
    processor.running[0]?.succeed();
    const header = (await answered).headers.get('server-timing');
    expect(header).toMatch(/^database;dur=3, queue;dur=/);
  });

  it('tells in Server-Timing how long the request waited and which batch it rode in', async () => {
    const { url, processor, waiting } = await start();

    const first = post(`${url}/double`, { amount: '1' });
    await until('the slot is busy', () => processor.running.length === 1);
    const others = [post(`${url}/double`, { amount: '2' }), post(`${url}/double`, { amount: '3' })];
    await until('the others wait', () => waiting() === 2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    processor.running[0]?.succeed();
    await until('the second batch runs', () => processor.batches.length === 2);
    processor.running[0]?.succeed();

    const timing = readServerTiming((await first).headers);
    const [second, third] = (await Promise.all(others)).map(({ headers }) => readServerTiming(headers));
    expect(timing).toMatchObject({ batchId: 1, batchSize: 1 });
    expect(second).toMatchObject({ batchId: 2, batchSize: 2 });
    expect(third).toMatchObject({ batchId: 2, batchSize: 2 });
    // What the first batch took, the others waited; timers may be a millisecond early.
    expect(second?.queueTimeMs).toBeGreaterThanOrEqual(28);
    expect(timing.processingTimeMs).toBeGreaterThanOrEqual(28);
  });

  it('lets toBody make the body from the result and the batch, and keeps the status', async () => {
    const { url, processor } = await start();

    const answer = post(`${url}/told`, { amount: '5' });
    await until('the batch runs', () => processor.running.length === 1);
    processor.running[0]?.succeed();

    expect(await answer).toMatchObject({ status: 202, body: { doubled: 10, together: 1 } });
  });
});
