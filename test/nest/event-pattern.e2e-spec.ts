import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientProxyFactory,
  EventPattern,
  Payload,
  Transport,
  type ClientProxy,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { Batched, BatchingModule, BatchProcessor, type BatchProcessorHost } from 'nestjs-batching';
import { lastValueFrom } from 'rxjs';
import { freePort } from '../http/free-port.js';
import { until } from '../http/until.js';

@BatchProcessor('notes', { maxBatchSize: 8, timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 30 })
class NotesProcessor implements BatchProcessorHost<string, string> {
  static readonly batches: string[][] = [];

  processBatch(notes: readonly string[]): string[] {
    NotesProcessor.batches.push([...notes]);
    if (notes.includes('bad')) throw new Error('the disk is full');
    return [...notes];
  }
}

@Controller()
class NotesEvents {
  @EventPattern('noted')
  @Batched(NotesProcessor)
  noted(@Payload() note: string): string {
    return note;
  }
}

describe('@Batched on an @EventPattern handler', () => {
  let service: INestMicroservice;
  let client: ClientProxy;

  beforeAll(async () => {
    @Module({
      imports: [BatchingModule.forRoot()],
      providers: [NotesProcessor],
      controllers: [NotesEvents],
    })
    class NotesModule {}
    const options = { host: '127.0.0.1', port: await freePort() };
    service = await NestFactory.createMicroservice<MicroserviceOptions>(NotesModule, {
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
  beforeEach(() => NotesProcessor.batches.splice(0));

  const emit = (...notes: readonly string[]): Promise<unknown> =>
    Promise.all(notes.map((note) => lastValueFrom(client.emit('noted', note), { defaultValue: undefined })));
  const untilNoted = (count: number): Promise<void> =>
    until(`${count} notes have been batched`, () => NotesProcessor.batches.flat().length >= count);

  it('runs events that come together in one batch', async () => {
    await emit('a', 'b', 'c');
    await untilNoted(3);
    expect(NotesProcessor.batches).toEqual([['a', 'b', 'c']]);
  });

  it('goes on after a batch of events has failed, though nobody is told', async () => {
    await emit('bad');
    await untilNoted(1);
    await emit('good');
    await untilNoted(2);
    expect(NotesProcessor.batches).toEqual([['bad'], ['good']]);
  });
});
