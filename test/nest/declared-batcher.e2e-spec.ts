import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import {
  Batched,
  BatchingModule,
  BatchProcessor,
  InjectBatcher,
  InvalidConfigError,
  type BatcherOf,
  type BatchProcessorHost,
} from 'nestjs-batching';
import { get } from '../http/json-client.js';
import { HttpApps } from './http-apps.js';

@Injectable()
class Environment {
  readonly LARGEST_BATCH = '6';
  readonly suffix = '!';
}

@Module({ providers: [Environment], exports: [Environment] })
class EnvironmentModule {}

@BatchProcessor('shouts', { maxBatchSize: 3, maxQueueSize: 30 })
class ShoutProcessor implements BatchProcessorHost<string, string> {
  constructor(@Inject(Environment) private readonly environment: Environment) {}

  processBatch(texts: readonly string[]): string[] {
    return texts.map((text) => text.toUpperCase() + this.environment.suffix);
  }
}

@Controller('shout')
class ShoutController {
  constructor(@InjectBatcher(ShoutProcessor) readonly shouts: BatcherOf<ShoutProcessor>) {}

  @Get()
  @Batched(ShoutProcessor)
  shout(): string {
    return 'a';
  }
}

const registeredLater = () =>
  BatchingModule.registerBatcherAsync({
    processor: ShoutProcessor,
    imports: [EnvironmentModule],
    inject: [Environment],
    useFactory: ({ LARGEST_BATCH }: Environment) =>
      Promise.resolve({ maxBatchSize: LARGEST_BATCH as unknown as number }),
  });

const apps = new HttpApps();
afterEach(() => apps.closeAll());

describe('a class with @BatchProcessor() that is registered by its module', () => {
  it('has what the factory says before what the decorator says, and that before forRoot', async () => {
    const { url, batcher } = await apps.start({
      imports: [
        BatchingModule.forRoot({ maxBatchSize: 2, maxQueueSize: 20, drainTimeoutMs: 200 }),
        registeredLater(),
      ],
      controllers: [ShoutController],
    });

    expect(await get(`${url}/shout`)).toMatchObject({ status: 200, body: 'A!' });
    expect(batcher('shouts').config).toMatchObject({
      maxBatchSize: 6,
      maxQueueSize: 30,
      drainTimeoutMs: 200,
    });
  });

  it.each(['shouts', undefined])('needs no factory, no forRoot and no name; here it is %s', async (name) => {
    const { url, batcher } = await apps.start({
      imports: [
        BatchingModule.registerBatcher({
          ...(name === undefined ? {} : { name }),
          processor: ShoutProcessor,
          imports: [EnvironmentModule],
          maxBatchSize: 5,
        }),
      ],
      controllers: [ShoutController],
    });

    expect(await get(`${url}/shout`)).toMatchObject({ status: 200, body: 'A!' });
    expect(batcher('shouts').config).toMatchObject({ maxBatchSize: 5, maxQueueSize: 30 });
  });

  it('does not start with a configuration that is wrong', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({
          processor: ShoutProcessor,
          imports: [EnvironmentModule],
          maxBatchSize: 0,
        }),
      ],
    });

    expect(error).toBeInstanceOf(InvalidConfigError);
    expect(error.message).toContain('batcher "shouts"');
    expect(error.message).toContain('maxBatchSize: received 0');
  });

  it('does not start if a module lists it as a provider, too', async () => {
    const error = await apps.failureOf({
      imports: [registeredLater(), EnvironmentModule],
      providers: [ShoutProcessor],
    });

    expect(error.message).toMatch(
      /ShoutProcessor \(\w+\): the batcher "shouts" has a processor already: ShoutProcessor \(\w+\); provide the class once/,
    );
  });

  it('does not start under another name', async () => {
    const error = await apps.failureOf({
      imports: [
        BatchingModule.registerBatcher({
          name: 'whispers',
          processor: ShoutProcessor,
          imports: [EnvironmentModule],
        }),
      ],
    });

    expect(error.message).toContain(
      `name: received "whispers", but ShoutProcessor has @BatchProcessor('shouts'); leave the name out`,
    );
  });

  it('is a provider of a module, not the processor of forRoot', async () => {
    @BatchProcessor()
    class DefaultProcessor implements BatchProcessorHost<string, string> {
      processBatch(texts: readonly string[]): readonly string[] {
        return texts;
      }
    }
    const error = await apps.failureOf({
      imports: [BatchingModule.forRoot({ processor: DefaultProcessor })],
    });

    expect(error.message).toContain(
      "it has @BatchProcessor(); list it in a module's providers instead of forRoot({ processor })",
    );
  });
});
