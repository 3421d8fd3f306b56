import { Controller, Module, type INestApplication, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Payload,
  Transport,
  type ClientProxy,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import { Batched, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';
import { firstValueFrom } from 'rxjs';
import { freePort } from '../http/free-port.js';
import { WebSocket } from 'ws';

@BatchProcessor('upper', { maxBatchSize: 8, timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 30 })
class UpperProcessor implements BatchProcessorHost<string, string> {
  static readonly sizes: number[] = [];

  processBatch(words: readonly string[]): (string | Error)[] {
    UpperProcessor.sizes.push(words.length);
    return words.map((word) => (word === 'bad' ? new Error('a secret reason') : word.toUpperCase()));
  }

  validateRequest(word: string): void {
    if (typeof word !== 'string') throw new TypeError(`received ${typeof word}, expected a word`);
  }
}

@Controller()
class UpperMessages {
  @MessagePattern('upper')
  @Batched(UpperProcessor)
  upper(@Payload() word: string): string {
    return word;
  }
}

@WebSocketGateway()
class UpperGateway {
  @SubscribeMessage('upper')
  @Batched('upper', { toBody: (word: string) => ({ event: 'upper', data: word }) })
  upper(@MessageBody() word: string): string {
    return word;
  }
}

beforeEach(() => UpperProcessor.sizes.splice(0));

describe('@Batched on a microservice', () => {
  let service: INestMicroservice;
  let client: ClientProxy;

  beforeAll(async () => {
    @Module({
      imports: [BatchingModule.forRoot()],
      providers: [UpperProcessor],
      controllers: [UpperMessages],
    })
    class MessagesModule {}
    const options = { host: '127.0.0.1', port: await freePort() };
    service = await NestFactory.createMicroservice(MessagesModule, {
      transport: Transport.TCP,
      options,
      logger: false,
    });
    await service.listen();
    client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    await client.connect();
  });
  afterAll(async () => {
    await client.close();
    await service.close();
  });

  const upper = (word: unknown): Promise<string> => firstValueFrom(client.send<string>('upper', word));

  it('gives each message its own answer, many of them from one batch', async () => {
    expect(await Promise.all(['a', 'b', 'c'].map(upper))).toEqual(['A', 'B', 'C']);
    expect(Math.max(...UpperProcessor.sizes)).toBeGreaterThan(1);
  });

  it('tells the code and the message of an error, and nothing of what went wrong inside', async () => {
    await expect(upper(7)).rejects.toMatchObject({
      code: 'INVALID_REQUEST',
      message: expect.stringContaining('expected a word') as string,
      isRetryable: false,
    });
    const error: unknown = await upper('bad').catch((reason: unknown) => reason);
    expect(JSON.stringify(error)).not.toContain('a secret reason');
  });
});

describe('@Batched on a WebSocket gateway', () => {
  let app: INestApplication;
  let socket: WebSocket;

  beforeAll(async () => {
    @Module({ imports: [BatchingModule.forRoot()], providers: [UpperProcessor, UpperGateway] })
    class GatewayModule {}
    app = await NestFactory.create(GatewayModule, { logger: false });
    app.useWebSocketAdapter(new WsAdapter(app));
    await app.listen(0, '127.0.0.1');
    socket = new WebSocket((await app.getUrl()).replace('http', 'ws'));
    await once(socket, 'open');
  });
  afterAll(async () => {
    socket.close();
    await once(socket, 'close');
    await app.close();
  });

  const answersTo = async (words: readonly unknown[]): Promise<unknown[]> => {
    const answers: unknown[] = [];
    const complete = new Promise<void>((resolve) => {
      socket.on('message', (data: Buffer) => {
        answers.push(JSON.parse(data.toString()));
        if (answers.length === words.length) resolve();
      });
    });
    for (const word of words) socket.send(JSON.stringify({ event: 'upper', data: word }));
    await complete;
    socket.removeAllListeners('message');
    return answers;
  };

  it('answers each message, many of them from one batch', async () => {
    const answers = await answersTo(['a', 'b', 'c']);
    expect(answers).toEqual(['A', 'B', 'C'].map((data) => ({ event: 'upper', data })));
    expect(Math.max(...UpperProcessor.sizes)).toBeGreaterThan(1);
  });

  it('tells the code of an error', async () => {
    const [answer] = await answersTo([7]);
    expect(JSON.stringify(answer)).toContain('INVALID_REQUEST');
  });
});
