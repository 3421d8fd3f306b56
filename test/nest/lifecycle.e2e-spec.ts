import { jest } from '@jest/globals';
import {
  Controller,
  Get,
  Global,
  Injectable,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, Payload, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import {
  Batched,
  BatcherService,
  BatchingModule,
  BatchProcessor,
  type BatchProcessorHost,
} from 'nestjs-batching';
import { firstValueFrom } from 'rxjs';
import { freePort } from '../http/free-port.js';
import { get } from '../http/json-client.js';
import { RecordingLogger } from './recording-logger.js';

const released: string[] = [];
beforeEach(() => released.splice(0));

/** By it a test knows the timers of shutdowns. */
const drainTimeoutMs = 54_321;

@BatchProcessor('echo', { timeoutStrategy: 'dispatch-partial', maxWaitTimeMs: 20, drainTimeoutMs })
class EchoProcessor implements BatchProcessorHost<string, string> {
  async processBatch(words: readonly string[]): Promise<string[]> {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return words.map((word) => `${word} of ${words.length}`);
  }

  close(): void {
    released.push('echo');
  }
}

@Controller()
class EchoController {
  @Get('echo')
  @Batched(EchoProcessor)
  overHttp(): string {
    return 'http';
  }

  @MessagePattern('echo')
  @Batched(EchoProcessor)
  asMessage(@Payload() word: string): string {
    return word;
  }
}

@Module({ imports: [BatchingModule.forRoot()], providers: [EchoProcessor], controllers: [EchoController] })
class EchoModule {}

describe('a hybrid app', () => {
  it('batches HTTP requests and messages together, and answers both while it closes', async () => {
    const options = { host: '127.0.0.1', port: await freePort() };
    const app = await NestFactory.create(EchoModule, { logger: false });
    app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig: true });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
    await client.connect();

    const batcher = app.get(BatcherService).get(EchoProcessor);
    // However slowly the second one comes; the end of the app does not wait so long.
    batcher.reconfigure({ ...batcher.config, maxWaitTimeMs: 60_000 });
    const answers = Promise.all([
      get<unknown>(`${url}/echo`).then(({ body }) => body),
      firstValueFrom(client.send<string>('echo', 'message')),
    ]);
    while (batcher.getStatistics().requests.accepted < 2)
      await new Promise((resolve) => setTimeout(resolve, 1));
    const closed = app.close();
    expect(await answers).toEqual(['http of 2', 'message of 2']);
    await client.close();
    await closed;
    expect(released).toEqual(['echo']);
  });
});

describe('a module that is made for a test', () => {
  it('starts, batches and closes as an app does', async () => {
    const module = await Test.createTestingModule({ imports: [EchoModule] }).compile();
    await module.init();
    const batcher = module.get(BatcherService).get(EchoProcessor);
    expect(await batcher.process('word')).toBe('word of 1');
    await module.close();
    expect(released).toEqual(['echo']);
    await expect(batcher.process('word')).rejects.toMatchObject({ code: 'BATCHER_CLOSED' });
  });

  it('can be made again and again in one process', async () => {
    for (let round = 1; round <= 3; round += 1) {
      const module = await Test.createTestingModule({ imports: [EchoModule] }).compile();
      await module.init();
      expect(await module.get(BatcherService).get(EchoProcessor).process('word')).toBe('word of 1');
      await module.close();
      expect(released).toHaveLength(round);
    }
  });
});

@Injectable()
class FailingOnInit implements OnModuleInit {
  onModuleInit(): void {
    throw new Error('there is no database');
  }
}

@Injectable()
class FailingOnBootstrap implements OnApplicationBootstrap {
  onApplicationBootstrap(): void {
    throw new Error('there is no database');
  }
}

@Module({ providers: [FailingOnInit] })
class FailingModule {}

@Global()
@Module({ providers: [FailingOnInit] })
class FailingGlobalModule {}

