import { BatcherRegistry } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';
import { until } from '../http/until.js';
import { HeldRequests, type Order } from './held-requests.js';
import { HttpApps, platforms } from './http-apps.js';

/** Notes how many batches had run, and how many were running, when it was closed. */
class ClosableProcessor extends FakeProcessor<Order, Order> {
  readonly closings: { batches: number; running: number }[] = [];

  close(): Promise<void> {
    this.closings.push({ batches: this.batches.length, running: this.running.length });
    return Promise.resolve();
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe.each(platforms)('app.close() on $name', (platform) => {
  it('answers all accepted requests, then closes the processor, once', async () => {
    const processor = new ClosableProcessor((order) => order);
    const held = await HeldRequests.start(apps, platform, {}, processor);
    const answers = [...(await held.occupySlot()), ...(await held.queueUp('a', 'b', 'c'))];

    const closed = held.httpApp.app.close();
    await until('the app closes', () => held.httpApp.app.get(BatcherRegistry).isShuttingDown);
    expect(processor.closings).toEqual([]);
    processor.running[0]?.succeed();
    await held.untilRunning(2);
    processor.running[0]?.succeed();
    await closed;

    const received = await Promise.all(answers);
    expect(received.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(received.map(({ body }) => body.text)).toEqual(['first', 'a', 'b', 'c']);
    expect(processor.closings).toEqual([{ batches: 2, running: 0 }]);
    await held.httpApp.app.close();
    expect(processor.closings).toHaveLength(1);
  });

  it('waits for no company any more', async () => {
    const held = await HeldRequests.start(apps, platform, {
      timeoutStrategy: 'wait-for-full',
      maxWaitTimeMs: 60_000,
    });
    const [answer] = await held.queueUp('alone');
    expect(held.processor.running).toEqual([]);

    const closed = held.httpApp.app.close();
    await held.untilRunning(1);
    held.processor.running[0]?.succeed();

    expect((await answer)?.status).toBe(200);
    await closed;
  });

  it('tells the client that this was the last answer on its connection', async () => {
    const held = await HeldRequests.start(apps, platform);
    const [first] = await held.occupySlot();
    held.processor.running[0]?.succeed();
    expect((await first)?.headers.get('connection')).not.toBe('close');
    const last = held.send('last');
    await held.untilRunning(2);

    const closed = held.httpApp.app.close();
    await until('the app closes', () => held.httpApp.app.get(BatcherRegistry).isShuttingDown);
    held.processor.running[0]?.succeed();

    expect((await last).headers.get('connection')).toBe('close');
    await closed;
  });

  it('ends within drainTimeoutMs although a batch never ends, says so, and answers 503', async () => {
    const processor = new ClosableProcessor((order) => order);
    const held = await HeldRequests.start(apps, platform, { drainTimeoutMs: 50 }, processor);
    const answers = [...(await held.occupySlot()), ...(await held.queueUp('a', 'b'))];

    await held.httpApp.app.close();

    for (const { status, body } of await Promise.all(answers)) {
      expect({ status, code: body.code }).toEqual({ status: 503, code: 'BATCHER_CLOSED' });
    }
    expect(held.httpApp.logger.at('warn')).toEqual([
      expect.stringContaining(
        'Batcher "orders" was closed after its drainTimeoutMs of 50 ms; 3 requests got no answer.',
      ),
    ]);
    expect(processor.closings).toEqual([{ batches: 1, running: 1 }]);
  });

  it('finishes what code without a request has left', async () => {
    const processor = new ClosableProcessor((order) => order);
    const held = await HeldRequests.start(apps, platform, {}, processor);
    const batcher = held.httpApp.batcher<Order, Order>('orders');
    const results = [batcher.process({ text: 'a' })];
    await held.untilRunning(1);
    results.push(batcher.process({ text: 'b' }));

    const closed = held.httpApp.app.close();
    processor.running[0]?.succeed();
    await held.untilRunning(2);
    processor.running[0]?.succeed();

    expect(await Promise.all(results)).toEqual([{ text: 'a' }, { text: 'b' }]);
    await closed;
    expect(processor.closings).toEqual([{ batches: 2, running: 0 }]);
    await expect(batcher.process({ text: 'c' })).rejects.toThrow('it takes no new requests');
  });
});
