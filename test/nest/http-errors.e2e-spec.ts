import { ConflictException, UnprocessableEntityException } from '@nestjs/common';
import { InvalidRequestError } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';
import { HeldRequests, type Order } from './held-requests.js';
import { HttpApps, platforms } from './http-apps.js';

const SECRET = 'password of the database: 1234';

/** Takes no empty text. */
class PickyProcessor extends FakeProcessor<Order, Order> {
  validateRequest({ text }: Order): void {
    if (text === '') throw new InvalidRequestError('received an empty text, expected at least one letter');
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('errors of @Batched handlers on $name', (platform) => {
  it('reject only the caller in whose place the processor put the error', async () => {
    const held = await HeldRequests.start(apps, platform);
    const first = await held.occupySlot();
    const answers = await held.queueUp('a', 'b', 'c');
    held.processor.running[0]?.succeed();
    await held.untilRunning(2);

    held.processor.running[0]?.succeed([{ text: 'A' }, new Error(SECRET), { text: 'C' }]);

    const [, a, b, c] = await Promise.all([...first, ...answers]);
    expect(a).toMatchObject({ status: 200, body: { text: 'A' } });
    expect(c).toMatchObject({ status: 200, body: { text: 'C' } });
    expect(b?.status).toBe(500);
    expect(JSON.stringify(b?.body)).not.toContain(SECRET);
  });

  it('pass through as they are where the processor put an HttpException', async () => {
    const held = await HeldRequests.start(apps, platform);
    const [answer] = await held.occupySlot();

    held.processor.running[0]?.succeed([new ConflictException('taken already')]);

    expect(await answer).toMatchObject({ status: 409, body: { message: 'taken already' } });
  });

  it('pass through with status and body where validateRequest throws an HttpException', async () => {
    class StrictProcessor extends FakeProcessor<Order, Order> {
      validateRequest(): void {
        throw new UnprocessableEntityException({ message: 'no such dish', dish: 'a shoe' });
      }
    }
    const processor = new StrictProcessor((order) => order);
    const held = await HeldRequests.start(apps, platform, {}, processor);

    expect(await held.send('a shoe')).toMatchObject({
      status: 422,
      body: { message: 'no such dish', dish: 'a shoe' },
    });
    expect(held.httpApp.logger.at('error')).toEqual([]);
  });

  it('tell the clients nothing of a failed batch, and the log everything, once', async () => {
    const held = await HeldRequests.start(apps, platform);
    const first = await held.occupySlot();
    const others = await held.queueUp('a', 'b', 'c');
    held.processor.running[0]?.succeed();
    await held.untilRunning(2);

    held.processor.running[0]?.fail(new Error(SECRET));

    for (const { status, body } of await Promise.all(others)) {
      expect({ status, body }).toEqual({
        status: 500,
        body: {
          statusCode: 500,
          code: 'PROCESSING_FAILED',
          message: 'The request could not be processed.',
        },
      });
    }
    expect((await Promise.all(first))[0]?.status).toBe(200);
    const logged = held.httpApp.logger.at('error');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain('failed on batch 2 of 3 requests');
    expect(logged[0]).toContain(SECRET);
  });

  it('answer 500 and log it where the processor returns too few results', async () => {
    const held = await HeldRequests.start(apps, platform);
    const [answer] = await held.occupySlot();

    held.processor.running[0]?.succeed([]);

    expect(await answer).toMatchObject({ status: 500, body: { code: 'RESPONSE_COUNT_MISMATCH' } });
    expect(held.httpApp.logger.at('error').join()).toContain('returned 0 results for a batch of 1 requests');
  });

  it('answer 503 with Retry-After where the queue is full, and leave those in it alone', async () => {
    const held = await HeldRequests.start(apps, platform, { maxBatchSize: 2, maxQueueSize: 2 });
    const accepted = [...(await held.occupySlot()), ...(await held.queueUp('a', 'b'))];

    const refused = await held.send('one too many');

    expect(refused).toMatchObject({ status: 503, body: { statusCode: 503, code: 'QUEUE_FULL' } });
    expect(refused.body.message).toContain('its queue holds all of the 2 requests');
    expect(refused.body.retryAfterMs).toBeGreaterThanOrEqual(1);
    expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
    held.processor.running[0]?.succeed();
    await held.untilRunning(2);
    held.processor.running[0]?.succeed();
    expect((await Promise.all(accepted)).map(({ body }) => body.text)).toEqual(['first', 'a', 'b']);
    expect(held.httpApp.logger.at('error')).toEqual([]);
  });

  it('answer 504 where the timeoutMs of the handler runs out in the queue', async () => {
    const held = await HeldRequests.start(apps, platform);
    const [first] = await held.occupySlot();

    const hurried = await held.send('hurried', 'hurried-orders');

    expect(hurried).toMatchObject({ status: 504, body: { code: 'DEADLINE_EXCEEDED' } });
    expect(hurried.body.message).toContain("the request's 20 ms ran out while it waited in the queue");
    expect(held.processor.requestsByBatch).toEqual([[{ text: 'first' }]]);
    held.processor.running[0]?.succeed();
    expect((await first)?.status).toBe(200);
  });

  it('answer 504 where it runs out while the batch runs', async () => {
    const held = await HeldRequests.start(apps, platform);

    const hurried = await held.send('hurried', 'hurried-orders');

    expect(hurried).toMatchObject({ status: 504, body: { code: 'DEADLINE_EXCEEDED' } });
    expect(hurried.body.message).toContain('while its batch was running');
    expect(held.processor.running[0]?.context.signal.aborted).toBe(true);
    held.processor.running[0]?.succeed();
  });

  it('answer 503 with Retry-After where no time was left on arrival', async () => {
    const held = await HeldRequests.start(apps, platform);

    const late = await held.send('late', 'late-orders');

    expect(late).toMatchObject({ status: 503, body: { code: 'DEADLINE_EXCEEDED' } });
    expect(late.headers.get('retry-after')).toBe('1');
    expect(held.processor.batches).toEqual([]);
  });

  it('answer 400 with the words of validateRequest, and batch the others', async () => {
    const picky = new PickyProcessor((order) => order);
    const held = await HeldRequests.start(apps, platform, {}, picky);
    const [first] = await held.occupySlot();

    const refused = await held.send('');

    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', message: 'received an empty text, expected at least one letter' },
    });
    held.processor.running[0]?.succeed();
    expect((await first)?.body).toEqual({ text: 'first' });
  });

  it('answer 503 where the batcher is closed', async () => {
    const held = await HeldRequests.start(apps, platform);
    await held.httpApp.batcher('orders').close();

    const refused = await held.send('late');

    expect(refused).toMatchObject({ status: 503, body: { code: 'BATCHER_CLOSED' } });
    expect(refused.headers.get('retry-after')).toBe('1');
  });
});