describe('an app that does not start, since something else of it fails,', () => {
  it.each<[string, ModuleMetadata]>([
    ['in the same module', { imports: [EchoModule], providers: [FailingOnInit] }],
    ['in another module', { imports: [EchoModule, FailingModule] }],
    // The hooks of global modules come first, so that batching itself may not have begun.
    ['in a global module before it', { imports: [FailingGlobalModule, EchoModule] }],
    ['in a global module after it', { imports: [EchoModule, FailingGlobalModule] }],
    ['when all modules are there', { imports: [EchoModule], providers: [FailingOnBootstrap] }],
  ])('releases its processors, once, and refuses requests: %s', async (_, metadata) => {
    const module = await Test.createTestingModule(metadata).compile();
    const batcher = module.get(BatcherService).get(EchoProcessor);
    await expect(module.init()).rejects.toThrow('there is no database');

    await module.close();
    await module.close();

    expect(released).toEqual(['echo']);
    await expect(batcher.process('word')).rejects.toMatchObject({ code: 'BATCHER_CLOSED' });
  });
});

/** Tells how many timers of shutdowns there are; those of connections come and go. */
function watchDrainTimers(): () => number {
  const set = jest.spyOn(globalThis, 'setTimeout');
  const clear = jest.spyOn(globalThis, 'clearTimeout');
  return () => {
    const cleared = new Set(clear.mock.calls.map(([timer]) => timer));
    const drainTimers = set.mock.results.filter((_, index) => set.mock.calls[index]?.[1] === drainTimeoutMs);
    return drainTimers.filter(({ value }) => !cleared.has(value as NodeJS.Timeout)).length;
  };
}
afterEach(() => jest.restoreAllMocks());

describe('an app that is closed twice', () => {
  it.each<[string, (close: () => Promise<void>) => Promise<unknown>]>([
    ['one after the other', async (close) => close().then(close)],
    ['at the same time', (close) => Promise.all([close(), close()])],
  ])('leaves no timer behind that would keep the process alive: %s', async (_, closeTwice) => {
    const countTimers = watchDrainTimers();
    const module = await Test.createTestingModule({ imports: [EchoModule] }).compile();
    await module.init();

    await closeTwice(() => module.close());

    expect(released).toEqual(['echo']);
    expect(countTimers()).toBe(0);
  });
});

describe('an app one of whose processors cannot be released', () => {
  it('releases the others, says what failed, and leaves no timer behind', async () => {
    const countTimers = watchDrainTimers();
    const logger = new RecordingLogger();
    const module = await Test.createTestingModule({
      imports: [
        BatchingModule.registerBatcher({
          name: 'stuck',
          drainTimeoutMs,
          processor: { processBatch: () => [], close: () => Promise.reject(new Error('stuck')) },
        }),
        BatchingModule.registerBatcher({
          name: 'slow',
          drainTimeoutMs,
          processor: {
            processBatch: () => [],
            close: async () => {
              await new Promise((resolve) => setTimeout(resolve, 50));
              released.push('slow');
            },
          },
        }),
      ],
    })
      .setLogger(logger)
      .compile();
    await module.init();
    await module.close();
    expect(logger.at('error').join()).toContain('stuck');
    expect(released).toEqual(['slow']);
    expect(countTimers()).toBe(0);
  });

  it('says of each that failed, which batcher it belongs to', async () => {
    const logger = new RecordingLogger();
    const stuck = (name: string, reason: unknown) =>
      BatchingModule.registerBatcher({
        name,
        processor: { processBatch: () => [], close: () => Promise.reject(reason) },
      });
    const imports = [stuck('words', new Error('still in use')), stuck('digits', 'no such device')];
    const module = await Test.createTestingModule({ imports }).setLogger(logger).compile();
    await module.init();
    // Nest 11 fails with the first; Nest 12 logs it.
    await module.close().catch(() => undefined);

    const errors = logger.at('error').join('\n');
    expect(errors).toContain('Batcher "words": its processor could not be closed: still in use');
    expect(errors).toContain('Batcher "digits": its processor could not be closed: no such device');
  });
});
