import {
  Controller,
  Module,
  type INestApplication,
  type INestMicroservice,
  type ModuleMetadata,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  MessagePattern,
  Transport,
  type ClientOptions,
  type ClientProxy,
  type MicroserviceOptions,
  type NatsOptions,
  type TcpOptions,
} from '@nestjs/microservices';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { once } from 'node:events';
import { firstValueFrom } from 'rxjs';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { freePort } from '../http/free-port.js';
import { isNatsMissing, NATS_MISSING, NatsServer } from './nats-server.js';

/** What is served over a transport: makes a class with handlers, each bound by `decorate` under its name. */
export interface Served extends ModuleMetadata {
  readonly createHandlers: (decorate: (name: string) => MethodDecorator) => Type<object>;
}

/** A transport with a real server and a real client. */
export interface TransportClient {
  open(served: Served): Promise<void>;
  /** What the handler of that name answers, or the error that it tells. Many may be sent at the same time. */
  ask(name: string, payload: unknown): Promise<unknown>;
  close(): Promise<void>;
}

class MicroserviceClient implements TransportClient {
  private service: INestMicroservice | undefined;
  private client: ClientProxy | undefined;

  constructor(private readonly chooseOptions: () => Promise<TcpOptions | NatsOptions>) {}

  async open({ createHandlers, ...metadata }: Served): Promise<void> {
    const options = await this.chooseOptions();
    const Messages = createHandlers((name) => MessagePattern(name));
    Controller()(Messages);
    class MessagesModule {}
    Module({ ...metadata, controllers: [Messages] })(MessagesModule);
    this.service = await NestFactory.createMicroservice<MicroserviceOptions>(MessagesModule, {
      ...options,
      logger: false,
    });
    await this.service.listen();
    this.client = ClientProxyFactory.create(options as ClientOptions);
    await this.client.connect();
  }

  ask(name: string, payload: unknown): Promise<unknown> {
    return firstValueFrom(this.client!.send<unknown>(name, payload)).catch((error: unknown) => error);
  }

  async close(): Promise<void> {
    await this.client?.close();
    await this.service?.close();
  }
}

class TcpClient extends MicroserviceClient {
  constructor() {
    super(async () => ({
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
    }));
  }
}

class NatsClient extends MicroserviceClient {
  private server: NatsServer | undefined;

  constructor() {
    super(async () => {
      this.server = await NatsServer.start();
      return { transport: Transport.NATS, options: { servers: [this.server.url] } };
    });
  }

  override async close(): Promise<void> {
    await super.close();
    await this.server?.stop();
  }
}

abstract class GatewayClient implements TransportClient {
  private app: INestApplication | undefined;
  /** Who waits for the next answer: a gateway's does not say to which call it belongs. */
  private readonly waiting: ((answer: unknown) => void)[] = [];

  async open({ createHandlers, providers = [], ...metadata }: Served): Promise<void> {
    const Gateway = createHandlers((name) => SubscribeMessage(name));
    WebSocketGateway()(Gateway);
    class GatewayModule {}
    Module({ ...metadata, providers: [...providers, Gateway] })(GatewayModule);
    this.app = await NestFactory.create(GatewayModule, { logger: false });
    this.useAdapter(this.app);
    await this.app.listen(0, '127.0.0.1');
    await this.connect(await this.app.getUrl());
  }

  ask(name: string, payload: unknown): Promise<unknown> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.send(name, payload);
    });
  }

  async close(): Promise<void> {
    this.disconnect();
    await this.app?.close();
  }

  protected answer(answer: unknown): void {
    this.waiting.shift()?.(answer);
  }

  protected abstract useAdapter(app: INestApplication): void;
  protected abstract connect(url: string): Promise<void>;
  protected abstract send(name: string, payload: unknown): void;
  protected abstract disconnect(): void;
}

class SocketIoClient extends GatewayClient {
  private socket: Socket | undefined;

  protected useAdapter(app: INestApplication): void {
    app.useWebSocketAdapter(new IoAdapter(app));
  }

  protected async connect(url: string): Promise<void> {
    const socket = io(url, { transports: ['websocket'] });
    this.socket = socket;
    socket.onAny((_event, data) => this.answer(data));
    await new Promise<void>((resolve) => socket.once('connect', resolve));
  }

  protected send(name: string, payload: unknown): void {
    this.socket?.emit(name, payload);
  }

  protected disconnect(): void {
    this.socket?.disconnect();
  }
}

class WebSocketClient extends GatewayClient {
  private socket: WebSocket | undefined;

  protected useAdapter(app: INestApplication): void {
    app.useWebSocketAdapter(new WsAdapter(app));
  }

  protected async connect(url: string): Promise<void> {
    this.socket = new WebSocket(url.replace('http', 'ws'));
    this.socket.on('message', (message: Buffer) =>
      this.answer((JSON.parse(message.toString()) as { data: unknown }).data),
    );
    await once(this.socket, 'open');
  }

  protected send(name: string, payload: unknown): void {
    this.socket?.send(JSON.stringify({ event: name, data: payload }));
  }

  protected disconnect(): void {
    this.socket?.close();
  }
}

/** Each transport besides HTTP and GraphQL; why it has to be left out, if so. */
export const TRANSPORTS: readonly {
  readonly transport: string;
  readonly isGateway: boolean;
  readonly create: () => TransportClient;
  readonly missing?: string | undefined;
}[] = [
  { transport: 'TCP', isGateway: false, create: () => new TcpClient() },
  {
    transport: 'NATS',
    isGateway: false,
    create: () => new NatsClient(),
    missing: isNatsMissing ? NATS_MISSING : undefined,
  },
  { transport: 'socket.io', isGateway: true, create: () => new SocketIoClient() },
  { transport: 'WebSocket', isGateway: true, create: () => new WebSocketClient() },
];

/** A group of tests over a transport, which says so where it has to be skipped. */
export function describeOver(
  { transport, missing }: (typeof TRANSPORTS)[number],
  what: string,
  tests: () => void,
): void {
  if (missing === undefined) {
    describe(`${what} over ${transport}`, tests);
    return;
  }
  console.warn(`${what} over ${transport} is skipped: ${missing}.`);
  describe.skip(`${what} over ${transport}`, tests);
}
