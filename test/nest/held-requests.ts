import { Body, Controller, HttpCode, Module, Post, type DynamicModule } from '@nestjs/common';
import { Batched, BatchingModule, type BatchingConfig } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';
import { post, type Answer, type ErrorBody } from '../http/json-client.js';
import { until } from '../http/until.js';
import type { HttpApp, HttpApps, Platform } from './http-apps.js';

/** What a request asks of the fake model: to be echoed, unless a batch is told otherwise. */
export interface Order {
  readonly text: string;
}

@Controller()
export class OrdersController {
  @Post('orders')
  @HttpCode(200)
  @Batched('orders')
  order(@Body() order: Order): Order {
    return order;
  }

  @Post('hurried-orders')
  @HttpCode(200)
  @Batched('orders', { timeoutMs: 20 })
  hurriedOrder(@Body() order: Order): Order {
    return order;
  }

  @Post('late-orders')
  @HttpCode(200)
  @Batched('orders', { timeoutMs: () => 0 })
  lateOrder(@Body() order: Order): Order {
    return order;
  }
}

@Module({})
class OrdersModule {
  static register(processor: FakeProcessor<Order, Order>, config: BatchingConfig): DynamicModule {
    return {
      module: OrdersModule,
      imports: [BatchingModule.registerBatcher({ ...config, name: 'orders', processor })],
      controllers: [OrdersController],
    };
  }
}

/** An app whose batches end when the test says so, and requests that wait for them. */
export class HeldRequests {
  private constructor(
    readonly httpApp: HttpApp,
    readonly processor: FakeProcessor<Order, Order>,
  ) {}

  static async start(
    apps: HttpApps,
    platform: Platform,
    config: BatchingConfig = {},
    processor = new FakeProcessor<Order, Order>((order) => order),
  ): Promise<HeldRequests> {
    const metadata = { imports: [OrdersModule.register(processor, config)] };
    return new HeldRequests(await apps.start(metadata, platform), processor);
  }

  get waiting(): number {
    return this.httpApp.batcher('orders').getStatistics().currentQueueSize;
  }

  /** How many requests were taken back by their callers. */
  get aborted(): number {
    return this.httpApp.batcher('orders').getStatistics().requests.aborted;
  }

  send(text: string, path = 'orders'): Promise<Answer<Order & ErrorBody>> {
    return post<Order & ErrorBody>(`${this.httpApp.url}/${path}`, { text });
  }

  /** Sends a request whose batch then takes the slot. */
  async occupySlot(): Promise<Promise<Answer<Order & ErrorBody>>[]> {
    const answer = this.send('first');
    await this.untilRunning(1);
    // In an array, or the promise would be awaited along with this function's own.
    return [answer];
  }

  /** Sends requests, one after the other is in the queue. */
  async queueUp(...texts: string[]): Promise<Promise<Answer<Order & ErrorBody>>[]> {
    const answers: Promise<Answer<Order & ErrorBody>>[] = [];
    for (const text of texts) {
      const before = this.waiting;
      answers.push(this.send(text));
      await until(`"${text}" waits`, () => this.waiting === before + 1);
    }
    return answers;
  }

  /** Resolves when so many batches have been started in all. */
  async untilRunning(batches: number): Promise<void> {
    await until(`batch ${batches} runs`, () => this.processor.batches.length >= batches);
  }
}
