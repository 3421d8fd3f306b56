import {
  Controller,
  Get,
  Injectable,
  Module,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  Batched,
  BatchingErrorResponder,
  BatchingModule,
  InjectBatcher,
  type DynamicBatcher,
} from 'nestjs-batching';
import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { freePort } from '../http/free-port.js';
import { get } from '../http/json-client.js';
import { RecordingLogger } from './recording-logger.js';

const SECRET = 'out of memory on device 0';

/** What a caller reads of an error that is the server's own fault, over any transport. */
const withheld = (code: string): object => ({ code, message: 'The request could not be processed.' });

/** By the batcher, what its callers read. */
const told: Record<string, object> = {
  closed: { code: 'BATCHER_CLOSED', message: expect.stringContaining('takes no new requests') as string },
  failing: withheld('PROCESSING_FAILED'),
  miscounting: withheld('RESPONSE_COUNT_MISMATCH'),
};
const names = Object.keys(told);

/** Asks a batcher that has an error for everybody. */
@Injectable()
class MiscountingGuard implements CanActivate {
  constructor(
    @InjectBatcher('miscounting') private readonly batcher: DynamicBatcher<string, string>,
    private readonly errors: BatchingErrorResponder,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    try {
      return (await this.batcher.process('may I?')) === 'yes';
    } catch (error) {
      // Over HTTP and RPC a filter would see to it; gateways have no filter for the whole app.
      throw context.getType() === 'ws' ? this.errors.toException(error, context) : error;
    }
  }
}

@Controller()
class FaultyController {
  @Get('closed')
  @MessagePattern('closed')
  @Batched('closed')
  closed(): string {
    return 'a';
  }

  @Get('failing')
  @MessagePattern('failing')
  @Batched('failing')
  failing(): string {
    return 'a';
  }

  @Get('miscounting')
  @MessagePattern('miscounting')
  @Batched('miscounting')
  miscounting(): string {
    return 'a';
  }

  @Get('guarded')
  @MessagePattern('guarded')
  @UseGuards(MiscountingGuard)
  guarded(): string {
    return 'never';
  }
}

@WebSocketGateway()
class FaultyGateway {
  @SubscribeMessage('closed')
  @Batched('closed')
  closed(): string {
    return 'a';
  }

  @SubscribeMessage('failing')
  @Batched('failing')
  failing(): string {
    return 'a';
  }

  @SubscribeMessage('miscounting')
  @Batched('miscounting')
  miscounting(): string {
    return 'a';
  }

  @SubscribeMessage('guarded')
  @UseGuards(MiscountingGuard)
  guarded(): string {
    return 'never';
  }
}

@Module({
  imports: [
    BatchingModule.registerBatcher({ name: 'closed', processor: () => [] }),
    BatchingModule.registerBatcher({ name: 'miscounting', processor: () => ['one', 'too', 'many'] }),
    BatchingModule.registerBatcher({
      name: 'failing',
      processor: () => {
        throw new Error(SECRET);
      },
    }),
  ],
  controllers: [FaultyController],
  providers: [FaultyGateway],
})
class FaultyModule {
  constructor(@InjectBatcher('closed') closed: DynamicBatcher<string, string>) {
    void closed.close();
  }
}

describe("the batcher's errors over each transport", () => {
  const logger = new RecordingLogger();
  let app: INestApplication;
  let socket: WebSocket;
  const clients: Record<string, ClientProxy> = {};

  beforeAll(async () => {
    app = await NestFactory.create(FaultyModule, { logger });
    app.useWebSocketAdapter(new WsAdapter(app));
    for (const [kind, inheritAppConfig] of Object.entries({ inheriting: true, 'on its own': false })) {
      const options = { host: '127.0.0.1', port: await freePort() };
      app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig });
      clients[kind] = ClientProxyFactory.create({ transport: Transport.TCP, options });
    }
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    socket = new WebSocket((await app.getUrl()).replace('http', 'ws'));
    await once(socket, 'open');
  });
  beforeEach(() => logger.lines.splice(0));
  afterAll(async () => {
    socket.close();
    await once(socket, 'close');
    await Promise.all(Object.values(clients).map(async (client) => void (await client.close())));
    await app.close();
  });

  const overRpc = (client: string, pattern: string): Promise<unknown> =>
    firstValueFrom(clients[client]!.send<unknown>(pattern, {})).catch((error: unknown) => error);
  const overWebSocket = async (event: string): Promise<unknown> => {
    socket.send(JSON.stringify({ event }));
    const [message] = (await once(socket, 'message')) as [Buffer];
    return (JSON.parse(String(message)) as { data: unknown }).data;
  };

  it.each(names)('come to an HTTP client: %s', async (name) => {
    expect((await get(`${await app.getUrl()}/${name}`)).body).toMatchObject(told[name]!);
  });

  it.each(names)('come to the client of a microservice: %s', async (name) => {
    expect(await overRpc('inheriting', name)).toMatchObject(told[name]!);
  });

  it.each(names)('come to it although the microservice has no part of the app: %s', async (name) => {
    expect(await overRpc('on its own', name)).toMatchObject(told[name]!);
  });

  it.each(names)('come to the client of a gateway: %s', async (name) => {
    expect(await overWebSocket(name)).toMatchObject(told[name]!);
  });

  it('come out of a guard as well', async () => {
    const withheldOne = withheld('RESPONSE_COUNT_MISMATCH');
    expect((await get(`${await app.getUrl()}/guarded`)).body).toMatchObject(withheldOne);
    expect(await overRpc('inheriting', 'guarded')).toMatchObject(withheldOne);
    expect(await overWebSocket('guarded')).toMatchObject(withheldOne);
  });

  it.each([
    ['an HTTP client', async () => get(`${await app.getUrl()}/failing`)],
    ['the client of a microservice', () => overRpc('inheriting', 'failing')],
    ['the client of a gateway', () => overWebSocket('failing')],
  ])('say what went wrong inside to the log, not to %s', async (_, ask) => {
    expect(JSON.stringify(await ask())).not.toContain(SECRET);
    const logged = logger.at('error');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(SECRET);
  });
});
