import { Controller, Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Batched,
  BatcherRegistry,
  BatcherService,
  BatchingModule,
  type BatchingConfig,
} from 'nestjs-batching';
import { FakeProcessor, untilAccepted } from 'nestjs-batching/testing';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom } from 'rxjs';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { freePort } from '../http/free-port.js';
import { until } from '../http/until.js';

@WebSocketGateway()
class WordsGateway {
  @SubscribeMessage('upper')
  @Batched('upper', { toBody: (word: string) => ({ event: 'upper', data: word }) })
  upper(@MessageBody() word: string): string {
    return word;
  }
}

@Controller()
class WordsController {
  @MessagePattern('upper')
  @Batched('upper')
  upper(@Payload() word: string): string {
    return word;
  }
}

/** An app with a gateway and a microservice, whose batches end when the test says so; no HTTP request comes. */
class MessagingApp {
  readonly processor = new FakeProcessor((word: string) => word.toUpperCase());
  private app!: INestApplication;
  private client!: ClientProxy;

  async start(adapter: typeof IoAdapter | typeof WsAdapter, config: BatchingConfig): Promise<void> {
    class AppModule {}
    Module({
      imports: [
        BatchingModule.forRoot(),
        BatchingModule.registerBatcher({ ...config, name: 'upper', processor: this.processor }),
      ],
      providers: [WordsGateway],
      controllers: [WordsController],
    })(AppModule);
    const options = { host: '127.0.0.1', port: await freePort() };
    this.app = await NestFactory.create(AppModule, { logger: false });
    this.app.useWebSocketAdapter(new adapter(this.app));
    this.app.connectMicroservice({ transport: Transport.TCP, options });
    await this.app.startAllMicroservices();
    await this.app.listen(0, '127.0.0.1');
    this.client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    await this.client.connect();
  }

  url(): Promise<string> {
    return this.app.getUrl();
  }

  /** The answer over TCP, or what is told instead. */
  ask(word: string): Promise<unknown> {
    return firstValueFrom(this.client.send<unknown>('upper', word)).catch((error: unknown) => error);
  }

  untilAccepted(count: number): Promise<void> {
    return untilAccepted(this.app.get(BatcherService).get('upper'), count);
  }

  /** Resolves while the app closes; long after it would have cut its connections. */
  async beginToClose(): Promise<Promise<void>[]> {
    const closed = this.app.close();
    await until('the app closes', () => this.app.get(BatcherRegistry).isShuttingDown);
    await sleep(50);
    // In an array, or the promise would be awaited along with this function's own.
    return [closed];
  }

  async end(): Promise<void> {
    await this.client.close();
    await this.app.close();
  }
}

describe('app.close() while messages are under way', () => {
  let served: MessagingApp;
  let socket: Socket | WebSocket | undefined;
  beforeEach(() => (served = new MessagingApp()));
  afterEach(async () => {
    socket?.close();
    await served.end();
  });

  it('answers them over a WebSocket and over TCP', async () => {
    await served.start(WsAdapter, {});
    const webSocket = (socket = new WebSocket((await served.url()).replace('http', 'ws')));
    await once(webSocket, 'open');
    const answers: unknown[] = [];
    webSocket.on('message', (message: Buffer) => answers.push(JSON.parse(message.toString())));

    webSocket.send(JSON.stringify({ event: 'upper', data: 'socket' }));
    await served.untilAccepted(1);
    const answer = served.ask('tcp');
    await served.untilAccepted(2);
    const [closed] = await served.beginToClose();
    served.processor.running[0]?.succeed();
    await until('the second batch runs', () => served.processor.batches.length === 2);
    served.processor.running[0]?.succeed();

    expect(await answer).toBe('TCP');
    await closed;
    await until('the WebSocket has its answer', () => answers.length === 1);
    expect(answers).toEqual([{ event: 'upper', data: 'SOCKET' }]);
  });

  it('answers them over socket.io', async () => {
    await served.start(IoAdapter, {});
    const client = (socket = io(await served.url(), { transports: ['websocket'] }));
    await new Promise<void>((resolve) => client.once('connect', resolve));
    const answer = new Promise((resolve) => client.once('upper', resolve));

    client.emit('upper', 'socket');
    await served.untilAccepted(1);
    const [closed] = await served.beginToClose();
    served.processor.running[0]?.succeed();

    expect(await answer).toBe('SOCKET');
    await closed;
  });

  it('tells them after drainTimeoutMs that there will be no answer', async () => {
    await served.start(WsAdapter, { drainTimeoutMs: 100 });
    const answer = served.ask('tcp');
    await served.untilAccepted(1);
    const [closed] = await served.beginToClose();

    expect(await answer).toMatchObject({ code: 'BATCHER_CLOSED' });
    served.processor.running[0]?.succeed();
    await closed;
  });
});
