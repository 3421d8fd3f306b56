import {
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { Batched, BatchingModule } from 'nestjs-batching';
import { FakeProcessor } from 'nestjs-batching/testing';
import { once } from 'node:events';
import { timeout, type Observable } from 'rxjs';
import { WebSocket } from 'ws';
import { until } from '../http/until.js';
import { express, HttpApps } from './http-apps.js';

/** Lets nobody wait for longer than 30 ms. */
@Injectable()
class ImpatientInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(timeout(30));
  }
}

@WebSocketGateway()
class EchoGateway {
  @SubscribeMessage('impatient')
  @Batched('echo')
  @UseInterceptors(ImpatientInterceptor)
  impatient(): string {
    return 'impatient';
  }

  @SubscribeMessage('patient')
  @Batched('echo')
  patient(): string {
    return 'patient';
  }
}

const apps = new HttpApps();
afterEach(() => apps.closeAll());

/** A client of a gateway whose batches end when the test says so. */
async function connect() {
  const processor = new FakeProcessor<string, string>((text) => text);
  const imports = [BatchingModule.registerBatcher({ name: 'echo', processor, maxBatchSize: 1 })];
  const { url, batcher } = await apps.start({ imports, providers: [EchoGateway] }, express, (app) =>
    app.useWebSocketAdapter(new WsAdapter(app)),
  );
  const socket = new WebSocket(url.replace('http', 'ws'));
  await once(socket, 'open');
  return {
    processor,
    socket,
    send: (event: string) => socket.send(JSON.stringify({ event })),
    statistics: () => batcher('echo').getStatistics(),
  };
}

describe('a request for which nobody waits any more', () => {
  it('is taken back where an interceptor outside of the batch has given up', async () => {
    const { processor, socket, send, statistics } = await connect();
    send('patient');
    await until('a batch runs', () => processor.running.length === 1);

    send('impatient');

    await until('it is taken back', () => statistics().requests.aborted === 1);
    expect(statistics().currentQueueSize).toBe(0);
    const answered = once(socket, 'message');
    processor.running[0]?.succeed();
    await answered;
    expect(processor.requestsByBatch).toEqual([['patient']]);
    socket.terminate();
  });

  it('is taken back where the client of a WebSocket has gone, while it waits and while it runs', async () => {
    const { processor, socket, send, statistics } = await connect();
    send('patient');
    send('patient');
    await until('one runs and one waits', () => statistics().currentQueueSize === 1);

    socket.terminate();

    await until('both are taken back', () => statistics().requests.aborted === 2);
    expect(processor.running[0]?.context.signal.aborted).toBe(true);
    processor.running[0]?.succeed();
  });
});
